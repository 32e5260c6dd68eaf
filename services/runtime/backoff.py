"""How long to wait before trying again."""

import random
from collections.abc import Callable

FIRST_SECONDS = 0.2
MOST_SECONDS = 30.0
"""A dependency that comes back is noticed within half a minute; one that is away is asked at most twice a minute on
average by each partition."""


class Backoff:
    """Full jitter: each wait is anything from nothing to a ceiling that doubles.

    Spreads workers that were refused together, so that they do not come back together (AWS Architecture Blog,
    "Exponential Backoff And Jitter", 2015).

    Args:
        draw: uniform number between its two arguments.
    """

    def __init__(self, draw: Callable[[float, float], float] = random.uniform) -> None:
        self._draw = draw
        self._ceiling = FIRST_SECONDS

    def next_seconds(self) -> float:
        """Return the next wait."""
        seconds = self._draw(0, self._ceiling)
        self._ceiling = min(self._ceiling * 2, MOST_SECONDS)
        return seconds
