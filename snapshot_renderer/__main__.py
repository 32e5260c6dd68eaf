"""Run the stage: ``python -m snapshot_renderer``."""

from snapshot_renderer.app import main

main()
