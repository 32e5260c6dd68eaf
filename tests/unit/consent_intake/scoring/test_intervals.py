"""Intervals agree with published values, and with the sum of binomial probabilities that they stand for."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as some

from consent_intake.scoring.intervals import interval


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [
        (5, 100, 0.016432, 0.112835),
        (50, 100, 0.398321, 0.601679),
        (99, 100, 0.945541, 0.999747),
        (1, 10, 0.002529, 0.445016),
        (19000, 20000, 0.946888, 0.952980),
    ],
)
def test_intervals_are_clopper_and_pearsons(hits: int, trials: int, low: float, high: float) -> None:
    assert interval(hits, trials) == (pytest.approx(low, abs=1e-6), pytest.approx(high, abs=1e-6))


@pytest.mark.parametrize("trials", [20, 219, 3000])
def test_none_of_n_is_the_rule_of_three(trials: int) -> None:
    low, high = interval(0, trials)
    assert low == 0
    assert high == pytest.approx(3 / trials, rel=0.08)
    assert (1 - high) ** trials == pytest.approx(0.05)


def test_all_of_n_is_the_mirror_of_none_of_n() -> None:
    assert interval(40, 40)[0] == pytest.approx(1 - interval(0, 40)[1])
    assert interval(40, 40)[1] == 1


@given(trials=some.integers(2, 400), data=some.data())
def test_at_each_bound_the_count_is_as_unlikely_as_it_may_be(trials: int, data: some.DataObject) -> None:
    hits = data.draw(some.integers(1, trials - 1))
    low, high = interval(hits, trials)
    assert 0 < low < hits / trials < high < 1
    at_least = sum(comb(trials, k) * low**k * (1 - low) ** (trials - k) for k in range(hits, trials + 1))
    at_most = sum(comb(trials, k) * high**k * (1 - high) ** (trials - k) for k in range(hits + 1))
    assert at_least == pytest.approx(0.025, rel=1e-6)
    assert at_most == pytest.approx(0.025, rel=1e-6)


@pytest.mark.parametrize(("hits", "trials"), [(0, 0), (3, 2), (-1, 5)])
def test_counts_that_cannot_be_have_no_interval(hits: int, trials: int) -> None:
    with pytest.raises(ValueError, match="hits out of trials"):
        interval(hits, trials)
