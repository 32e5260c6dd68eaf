"""What was read from a form: the record that adapters make, rules judge, and the vault keeps sealed.

A confined child writes it and a stranger's file may have taken that child over, so every part is bounded: what does
not fit is no reading.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from schemas.reason_codes import ReasonCode
from schemas.values import Language
from services.consent_form.code import FormCode

Share = Annotated[float, Field(ge=0, le=1)]
ShortText = Annotated[str, Field(max_length=300)]


class Registration(StrEnum):
    """How the page was found on the picture."""

    MARKS = "marks"
    CODE_AND_MARKS = "code_and_marks"
    PRINT = "print"
    """By the form's own printed lines and words, when too many marks are lost."""
    UNSURE = "unsure"
    """Some sign of the form, but not enough to trust where its boxes are."""
    NONE = "none"
    """Nothing of the form."""


class Engine(StrEnum):
    """Who read a box."""

    CELLS = "cells"
    """The reader of single characters in comb cells."""
    RAPIDOCR = "rapidocr"
    TESSERACT = "tesseract"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Crop(_Record):
    """Where something is on the stored picture of the page, in its pixels."""

    left: int = Field(ge=0, le=10_000)
    top: int = Field(ge=0, le=10_000)
    width: int = Field(ge=0, le=10_000)
    height: int = Field(ge=0, le=10_000)


class EngineText(_Record):
    """What one engine made of a box.

    Attributes:
        engine: who read it.
        text: as read; combs without gaps.
        confidence: of the least certain word or character, 0 to 1.
    """

    engine: Engine
    text: ShortText = ""
    confidence: Share = 0.0


class CombCell(_Record):
    """One comb cell.

    Attributes:
        chances: the most likely characters (0-9, A-Z) and their probabilities, at most six; empty for an empty cell.
        ink: share of the cell that is ink.
    """

    chances: Annotated[dict[Annotated[str, Field(min_length=1, max_length=1)], Share], Field(max_length=6)] = {}
    ink: Share = 0.0


class WrittenText(_Record):
    """One field as read from its box.

    Attributes:
        text: best reading, spaces kept; comb fields without gaps.
        confidence: of that reading, 0 to 1.
        ink: share of the box's area that is ink the blank form does not have, 0 to 1.
        readings: what each engine made of it, at most one of each.
        cells: combs only: what the character reader saw in each cell, left to right.
        crop: where the box is on the stored picture.
    """

    text: ShortText = ""
    confidence: Share = 0.0
    ink: Share = 0.0
    readings: Annotated[tuple[EngineText, ...], Field(max_length=3)] = ()
    cells: Annotated[tuple[CombCell, ...], Field(max_length=12)] = ()
    crop: Crop | None = None

    def by(self, engine: Engine) -> EngineText | None:
        """Return one engine's reading; None when it was not asked."""
        return next((reading for reading in self.readings if reading.engine is engine), None)


class ZoneWord(_Record):
    """A word recognised inside the signature box."""

    text: ShortText
    confidence: Share


class SignatureInk(_Record):
    """Ink in the signature box after the blank form is taken away. Lengths in points (1/72 inch).

    Attributes:
        measures: named measures of the ink, each a finite number; what they mean is in rules/signature_rules.py.
        words: what a recogniser for print makes of the zone.
        crop: where the box is on the stored picture.
    """

    measures: Annotated[dict[Annotated[str, Field(max_length=40)], float], Field(max_length=100)] = {}
    words: Annotated[tuple[ZoneWord, ...], Field(max_length=60)] = ()
    crop: Crop | None = None


class DigitalSignature(_Record):
    """A digital signature in a PDF, as pyHanko judged it.

    Attributes:
        intact: the signed bytes are unchanged.
        valid: the signature fits certificate and bytes.
        trusted: the certificate leads to the trust list.
        modification: pyHanko's modification level, ``NONE`` when nothing changed after signing.
        coverage: pyHanko's coverage level, ``ENTIRE_FILE`` when no byte is outside it.
        signer_name: common name of the certificate.
        signed_at: time of a trusted time stamp, else the signer's own clock.
        stamped: whether signed_at is a trusted time stamp's.
    """

    intact: bool
    valid: bool
    trusted: bool
    modification: Annotated[str, Field(max_length=40)]
    coverage: Annotated[str, Field(max_length=40)]
    signer_name: ShortText = ""
    signed_at: datetime | None = None
    stamped: bool = False


class ForeignLetter(_Record):
    """What was found on a page that is not our form: a hint for a reviewer, never evidence.

    Attributes:
        language: of most of the words found.
        consent_words: distinct consent phrases found.
        signature_zone: where a signature is expected, on the stored picture.
        zone_ink: share of that zone that is ink.
        date_zone: where a date is expected.
    """

    language: Language
    consent_words: int = Field(ge=0, le=1_000)
    signature_zone: Crop | None = None
    zone_ink: Share = 0.0
    date_zone: Crop | None = None


class FormReading(_Record):
    """A whole file's reading. Holds personal data: it exists sealed in the vault and never in an event or a log.

    Attributes:
        problem: why the file could not be turned into pages at all.
        page_count: pages of the file.
        page_index: page that was read, from 0; None when none was registered.
        registration: how that page was found.
        forms: how many pages of our form are in the file, two on one picture counted as two.
        code: what the printed code says; None when it could not be read.
        fields: text fields and combs by the layout's names.
        boxes: check boxes by the layout's names: share of the inside that is ink, 0 to 1.
        box_crops: where the check boxes are on the stored picture.
        signature: ink in the signature box; None when no page was registered.
        witness: ink in the witness box; None when no page was registered.
        field_hints: form fields of a PDF, never evidence.
        digital_signatures: of a PDF.
        letter: what was found when no page is our form.
    """

    problem: ReasonCode | None = None
    page_count: int = Field(default=0, ge=0, le=1_000)
    page_index: int | None = Field(default=None, ge=0, le=1_000)
    registration: Registration = Registration.NONE
    forms: int = Field(default=0, ge=0, le=1_000)
    code: FormCode | None = None
    fields: Annotated[dict[ShortText, WrittenText], Field(max_length=40)] = {}
    boxes: Annotated[dict[ShortText, Share], Field(max_length=40)] = {}
    box_crops: Annotated[dict[ShortText, Crop], Field(max_length=40)] = {}
    signature: SignatureInk | None = None
    witness: SignatureInk | None = None
    field_hints: Annotated[
        dict[Annotated[str, Field(max_length=1_000)], Annotated[str, Field(max_length=1_000)]], Field(max_length=200)
    ] = {}
    digital_signatures: Annotated[tuple[DigitalSignature, ...], Field(max_length=20)] = ()
    letter: ForeignLetter | None = None

    @property
    def registered(self) -> bool:
        """Whether the boxes are where the layout says."""
        return self.registration in {Registration.MARKS, Registration.CODE_AND_MARKS, Registration.PRINT}


@dataclass(frozen=True)
class ReadForm:
    """A reading and the picture that it was made from: what a reviewer sees is what was read.

    Attributes:
        reading: what was read.
        picture: PNG of the straightened page, or of the first page when none was registered; None without pages.
    """

    reading: FormReading
    picture: bytes | None = None
