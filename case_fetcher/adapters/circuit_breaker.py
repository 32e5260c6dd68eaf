"""Stops asking a service that keeps failing, and tries it again with one request after a rest."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class CircuitOpen(Exception):
    """The service rests; it was not asked."""


class CircuitBreaker:
    """Counts failures in a row.

    Args:
        failures: after so many in a row the service rests.
        rest_seconds: how long it rests; then one request is let through, and its outcome decides.
        clock: seconds that only grow.
    """

    def __init__(self, *, failures: int, rest_seconds: float, clock: Callable[[], float]) -> None:
        self._most = failures
        self._rest = rest_seconds
        self._clock = clock
        self._in_a_row = 0
        self._rests_until: float | None = None
        self._trying = False

    @contextmanager
    def request(self) -> Iterator[None]:
        """Surround one request; say ``succeeded`` or ``failed`` inside.

        Raises:
            CircuitOpen: the service rests, or another request is trying it out.
        """
        if self._rests_until is None:
            yield
            return
        if self._trying or self._clock() < self._rests_until:
            raise CircuitOpen
        self._trying = True
        try:
            yield
        finally:
            self._trying = False

    def succeeded(self) -> None:
        """Note an answer: the service works."""
        self._in_a_row = 0
        self._rests_until = None

    def failed(self, *, rest_seconds: float | None = None) -> None:
        """Note a failure; with ``rest_seconds`` the service itself asked to be left alone for so long."""
        self._in_a_row += 1
        if rest_seconds is not None:
            self._rests_until = self._clock() + rest_seconds
        elif self._in_a_row >= self._most:
            self._rests_until = self._clock() + self._rest
