import signal
import time
from contextlib import suppress

import pytest

from consent_intake.adapters.time_limit import TookTooLong, time_limit


def _sleep_swallowing(what: type[BaseException]) -> None:
    with suppress(what):
        time.sleep(5)
    time.sleep(5)


@pytest.mark.parametrize("swallowed", [Exception, TookTooLong])
def test_work_beyond_the_limit_is_stopped_even_where_errors_are_swallowed(swallowed: type[BaseException]) -> None:
    with pytest.raises(TookTooLong), time_limit(0.05):
        _sleep_swallowing(swallowed)


def test_work_within_the_limit_leaves_nothing_behind() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with time_limit(5):
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is before
