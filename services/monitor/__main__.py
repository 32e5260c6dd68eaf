"""Run the monitor: ``python -m services.monitor``."""

from services.monitor.app import main

main()
