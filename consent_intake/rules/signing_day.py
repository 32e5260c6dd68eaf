"""Which day is most likely written in a comb that is not read surely.

Nobody claims a consent's dates, so a reading has nothing to be compared with; but forms are uploaded within weeks of
being signed, and a period starts and ends within a year or so of that. Every day is weighed by how well it fits the
cells and by whether it lies where such a date is to be expected; the best one counts when hardly anything else is
left. A wrong year is the one misreading that would let an expired form pass: days outside are weighed with it. Nobody
signs a form before it is printed, so where the register knows its printing day, earlier ones hardly count, nor do those
that are months ahead.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from math import exp, log

from consent_intake.rules.claim_thresholds import ClaimThresholds
from consent_intake.rules.comb_text import chance_of, fitted
from consent_intake.rules.form_reading import CombCell, Engine, WrittenText

RECENT_DAYS = 60
"""Forms are uploaded within weeks."""

_POST_DATED = timedelta(days=90)
"""Nobody dates a signature further ahead; some weeks ahead, somebody may mean the day on which the consent starts."""

_BEFORE = timedelta(days=1_200)
_AHEAD = timedelta(days=400)
_MONTHS = 12
_DATE_LENGTH = 8
_TEN = "0123456789"
_SECOND_READING = 2.0
"""Nats by which another engine's exact reading counts for a day."""

_SURE_SECOND_READING = 4.0
"""The same when that engine is sure of every digit: 542 of 546 dates that it was so sure of were right; with 2 nats a
27 that the cells took for a 17 outweighed it, and a date of tomorrow passed."""


@dataclass(frozen=True)
class Days:
    """From the first day to the last."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


_EVER = Days(date.min, date.max)


@dataclass(frozen=True)
class _Fit:
    day: date
    nats: float
    least: float
    """Chance of the character that is least likely in its cell."""


def likely_signing_day(
    written: WrittenText, today: date, thresholds: ClaimThresholds, printed_on: date | None = None
) -> date | None:
    """Return the day; of several that fit nearly alike the earliest, so that the consent never runs longer than meant.

    None when the days of the last weeks do not have nearly all of the weight.

    Args:
        written: the comb.
        today: legal day.
        thresholds: of the policy.
        printed_on: when the form was printed, which is before anybody could sign it; None when nobody knows.
    """
    share = thresholds.day_share if printed_on is None else thresholds.printed_day_share
    cell = thresholds.day_cell if printed_on is None else thresholds.printed_day_cell
    possible = _EVER if printed_on is None else Days(min(printed_on, today), today + _POST_DATED)
    recent = Days(max(today - timedelta(days=RECENT_DAYS), possible.first), today)
    fits = list(_fits(written, Days(today - _BEFORE, today + _AHEAD), thresholds))
    inside = [fit for fit in fits if fit.day in recent]
    if not inside or _share(fits, inside, recent, thresholds, possible) < share:
        return None
    best = max(inside, key=lambda fit: fit.nats)
    if best.least < cell:
        return None
    return min(fit.day for fit in inside if fit.nats > best.nats - log(thresholds.same_day_odds))


def likely_day(written: WrittenText, expected: Days, thresholds: ClaimThresholds) -> date | None:
    """Return the day of a period; None when another one than the best has more than a little of the weight."""
    fits = list(_fits(written, Days(expected.first - _BEFORE, expected.last + _AHEAD), thresholds))
    inside = [fit for fit in fits if fit.day in expected]
    if not inside:
        return None
    best = max(inside, key=lambda fit: fit.nats)
    same = [fit for fit in inside if fit.day == best.day]
    enough = _share(fits, same, expected, thresholds) >= thresholds.day_share and best.least >= thresholds.day_cell
    return best.day if enough else None


def _share(
    fits: list[_Fit], of: list[_Fit], expected: Days, thresholds: ClaimThresholds, possible: Days = _EVER
) -> float:
    """Return the share of some days in the weight of all.

    A day that is not to be expected weighs less, and one that is not possible hardly anything.
    """
    most = max(fit.nats for fit in fits)
    other = thresholds.other_day_weight

    def weight_of(day: date) -> float:
        if day in expected:
            return 1.0
        return other if day in possible else other * thresholds.unprinted_day_weight

    weight = [exp(fit.nats - most) * weight_of(fit.day) for fit in fits]
    return sum(exp(fit.nats - most) for fit in of) / sum(weight)


def _fits(written: WrittenText, days: Days, thresholds: ClaimThresholds) -> Iterator[_Fit]:
    """Yield how well each day fits the cells: day first only where none can be a month."""
    if len(written.cells) != _DATE_LENGTH:
        return
    others = _seconded(written, thresholds)
    chances = [{digit: _chance(cell, digit) for digit in _TEN} for cell in written.cells]
    nats = [{digit: log(chance) for digit, chance in of_cell.items()} for of_cell in chances]
    for day, text in _written_days(days):
        fit = sum(of_cell[digit] for of_cell, digit in zip(nats, text, strict=True))
        least = min(of_cell[digit] for of_cell, digit in zip(chances, text, strict=True))
        yield _Fit(day, fit + others.get(text, 0.0), least)


def _seconded(written: WrittenText, thresholds: ClaimThresholds) -> dict[str, float]:
    """Return what other engines made of the whole comb, with the nats that it counts for."""
    nats = dict[str, float]()
    for reading in written.readings:
        text = None if reading.engine is Engine.CELLS else fitted(reading.text, written.cells)
        if text is not None:
            sure = reading.confidence >= thresholds.sure_second
            nats[text] = max(nats.get(text, 0.0), _SURE_SECOND_READING if sure else _SECOND_READING)
    return nats


@lru_cache(maxsize=16)
def _written_days(days: Days) -> tuple[tuple[date, str], ...]:
    """Return each day with the digits that may stand for it; a form's dates ask for the same years over and over."""
    written, day = list[tuple[date, str]](), days.first
    while day <= days.last:
        written.append((day, f"{day:%m%d%Y}"))
        if day.day > _MONTHS:
            written.append((day, f"{day:%d%m%Y}"))
        day += timedelta(days=1)
    return tuple(written)


def _chance(cell: CombCell, digit: str) -> float:
    """Return a digit's chance; what a cell's reading leaves over belongs to the digits that it does not name."""
    unnamed = len(_TEN) - len(cell.chances)
    if digit in cell.chances or unnamed <= 0:
        return chance_of(cell, digit)
    return max((1 - sum(cell.chances.values())) / unnamed, chance_of(cell, digit))
