"""Where everything is on the consent form: the single source for the printed page and for the reader.

Letter page in points (1/72 inch), origin top left, x to the right, y down. Both languages have the same geometry, so
one set of boxes reads every form of a revision. Sizes were chosen by measurement: 30 pt corner marks and a 70 pt code
register at 100 to 300 dpi; comb cells of 15.5 x 22 pt keep hand-written digits apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from schemas.values import Language

FORM_REVISION: Final = "2026-11"
"""Printed on the page and in the code. A new revision is needed whenever a box moves or the text changes."""

REVISION_DATE: Final = date(2026, 11, 1)
"""Fixed date of the PDF's metadata, so that the same input gives the same bytes."""

RETIRED_REVISIONS: Final[frozenset[str]] = frozenset({"2026-05"})
"""Revisions that were printed once and are no longer accepted."""

PAGE_WIDTH: Final = 612.0
PAGE_HEIGHT: Final = 792.0
DEFAULT_MONTHS: Final = 12
"""Length of the consent when the parent writes no dates into box 5: printed on the form."""

MARK_SIZE: Final = 30.0
CELL_WIDTH: Final = 15.5
CELL_HEIGHT: Final = 22.0
GROUP_GAP: Final = 8.0
CHECK_SIZE: Final = 13.0
LEFT: Final = 40.0
RIGHT: Final = 572.0

ROW_PARENT: Final = 393.0
ROW_CASE: Final = 452.0
ROW_ORGANIZATION: Final = 511.0
ROW_SIGNATURE: Final = 604.0

DATE_GROUPS: Final = (2, 2, 4)
"""Month, day, year: the order of a date in the boxes."""
CASE_IDENTIFIER_GROUPS: Final = (9,)

DATE_FIELDS: Final = ("birth_date", "starts_on", "expires_on", "signed_on")
COMB_FIELDS: Final = (*DATE_FIELDS, "case_identifier")
TEXT_FIELDS: Final = ("parent_name", "organization")
CHECK_FIELDS: Final = ("role_noncustodial", "role_custodial", "safety_yes")
INK_FIELDS: Final = ("signature", "witness")

_BOX_NUMBERS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "parent_name": 1,
        "birth_date": 2,
        "case_identifier": 3,
        "role_noncustodial": 4,
        "role_custodial": 4,
        "organization": 5,
        "starts_on": 5,
        "expires_on": 5,
        "signature": 6,
        "signed_on": 7,
        "safety_yes": 8,
        "witness": 9,
    }
)


