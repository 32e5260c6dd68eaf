"""The stage runtime: declares a stage and runs it on Kafka, at least once in, exactly once in effect.

The only code that speaks Kafka, besides services/monitor which reads its offsets.
"""
