"""Run the stage: ``python -m notifier``."""

from notifier.app import main

main()
