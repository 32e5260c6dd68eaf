"""How far a counted share can be from the true one: Clopper-Pearson intervals at 95 %, which are never too short."""

from math import exp, expm1, lgamma, log, log1p
from typing import Final

CONFIDENCE: Final = 0.95

_STEPS: Final = 200
_ENOUGH: Final = 1e-12
_SMALLEST: Final = 1e-300


def interval(hits: int, trials: int) -> tuple[float, float]:
    """Return the lower and upper bound of a share.

    When no or every trial was a hit, all the doubt is on one side: the bound is one-sided, about 3 / trials.

    Raises:
        ValueError: when there are no trials, or hits that there cannot be.
    """
    if trials < 1 or not 0 <= hits <= trials:
        raise ValueError("hits out of trials")
    doubt = 1 - CONFIDENCE
    if hits == 0:
        return 0.0, -expm1(log(doubt) / trials)
    if hits == trials:
        return exp(log(doubt) / trials), 1.0
    lower = _beta_quantile(doubt / 2, hits, trials - hits + 1)
    return lower, _beta_quantile(1 - doubt / 2, hits + 1, trials - hits)


def _beta_quantile(share: float, a: float, b: float) -> float:
    """Return x with I_x(a, b) = share, by halving."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _beta_share(middle, a, b) < share else (low, middle)
    return (low + high) / 2


def _beta_share(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), 0 < x < 1."""
    if x > (a + 1) / (a + b + 2):  # the fraction converges on the other side
        return 1 - _beta_share(1 - x, b, a)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    return front / a * _continued_fraction(x, a, b)


def _continued_fraction(x: float, a: float, b: float) -> float:
    """Return the continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method."""
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    result = d
    for m in range(1, _STEPS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _not_zero(1 + term * d)
            c = _not_zero(1 + term / c)
            result *= c * d
        if abs(c * d - 1) < _ENOUGH:
            break
    return result


def _not_zero(value: float) -> float:
    return value if abs(value) > _SMALLEST else _SMALLEST
