"""The monitor: what waits in front of every stage, for how long, and why.

Reads     every topic's offsets (never commits any), the register's dead letters and consents, workers' status files
Writes    nothing
Serves    / (plain page for operators), /lag.json, /metrics (Prometheus), /healthz
Watch     the age of the oldest waiting record: it is exact, and says how long a parent has been waiting
"""
