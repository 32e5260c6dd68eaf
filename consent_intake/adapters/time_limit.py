"""An end to work on a stranger's file that would take too long. Main thread of a process only."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_REPEATED_AFTER = 0.2
"""Seconds; once is not enough: libraries swallow exceptions in places, such as destructors."""


class TookTooLong(BaseException):
    """The limit is over. No ``Exception``, so that no library takes it for one of its own errors."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TookTooLong in the body once ``seconds`` of wall time are over.

    Raises:
        TookTooLong: the body was stopped.
    """

    def _stop(_signal: int, _frame: FrameType | None) -> None:
        raise TookTooLong

    before = signal.signal(signal.SIGALRM, _stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, _REPEATED_AFTER)
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
