"""What the stages agree on: topics, events, value types and reason codes.

The only thing two stages share. Needs pydantic and nothing else.
"""
