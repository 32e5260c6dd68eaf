"""Tries counted in one moment: a test that reaches a limit must not depend on how full the minute is."""

from types import SimpleNamespace

import pytest

MID_WINDOW = 1_800_000_123.4
"""Seconds since 1970; inside a minute and an hour, far from the ends of both."""


def hold_the_rate_limits_clock(monkeypatch: pytest.MonkeyPatch, *, at: float = MID_WINDOW) -> None:
    """Let every count of tries read one moment, in seconds since 1970.

    A limit is a sliding window over wall time, so a test that runs across the end of a minute is let one more try.
    """
    still = SimpleNamespace(time=lambda: at)
    for module in ("limits.storage.memory", "limits.strategies", "services.portal.rate_limits"):
        monkeypatch.setattr(f"{module}.time", still)
