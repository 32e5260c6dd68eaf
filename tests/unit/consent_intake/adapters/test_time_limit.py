import signal
import time
from contextlib import suppress

import pytest

from consent_intake.adapters.time_limit import TookTooLong, time_limit


def test_work_beyond_the_limit_is_stopped_even_where_every_error_is_swallowed() -> None:
    rounds = 0
    with pytest.raises(TookTooLong), time_limit(0.05):
        while True:
            with suppress(Exception):
                time.sleep(5)
            rounds += 1
    assert rounds == 0


def test_work_that_swallows_even_the_limit_meets_it_again() -> None:
    with pytest.raises(TookTooLong), time_limit(0.05):
        with suppress(TookTooLong):
            time.sleep(5)
        time.sleep(5)


def test_work_within_the_limit_leaves_nothing_behind() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with time_limit(5):
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is before
