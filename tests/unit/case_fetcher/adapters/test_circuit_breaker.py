import pytest

from case_fetcher.adapters.circuit_breaker import CircuitBreaker, CircuitOpen


class Seconds:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def breaker(seconds: Seconds) -> CircuitBreaker:
    return CircuitBreaker(failures=2, rest_seconds=10, clock=seconds)


def fail(breaker: CircuitBreaker, *, rest_seconds: float | None = None) -> None:
    with breaker.request():
        breaker.failed(rest_seconds=rest_seconds)


def test_it_opens_after_failures_in_a_row_only(breaker: CircuitBreaker) -> None:
    fail(breaker)
    with breaker.request():
        breaker.succeeded()
    fail(breaker)
    fail(breaker)
    with pytest.raises(CircuitOpen), breaker.request():
        pytest.fail("the request was let through")


def test_after_the_rest_one_request_tries_and_its_success_closes(breaker: CircuitBreaker, seconds: Seconds) -> None:
    fail(breaker)
    fail(breaker)
    seconds.now += 10
    with breaker.request():
        with pytest.raises(CircuitOpen), breaker.request():
            pytest.fail("a second request was let through")
        breaker.succeeded()
    fail(breaker)
    with breaker.request():
        breaker.succeeded()


def test_a_failed_trial_starts_a_new_rest(breaker: CircuitBreaker, seconds: Seconds) -> None:
    fail(breaker)
    fail(breaker)
    seconds.now += 10
    fail(breaker)
    with pytest.raises(CircuitOpen), breaker.request():
        pytest.fail("the request was let through")
    seconds.now += 10
    with breaker.request():
        breaker.succeeded()


def test_a_service_that_asks_to_be_left_alone_is_at_once(breaker: CircuitBreaker, seconds: Seconds) -> None:
    fail(breaker, rest_seconds=30)
    seconds.now += 29
    with pytest.raises(CircuitOpen), breaker.request():
        pytest.fail("the request was let through")
    seconds.now += 1
    with breaker.request():
        breaker.succeeded()


def test_a_trial_that_ends_without_an_outcome_lets_the_next_one_try(breaker: CircuitBreaker, seconds: Seconds) -> None:
    fail(breaker, rest_seconds=1)
    seconds.now += 1
    with pytest.raises(KeyboardInterrupt), breaker.request():
        raise KeyboardInterrupt
    with breaker.request():
        breaker.succeeded()
