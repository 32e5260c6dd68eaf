"""Readings of the consent form for tests: a good one, and ways to change one thing about it."""

from datetime import date

from consent_intake.rules.form_reading import (
    CombCell,
    Crop,
    Engine,
    EngineText,
    FormReading,
    ReadForm,
    Registration,
    SignatureInk,
    WrittenText,
)
from schemas.consent_records import ConsentClaim
from schemas.values import Language, Party
from services.consent_form.code import FormCode
from services.consent_form.layout import FORM_REVISION

TODAY = date(2026, 11, 16)
CLAIM = ConsentClaim(
    parent_name="María Elena Pérez",
    birth_date=date(1988, 1, 15),
    case_identifier="AB12345C1",
    party=Party.NONCUSTODIAL,
)
CODE = FormCode("CSC1", FORM_REVISION, Language.SPANISH, "BFF", "0001abcd0001abcd")
SIGNED_MEASURES = {
    "area": 300.0,
    "stroke_length": 400.0,
    "height": 30.0,
    "width": 120.0,
    "largest_part": 50.0,
    "straightness": 0.3,
    "components": 3.0,
    "solidity": 0.2,
}
SIGNED = SignatureInk(measures=SIGNED_MEASURES, crop=Crop(left=111, top=1678, width=756, height=144))
EMPTY = SignatureInk(measures=dict.fromkeys(SIGNED_MEASURES, 0.0), crop=Crop(left=111, top=1678, width=756, height=144))
BLANK = WrittenText(cells=(CombCell(),) * 8)
"""A comb for a date that nobody wrote into."""

NOT_WRITTEN = WrittenText()
"""An open box that nobody wrote into."""


def comb(text: str, *, again: str | None = None, confidence: float = 0.95) -> WrittenText:
    """Return a comb whose cells read as ``text``; ``again`` is what the line engine made of it, when it differs."""
    readings = (
        EngineText(engine=Engine.CELLS, text=text, confidence=confidence),
        EngineText(engine=Engine.RAPIDOCR, text=text if again is None else again, confidence=confidence),
    )
    cells = tuple(CombCell(chances={character: confidence}, ink=0.15) for character in text)
    return WrittenText(text=text, confidence=confidence, ink=0.15, readings=readings, cells=cells)


def line(text: str, confidence: float = 0.95) -> WrittenText:
    """Return an open box that two engines read as ``text``."""
    readings = tuple(
        EngineText(engine=engine, text=text, confidence=confidence) for engine in (Engine.RAPIDOCR, Engine.TESSERACT)
    )
    return WrittenText(text=text, confidence=confidence, ink=0.08, readings=readings)


FIELDS = {
    "parent_name": line("Maria Elena Perez"),
    "organization": line("Bronx Family Forward"),
    "birth_date": comb("01151988"),
    "case_identifier": comb("AB12345C1"),
    "starts_on": BLANK,
    "expires_on": BLANK,
    "signed_on": comb("11142026"),
}
BOXES = {"role_noncustodial": 0.35, "role_custodial": 0.0, "safety_yes": 0.0}
GOOD = FormReading(
    page_count=1,
    page_index=0,
    registration=Registration.MARKS,
    forms=1,
    code=CODE,
    fields=FIELDS,
    boxes=BOXES,
    signature=SIGNED,
    witness=EMPTY,
)


def reading(**changes: object) -> FormReading:
    """Return the good reading with some attributes replaced."""
    return GOOD.model_copy(update=changes)


def with_fields(**fields: WrittenText) -> FormReading:
    """Return the good reading with some fields replaced."""
    return reading(fields=FIELDS | fields)


def with_boxes(**boxes: float) -> FormReading:
    """Return the good reading with some check boxes replaced."""
    return reading(boxes=BOXES | boxes)


class FixedReader:
    """A reader that always reads the same."""

    def __init__(self, form: FormReading) -> None:
        self.form = form
        self.documents: list[bytes] = []

    async def read(self, document: bytes) -> ReadForm:
        self.documents.append(document)
        return ReadForm(self.form, b"a picture")
