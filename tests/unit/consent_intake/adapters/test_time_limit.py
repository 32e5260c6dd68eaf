import signal
import time
from contextlib import suppress

import pytest

from consent_intake.adapters.time_limit import TookTooLong, time_limit


def _work_swallowing(what: type[BaseException]) -> None:
    with suppress(what):
        _work(5)
    _work(5)


def _work(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


@pytest.mark.parametrize("swallowed", [Exception, TookTooLong])
def test_work_beyond_the_limit_is_stopped_even_where_errors_are_swallowed(swallowed: type[BaseException]) -> None:
    with pytest.raises(TookTooLong), time_limit(0.05):
        _work_swallowing(swallowed)


def test_a_wait_that_is_not_the_files_doing_does_not_count() -> None:
    with time_limit(0.05):
        time.sleep(0.3)


def test_work_within_the_limit_leaves_nothing_behind() -> None:
    before = signal.getsignal(signal.SIGPROF)
    with time_limit(5):
        assert signal.getitimer(signal.ITIMER_PROF)[0] > 0
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGPROF) is before
