"""The ``snapshot`` command. It starts and stops the product on one machine and talks to it as an organization would.

Imports no stage: processes are started by name, and each room brings its own commands as entry points.
"""