@dataclass(frozen=True, slots=True)
class FieldBox:
    """A rectangle on the page, in points; x and y are its top left corner. Its border is drawn centred on this edge."""

    name: str
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x of the right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of the bottom edge."""
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Mark:
    """A corner mark: ArUco dictionary 4x4_50, black border included, quiet zone not."""

    marker_id: int
    box: FieldBox


@dataclass(frozen=True, slots=True)
class FormLayout:
    """Everything that a reader needs to find a field.

    Attributes:
        revision: form revision that this layout belongs to.
        language: language of the printed text; the geometry is the same for all.
        width: page width, points.
        height: page height, points.
        marks: ids 0 to 3: top left, top right, bottom right, bottom left.
        code: the QR code's modules, without quiet zone.
        fields: every field by name; for a comb, the rectangle around all its cells.
        cells: comb cells by field name, left to right.
        signature_baseline: y of the printed line inside the signature box.
    """

    revision: str
    language: Language
    width: float
    height: float
    marks: tuple[Mark, ...]
    code: FieldBox
    fields: Mapping[str, FieldBox]
    cells: Mapping[str, tuple[FieldBox, ...]]
    signature_baseline: float

    @property
    def signature(self) -> FieldBox:
        """The box that the parent signs in."""
        return self.fields["signature"]


def _comb(name: str, x: float, y: float, groups: tuple[int, ...]) -> tuple[FieldBox, ...]:
    """Return the cells of a comb: touching inside a group, GROUP_GAP between groups."""
    cells: list[FieldBox] = []
    left = x
    for group in groups:
        for _ in range(group):
            cells.append(FieldBox(f"{name}.{len(cells)}", left, y, CELL_WIDTH, CELL_HEIGHT))
            left += CELL_WIDTH
        left += GROUP_GAP
    return tuple(cells)


def _around(name: str, cells: tuple[FieldBox, ...]) -> FieldBox:
    """Return the rectangle around cells of one row."""
    first, last = cells[0], cells[-1]
    return FieldBox(name, first.x, first.y, last.right - first.x, first.height)


_COMB_WIDTH: Final = sum(DATE_GROUPS) * CELL_WIDTH + (len(DATE_GROUPS) - 1) * GROUP_GAP
_RIGHT_COMB: Final = RIGHT - _COMB_WIDTH

_MARKS: Final = tuple(
    Mark(marker_id, FieldBox(f"mark.{marker_id}", x, y, MARK_SIZE, MARK_SIZE))
    for marker_id, (x, y) in enumerate(((24.0, 24.0), (558.0, 24.0), (558.0, 738.0), (24.0, 738.0)))
)
_CODE: Final = FieldBox("code", 476.0, 24.0, 70.0, 70.0)

_CELLS: Final[Mapping[str, tuple[FieldBox, ...]]] = MappingProxyType(
    {
        "birth_date": _comb("birth_date", _RIGHT_COMB, ROW_PARENT, DATE_GROUPS),
        "case_identifier": _comb("case_identifier", LEFT, ROW_CASE, CASE_IDENTIFIER_GROUPS),
        "starts_on": _comb("starts_on", _RIGHT_COMB - 18.0 - _COMB_WIDTH, ROW_ORGANIZATION, DATE_GROUPS),
        "expires_on": _comb("expires_on", _RIGHT_COMB, ROW_ORGANIZATION, DATE_GROUPS),
        "signed_on": _comb("signed_on", _RIGHT_COMB, ROW_SIGNATURE, DATE_GROUPS),
    }
)

_OPEN_BOXES: Final = (
    FieldBox("parent_name", LEFT, ROW_PARENT, _RIGHT_COMB - 18.0 - LEFT, CELL_HEIGHT),
    FieldBox("role_noncustodial", 212.0, ROW_CASE, CHECK_SIZE, CHECK_SIZE),
    FieldBox("role_custodial", 212.0, ROW_CASE + 19.0, CHECK_SIZE, CHECK_SIZE),
    FieldBox("organization", LEFT, ROW_ORGANIZATION, _RIGHT_COMB - 36.0 - _COMB_WIDTH - LEFT, CELL_HEIGHT),
    FieldBox("signature", LEFT, ROW_SIGNATURE, _RIGHT_COMB - 18.0 - LEFT, 52.0),
    FieldBox("safety_yes", LEFT + 18.0, 669.0, CHECK_SIZE, CHECK_SIZE),
    FieldBox("witness", 250.0, 705.0, RIGHT - 250.0, CELL_HEIGHT),
)

_FIELDS: Final[Mapping[str, FieldBox]] = MappingProxyType(
    {box.name: box for box in _OPEN_BOXES} | {name: _around(name, cells) for name, cells in _CELLS.items()}
)

SIGNATURE_BASELINE: Final = _FIELDS["signature"].bottom - 12.0


def layout(language: Language) -> FormLayout:
    """Return the layout of the current revision in a language."""
    return FormLayout(
        revision=FORM_REVISION,
        language=language,
        width=PAGE_WIDTH,
        height=PAGE_HEIGHT,
        marks=_MARKS,
        code=_CODE,
        fields=_FIELDS,
        cells=_CELLS,
        signature_baseline=SIGNATURE_BASELINE,
    )


def box_number(field_name: str) -> int:
    """Return the number printed beside a field, for sentences such as "Ask the parent to sign in box 6".

    Raises:
        KeyError: for a name that is no field of the form.
    """
    return _BOX_NUMBERS[field_name]
