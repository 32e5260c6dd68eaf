"""Fills the boxes of a printed form: letters into cells, ticks, a signature, a date."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from numpy.random import Generator

from consent_intake.samples.ink import Ink, letters_width
from consent_intake.samples.signatures import mark_without_meaning, sign
from schemas.values import CaseIdentifier, Party
from services.consent_form.layout import FieldBox, FormLayout
from services.consent_form.prefill import SMALLEST_TEXT, DoesNotFitBox, date_digits
from services.fonts import FONT_FOLDER

HAND_FONTS: Final = tuple(
    Path(__file__).resolve().parent / "fonts" / name for name in ("Kalam-Regular.ttf", "Caveat-SemiBold.ttf")
)
"""Handwriting under the SIL Open Font License; see the OFL files beside them."""

TYPED_FONT: Final = FONT_FOLDER / "PublicSans-Regular.ttf"

_CAP_HEIGHT: Final = 0.7
"""Height of capitals and digits as a share of the font size; nearly the same for all three fonts."""


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
    """One person's way of filling in a form; a hand shakes, a computer does not."""

    ink: Ink
    font: Path
    random: Generator
    by_hand: bool

    def line(self, box: FieldBox, text: str) -> None:
        """Write a text into a text box, in capitals when by hand, as large as fits.

        Raises:
            DoesNotFitBox: when it would be too small to read.
        """
        text = text.upper() if self.by_hand else text
        width = box.width - 14.0
        largest = 15.0 if self.by_hand else 11.5
        size = min(largest, width / max(letters_width(text, 1.0, self.font), 0.1))
        if size < SMALLEST_TEXT:
            raise DoesNotFitBox(box.name)
        baseline = box.y + (box.height + size * _CAP_HEIGHT) / 2 + self._shake(0.7)
        self.ink.letters(text, (box.x + 6.0, baseline), size, self.font, tilt=self._shake(0.5))

    def cells(self, cells: tuple[FieldBox, ...], characters: str) -> None:
        """Write one character into each cell."""
        for cell, character in zip(cells, characters, strict=True):
            size = (17.0 if self.by_hand else 12.0) * (1 + self._shake(0.05))
            width = letters_width(character, size, self.font)
            left = cell.x + (cell.width - width) / 2 + self._shake(0.8)
            baseline = cell.y + (cell.height + size * _CAP_HEIGHT) / 2 + self._shake(0.8)
            self.ink.letters(character, (left, baseline), size, self.font, tilt=self._shake(3.0))

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
        sign(writer.ink, form.signature, form.signature_baseline, writer.random)
    elif paper.signature == "witness":
        witness = form.fields["witness"]
        sign(writer.ink, witness, witness.bottom - 4.0, writer.random)
    elif paper.signature == "unclear":
        mark_without_meaning(writer.ink, form.signature, form.signature_baseline, paper.parent_name, writer.random)
    if paper.signed_on is not None:
        writer.cells(form.cells["signed_on"], date_digits(paper.signed_on))
    if paper.safety:
        writer.tick(form.fields["safety_yes"])
