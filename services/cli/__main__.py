"""Run the command line without an installed script: ``python -m services.cli``."""

from services.cli.app import main

main()
