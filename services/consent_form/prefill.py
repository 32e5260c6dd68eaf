"""Values that are printed into the boxes before the parent signs: what makes an automatic decision likely."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from fontTools.ttLib import TTFont

from schemas.values import CaseIdentifier, Party
from services.consent_form.layout import FieldBox, FormLayout
from services.fonts import FONT_FOLDER

LARGEST_TEXT: Final = 12.0
SMALLEST_TEXT: Final = 6.5
"""Points; smaller print isn't read reliably from a 200 dpi scan."""

_TWO_LINES: Final = 9.0
_CELL_TEXT: Final = 13.0
_INSET: Final = 5.0


class DoesNotFitBox(ValueError):
    """A value is too long for its box; names the field and never the value."""

    def __init__(self, field_name: str) -> None:
        super().__init__(field_name)
        self.field_name = field_name


@dataclass(frozen=True, slots=True)
class Prefill:
    """What is known about the parent when the form is printed; None leaves a box empty.

    Attributes:
        parent_name: as on the case.
        birth_date: date of birth.
        case_identifier: nine characters.
        party: the role box that is ticked.
        starts_on: first day; None means the day of signing.
        expires_on: last day; None means 12 months after signing.
    """

    parent_name: str | None = None
    birth_date: date | None = None
    case_identifier: CaseIdentifier | None = None
    party: Party | None = None
    starts_on: date | None = None
    expires_on: date | None = None

    @property
    def ticked(self) -> tuple[str, ...]:
        """Names of the check boxes to tick."""
        return () if self.party is None else (f"role_{self.party.value}",)

    @property
    def combs(self) -> dict[str, str]:
        """Characters for the comb cells, by field name."""
        dates = {"birth_date": self.birth_date, "starts_on": self.starts_on, "expires_on": self.expires_on}
        combs = {name: date_digits(day) for name, day in dates.items() if day is not None}
        if self.case_identifier is not None:
            combs["case_identifier"] = self.case_identifier
        return combs


@dataclass(frozen=True, slots=True)
class PrintedValue:
    """A value with its place on the page; kind is the CSS class."""

    kind: str
    x: float
    y: float
    width: float
    size: float
    text: str


def date_digits(day: date) -> str:
    """Return a date as it goes into the cells: MMDDYYYY."""
    return f"{day:%m%d}{day.year:04d}"


def printed_values(layout: FormLayout, organization_name: str, prefill: Prefill) -> list[PrintedValue]:
    """Return every value to print with its place.

    Raises:
        DoesNotFitBox: when a name is too long for its box.
    """
    values = [
        PrintedValue("cell", cell.x, cell.y + (cell.height - 14.0) / 2, cell.width, _CELL_TEXT, character)
        for name, characters in prefill.combs.items()
        for cell, character in zip(layout.cells[name], characters, strict=True)
    ]
    if prefill.parent_name:
        values.append(_one_line(layout.fields["parent_name"], prefill.parent_name))
    values.extend(_organization(layout.fields["organization"], organization_name))
    return values


def _organization(box: FieldBox, name: str) -> Iterator[PrintedValue]:
    """Yield the organization's name: one line where it fits at a good size, else two."""
    if not name:
        return
    width = box.width - 2 * _INSET
    if text_width(name) * _TWO_LINES <= width:
        yield _one_line(box, name)
        return
    size = min(_TWO_LINES, 0.88 * 2 * width / text_width(name))
    if size < SMALLEST_TEXT:
        raise DoesNotFitBox(box.name)
    yield PrintedValue("text-two", box.x + _INSET, box.y + (box.height - 21.0) / 2, width, size, name)


def _one_line(box: FieldBox, text: str) -> PrintedValue:
    width = box.width - 2 * _INSET
    size = min(LARGEST_TEXT, width / text_width(text))
    if size < SMALLEST_TEXT:
        raise DoesNotFitBox(box.name)
    return PrintedValue("text", box.x + _INSET, box.y + (box.height - 14.0) / 2, width + 1, size, text)


def is_printable(text: str) -> bool:
    """Return whether the form's typeface has every letter of a text."""
    glyphs = _advances()[0]
    return all(ord(letter) in glyphs for letter in text)


@lru_cache(maxsize=1)
def _advances() -> tuple[dict[int, str], dict[str, tuple[int, int]], int]:
    with TTFont(FONT_FOLDER / "PublicSans-SemiBold.ttf", lazy=True) as font:
        return dict(font.getBestCmap()), dict(font["hmtx"].metrics), int(font["head"].unitsPerEm)


def text_width(text: str) -> float:
    """Return the width of a text in Public Sans SemiBold at 1 pt; a letter that is not in the font counts as wide."""
    glyphs, metrics, units = _advances()
    return sum(metrics[glyphs[ord(c)]][0] if ord(c) in glyphs else units for c in text) / units
