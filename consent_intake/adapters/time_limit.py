"""An end to work on a stranger's file that would take too long. Main thread of a process only.

Processor time is what counts, so that the same file is judged alike on an idle machine and on a busy one. How long a
document may take by the clock is for the process that waits for it to say.
"""

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
    """Raise TookTooLong in the body once the process has used ``seconds`` of processor time in it.

    Raises:
        TookTooLong: the body was stopped.
    """

    def _stop(_signal: int, _frame: FrameType | None) -> None:
        raise TookTooLong

    before = signal.signal(signal.SIGPROF, _stop)
    try:
        signal.setitimer(signal.ITIMER_PROF, seconds, _REPEATED_AFTER)
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
