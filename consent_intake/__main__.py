"""Run the stage: ``python -m consent_intake``."""

from consent_intake.app import main

if __name__ == "__main__":
    main()
