"""Fills the boxes of a printed form: letters into cells, ticks, a signature, a date."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from numpy.random import Generator

from consent_intake.samples.ink import BLACK, Colour, Ink, cap_height, letters_width
from consent_intake.samples.real_digits import DigitHand
from consent_intake.samples.signatures import PLAIN_STYLES, mark_without_meaning, sign
from schemas.values import CaseIdentifier, Party
from services.consent_form.layout import FieldBox, FormLayout
from services.consent_form.prefill import SMALLEST_TEXT, DoesNotFitBox, date_digits
from services.fonts import FONT_FOLDER

_FONTS: Final = Path(__file__).resolve().parent / "fonts"

HAND_FONTS: Final = tuple(_FONTS / name for name in ("Kalam-Regular.ttf", "Caveat-SemiBold.ttf"))
"""Clear handwriting, for samples that must keep their outcome. Licences: see fonts/README.md."""

SCORED_HAND_FONTS: Final = (
    *HAND_FONTS,
    *(_FONTS / f"{name}-Regular.ttf" for name in ("PatrickHand", "ArchitectsDaughter", "ReenieBeanie", "GochiHand")),
    *(_FONTS / f"{name}-Regular.ttf" for name in ("IndieFlower", "AnnieUseYourTelescope", "DeliciousHandrawn")),
    _FONTS / "NanumPenScript-Regular.ttf",
)
"""Handwriting that no reader was trained on, clear and less clear."""

PENS: Final[tuple[Colour, ...]] = (BLACK, (0.05, 0.10, 0.42), (0.02, 0.05, 0.25))
"""Black and two blues."""

TYPED_FONT: Final = FONT_FOLDER / "PublicSans-Regular.ttf"

_CAP_HEIGHT: Final = 0.7
"""Height of capitals as a share of the font size; other fonts are enlarged or shrunk to it."""

_NEARLY: Final = 0.04
_WIDEST_IN_CELL: Final = 14.0


@dataclass(frozen=True, slots=True)
class Paper:
    """What is written on one form; None and empty leave a box empty.

    Attributes:
        ticked: role boxes that are ticked.
        signature: what is in the signature box.
    """

    parent_name: str
    birth_date: date
    case_identifier: CaseIdentifier
    ticked: tuple[Party, ...]
    signed_on: date | None
    starts_on: date | None = None
    expires_on: date | None = None
    signature: str = "signed"
    safety: bool = False


@dataclass(frozen=True)
class Writer:
    """One person's way of filling in a form; a hand shakes, a computer does not.

    Attributes:
        ink: of the pen.
        font: letters, and digits unless ``digits`` writes them.
        random: of the sample.
        by_hand: whether it shakes.
        capitals: whether names are written in capitals, as the form asks.
        digits: real digits to write with.
    """

    ink: Ink
    font: Path
    random: Generator
    by_hand: bool
    capitals: bool = True
    digits: DigitHand | None = None

    def spelled(self, text: str) -> str:
        """Return a text as this person writes it."""
        return text.upper() if self.by_hand and self.capitals else text

    def line(self, box: FieldBox, text: str) -> None:
        """Write a text into a text box, in capitals when by hand, as large as fits.

        Raises:
            DoesNotFitBox: when it would be too small to read.
        """
        text = self.spelled(text)
        width = box.width - 14.0
        largest = (15.0 if self.by_hand else 11.5) * _enlarged(self.font)
        size = min(largest, width / max(letters_width(text, 1.0, self.font), 0.1))
        if size < SMALLEST_TEXT:
            raise DoesNotFitBox(box.name)
        baseline = box.y + (box.height + size * cap_height(self.font)) / 2 + self._shake(0.7)
        self.ink.letters(text, (box.x + 6.0, baseline), size, self.font, tilt=self._shake(0.5))

    def cells(self, cells: tuple[FieldBox, ...], characters: str) -> None:
        """Write one character into each cell."""
        for cell, character in zip(cells, characters, strict=True):
            if self.digits is not None and character.isdigit():
                self._real_digit(self.digits, cell, character)
            else:
                self._letter(cell, character)

    def _letter(self, cell: FieldBox, character: str) -> None:
        size = (17.0 if self.by_hand else 12.0) * (1 + self._shake(0.05)) * _enlarged(self.font)
        size = min(size, _WIDEST_IN_CELL / letters_width(character, 1.0, self.font))
        width = letters_width(character, size, self.font)
        left = cell.x + (cell.width - width) / 2 + self._shake(0.8)
        baseline = cell.y + (cell.height + size * cap_height(self.font)) / 2 + self._shake(0.8)
        self.ink.letters(character, (left, baseline), size, self.font, tilt=self._shake(3.0))

    def _real_digit(self, digits: DigitHand, cell: FieldBox, digit: str) -> None:
        middle = (cell.x + cell.width / 2 + self._shake(1.0), cell.y + cell.height / 2 + self._shake(1.2))
        digits.draw(self.ink, digit, middle, 13.5 * (1 + self._shake(0.12)))

    def tick(self, box: FieldBox) -> None:
        """Cross a check box."""
        for up in (False, True):
            start, end = (box.bottom - 2.5, box.y + 2.5) if up else (box.y + 2.5, box.bottom - 2.5)
            left, right = box.x + 2.5 + self._shake(0.8), box.right - 2.5 + self._shake(0.8)
            self.ink.stroke([(left, start + self._shake(0.8)), (right, end + self._shake(0.8))], [1.5])

    def tick_roles(self, form: FormLayout, parties: Iterable[Party]) -> None:
        """Cross the box of each side of the case."""
        for party in parties:
            self.tick(form.fields[f"role_{party.value}"])

    def _shake(self, most: float) -> float:
        return float(self.random.uniform(-most, most)) if self.by_hand else 0.0


def _enlarged(font: Path) -> float:
    """Return how much larger a font must be set than the usual one to look as large."""
    share = cap_height(font)
    return 1.0 if abs(share - _CAP_HEIGHT) < _NEARLY else _CAP_HEIGHT / share


def fill_boxes(writer: Writer, form: FormLayout, paper: Paper) -> None:
    """Write everything but the signature, the signing date and the safety box."""
    writer.line(form.fields["parent_name"], paper.parent_name)
    writer.cells(form.cells["case_identifier"], paper.case_identifier)
    for name, day in (
        ("birth_date", paper.birth_date),
        ("starts_on", paper.starts_on),
        ("expires_on", paper.expires_on),
    ):
        if day is not None:
            writer.cells(form.cells[name], date_digits(day))
    writer.tick_roles(form, paper.ticked)


def sign_and_date(writer: Writer, form: FormLayout, paper: Paper) -> None:
    """Sign, date, and tick the safety box where the paper says so."""
    if paper.signature == "signed":
        style = PLAIN_STYLES[int(writer.random.integers(len(PLAIN_STYLES)))]
        sign(writer.ink, form.signature, form.signature_baseline, writer.random, style=style)
    elif paper.signature == "witness":
        witness = form.fields["witness"]
        sign(writer.ink, witness, witness.bottom - 4.0, writer.random)
    elif paper.signature == "unclear":
        mark_without_meaning(writer.ink, form.signature, form.signature_baseline, paper.parent_name, writer.random)
    if paper.signed_on is not None:
        writer.cells(form.cells["signed_on"], date_digits(paper.signed_on))
    if paper.safety:
        writer.tick(form.fields["safety_yes"])
