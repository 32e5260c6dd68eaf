"""Which day a hand-written signing date most likely is.

Nobody claims a signing date, so its reading has nothing to be compared with; but forms are uploaded within weeks of
being signed. Among the days of the last weeks the one that fits the cells is taken, when no day outside them fits as
well and the year stands by itself: a wrong year is the one misreading that would let an expired form pass.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from math import log

from consent_intake.rules.claim_thresholds import ClaimThresholds
from consent_intake.rules.comb_evidence import least_chance, other_readings
from consent_intake.rules.comb_text import chance_of
from consent_intake.rules.form_reading import WrittenText

RECENT_DAYS = 60
"""Forms are uploaded within weeks."""

_LOOKED_AT = timedelta(days=1_200)
_AHEAD = timedelta(days=400)
_MONTHS = 12
_YEAR = slice(4, 8)
_DATE_LENGTH = 8
_SECOND_READING = 2.0
"""Nats by which another engine's exact reading counts for a day."""


def likely_signing_day(written: WrittenText, today: date, thresholds: ClaimThresholds) -> date | None:
    """Return the day; of several that fit nearly alike the earliest, so that the consent never runs longer than meant.

    None when no recent day fits well, or another one fits better.
    """
    if len(written.cells) != _DATE_LENGTH:
        return None
    fits = sorted(_fits(written, today), reverse=True)
    best, day, text = fits[0]
    if not _is_recent(day, today) or least_chance(written, text) < thresholds.signing_cell:
        return None
    if (
        min(chance_of(cell, c) for cell, c in zip(written.cells[_YEAR], text[_YEAR], strict=True))
        < thresholds.year_cell
    ):
        return None
    rivals = [other for fit, other, _ in fits if fit > best - log(thresholds.signing_odds)]
    if not all(_is_recent(other, today) for other in rivals):
        return None
    return min(other for fit, other, _ in fits if fit > best - log(thresholds.same_day_odds))


def _is_recent(day: date, today: date) -> bool:
    return timedelta(0) <= today - day <= timedelta(days=RECENT_DAYS)


def _fits(written: WrittenText, today: date) -> Iterator[tuple[float, date, str]]:
    """Yield how well each day fits, in nats, the day and its eight digits: day first only where none can be a month."""
    others = set(other_readings(written))
    day = today - _LOOKED_AT
    while day <= today + _AHEAD:
        texts = [f"{day:%m%d%Y}"] + ([f"{day:%d%m%Y}"] if day.day > _MONTHS else [])
        for text in texts:
            fit = sum(log(chance_of(cell, c)) for cell, c in zip(written.cells, text, strict=True))
            yield fit + _SECOND_READING * (text in others), day, text
        day += timedelta(days=1)
