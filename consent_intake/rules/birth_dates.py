"""What the cells of a birth date can hold: only days that exist, in a year in which a parent may have been born.

A month begins with 0 or 1, a day with 0 to 3, a year with 19 or 20. A cell in doubt between a 6 and a 1 at the head of
a month holds a 1, whatever the reader of single cells thinks; and "87" is no month that somebody claims wrongly, but
one that was read wrongly.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from itertools import pairwise
from math import prod
from typing import Final

from consent_intake.rules.comb_text import chance_of, date_in_comb, day_first_in_comb
from consent_intake.rules.form_reading import CombCell, WrittenText

YEARS: Final = range(1930, 2016)
"""In which a parent may have been born. Who was born in another one goes to a person, never to a rejection."""

_LEAP_YEAR: Final = 2000
_MONTHS: Final = 12
_LENGTH: Final = 8
_HALF: Final = 4
_LEAST_SHARE: Final = 0.05
"""Of what the cells were taken for, the part that days have to make up. With less, no day is written there, or the
reading is too poor to make one of it."""
_LEAST_CHANCE: Final = 0.0005


def as_birth_date(written: WrittenText) -> WrittenText:
    """Return a comb with each cell's chances among the days that there are; unchanged when no day fits at all."""
    if len(written.cells) != _LENGTH:
        return written
    day_texts, year_texts = _possible()
    first, second = _among(written.cells[:_HALF], day_texts), _among(written.cells[_HALF:], year_texts)
    if first is None or second is None:
        return written
    cells = (*first, *second)
    best = "".join(max(cell.chances, key=lambda digit: cell.chances[digit]) for cell in cells)
    return written.model_copy(update={"cells": cells, "text": best})


def is_birth_date(text: str) -> bool:
    """Return whether eight characters are a day on which a parent may have been born, month first or day first."""
    day = date_in_comb(text) or day_first_in_comb(text)
    return day is not None and day.year in YEARS


def _among(cells: Sequence[CombCell], texts: Iterable[str]) -> list[CombCell] | None:
    """Return cells with the chances of their digits, given that together they hold one of these texts."""
    shares: list[defaultdict[str, float]] = [defaultdict(float) for _ in cells]
    for text in texts:
        weight = prod(chance_of(cell, digit) for cell, digit in zip(cells, text, strict=True))
        for share, digit in zip(shares, text, strict=True):
            share[digit] += weight
    whole = sum(shares[0].values())
    if whole < _LEAST_SHARE:
        return None
    return [
        cell.model_copy(update={"chances": {d: s / whole for d, s in share.items() if s / whole >= _LEAST_CHANCE}})
        for cell, share in zip(cells, shares, strict=True)
    ]


@cache
def _possible() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what the first four cells may hold, day first only where that can be no month, and the last four."""
    starts = [date(_LEAP_YEAR + month // _MONTHS, month % _MONTHS + 1, 1) for month in range(_MONTHS + 1)]
    days = [(first.month, day) for first, after in pairwise(starts) for day in range(1, (after - first).days + 1)]
    month_first = {f"{month:02d}{day:02d}" for month, day in days}
    day_first = {f"{day:02d}{month:02d}" for month, day in days if day > _MONTHS}
    return tuple(sorted(month_first | day_first)), tuple(str(year) for year in YEARS)
