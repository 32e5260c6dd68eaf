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
from consent_intake.rules.policy import Policy
from consent_intake.rules.signature_model import SignatureModel, Tree
from schemas.consent_records import ConsentClaim
from schemas.values import Language, Party
from services.consent_form.code import FormCode
from services.consent_form.layout import FORM_REVISION

TODAY = date(2026, 11, 16)
POLICY = Policy(
    version="2026-01.1",
    signature_model=SignatureModel(
        name="long strokes are signatures",
        measures=("stroke_length",),
        start=-8.0,
        slope=1.0,
        offset=0.0,
        trees=(
            Tree(
                measure=(0, -1, -1),
                limit=(50.0, 0.0, 0.0),
                left=(1, 0, 0),
                right=(2, 0, 0),
                value=(0.0, 0.0, 16.0),
            ),
        ),
    ),
)
"""A policy of the usual thresholds and a model that fits in the head."""

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
    """Return a comb whose cells read as ``text``, each this likely.

    Args:
        text: what the cells read as.
        again: what another engine made of the whole: by default the same; empty when none was asked.
        confidence: of each cell; the rest is the other engine's character's, where it differs.
    """
    other = text if again is None else again
    readings = [EngineText(engine=Engine.CELLS, text=text, confidence=confidence)]
    if other:
        readings.append(EngineText(engine=Engine.RAPIDOCR, text=other, confidence=confidence))
    cells = tuple(
        CombCell(chances={second: 1 - confidence} | {first: confidence}, ink=0.15)
        for first, second in zip(text, other if len(other) == len(text) else text, strict=True)
    )
    return WrittenText(text=text, confidence=confidence, ink=0.15, readings=tuple(readings), cells=cells)


def comb_of_a_doubtful_year(text: str) -> WrittenText:
    """Return a comb of a date whose last digit may as well be one of the two before it, and that was read once."""
    sure = comb(text, again="", confidence=0.995)
    last = int(text[-1])
    years = {str(last): 0.6, str(last - 1): 0.2, str(last - 2): 0.2}
    return sure.model_copy(update={"cells": (*sure.cells[:-1], CombCell(chances=years, ink=0.15))})


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
