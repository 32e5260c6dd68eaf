"""Run the stage: ``python -m case_fetcher``."""

from case_fetcher.app import main

main()
