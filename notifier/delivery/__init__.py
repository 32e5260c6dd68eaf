"""The message rows and what is done with them: desk.py writes them, courier.py carries them, one at a time."""
