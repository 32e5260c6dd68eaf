"""The reading engines on a page that was never printed: the form's own pixels at 200 dpi with ink on them."""

from datetime import date
from functools import lru_cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from consent_intake.adapters.field_reader import NO_CLAIM, FieldReader, FieldsRead, is_ordinary
from consent_intake.adapters.field_strips import first_words, text_lines
from consent_intake.adapters.form_ink import InkBox, InkedForm, inked_form, without_streaks
from consent_intake.rules.check import Verdict
from consent_intake.rules.claim_checks import check_birth_date, check_case_identifier, check_name
from consent_intake.rules.claim_thresholds import ClaimThresholds
from consent_intake.rules.form_reading import Engine, EngineText
from consent_intake.rules.period_checks import is_blank, signing_date
from consent_intake.samples.containers import with_ink
from consent_intake.samples.filling import HAND_FONTS, TYPED_FONT, Paper, Writer, fill_boxes, sign_and_date
from consent_intake.samples.ink import Ink
from schemas.values import Language, Party
from services.consent_form.layout import layout
from services.consent_form.pdf import blank_form_pdf
from services.consent_form.raster import page_raster_in_colour

TODAY = date(2026, 11, 22)
THRESHOLDS = ClaimThresholds()
PAPER = Paper(
    parent_name="Elena Núñez",
    birth_date=date(1990, 9, 30),
    case_identifier="AB12345C1",
    ticked=(Party.CUSTODIAL,),
    signed_on=date(2026, 11, 14),
)
FORM = layout(Language.ENGLISH)


@lru_cache(maxsize=2)
def page(*, by_hand: bool) -> NDArray[np.uint8]:
    ink = Ink()
    font = HAND_FONTS[0] if by_hand else TYPED_FONT
    writer = Writer(ink, font, np.random.default_rng(4), by_hand=by_hand)
    fill_boxes(writer, FORM, PAPER)
    sign_and_date(writer, FORM, PAPER)
    blank = blank_form_pdf(
        language=Language.ENGLISH,
        organization_name="Bronx Fathers Forward",
        organization_code="BFF",
        serial="0001abcd0001abcd",
    )
    colour = page_raster_in_colour(with_ink(blank, ink.content()), 200)
    return np.asarray(cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY), np.uint8)


def inked(*, by_hand: bool) -> InkedForm:
    return inked_form(page(by_hand=by_hand), Language.ENGLISH)


@lru_cache(maxsize=1)
def reader() -> FieldReader:
    return FieldReader.load()


def read(*, by_hand: bool) -> FieldsRead:
    return reader().read(inked(by_hand=by_hand))


def test_every_typed_field_reads_exactly() -> None:
    fields = read(by_hand=False).fields
    assert {name: written.text for name, written in fields.items()} == {
        "parent_name": "Elena Núñez",
        "organization": "Bronx Fathers",
        "birth_date": "09301990",
        "case_identifier": "AB12345C1",
        "starts_on": "",
        "expires_on": "",
        "signed_on": "11142026",
    }


def test_typed_combs_are_left_to_the_cell_reader() -> None:
    fields = read(by_hand=False).fields
    engines = {engine.engine for name in ("birth_date", "case_identifier") for engine in fields[name].readings}
    assert engines == {Engine.CELLS}


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_true_claim_is_confirmed_and_one_character_off_is_not(by_hand: bool) -> None:
    fields = read(by_hand=by_hand).fields
    birth, case, name = fields["birth_date"], fields["case_identifier"], fields["parent_name"]
    assert check_name(name, "Nunez, Elena", thresholds=THRESHOLDS).verdict is Verdict.PASSED
    assert check_birth_date(birth, PAPER.birth_date, thresholds=THRESHOLDS).verdict is Verdict.PASSED
    assert check_case_identifier(case, PAPER.case_identifier, thresholds=THRESHOLDS).verdict is Verdict.PASSED
    assert check_birth_date(birth, date(1990, 9, 20), thresholds=THRESHOLDS).verdict is not Verdict.PASSED
    assert check_case_identifier(case, "AB12845C1", thresholds=THRESHOLDS).verdict is not Verdict.PASSED
    assert check_name(name, "Irene Núñez", thresholds=THRESHOLDS).verdict is not Verdict.PASSED


@pytest.mark.parametrize("by_hand", [False, True])
def test_the_signing_date_reads_and_an_empty_period_is_blank(by_hand: bool) -> None:
    fields = read(by_hand=by_hand).fields
    assert signing_date(fields["signed_on"], TODAY, thresholds=THRESHOLDS) == PAPER.signed_on
    assert is_blank(fields["starts_on"], thresholds=THRESHOLDS)
    assert is_blank(fields["expires_on"], thresholds=THRESHOLDS)


def engines_of_the_signing_date(today: date | None) -> set[Engine]:
    written = reader().read(inked(by_hand=False), today).fields["signed_on"]
    return {reading.engine for reading in written.readings}


@pytest.mark.parametrize(
    "today",
    [None, date(2026, 11, 13), date(2027, 8, 1), date(2027, 11, 15)],
    ids=["on no known day", "signed tomorrow", "signed long ago", "over since yesterday"],
)
def test_a_date_for_which_a_form_may_be_rejected_is_read_by_two_engines(today: date | None) -> None:
    assert engines_of_the_signing_date(today) == {Engine.CELLS, Engine.RAPIDOCR}


def test_a_recent_signing_date_that_reads_surely_is_read_by_one() -> None:
    assert engines_of_the_signing_date(TODAY) == {Engine.CELLS}


def cells_say(**dates: str) -> dict[str, EngineText]:
    return {name: EngineText(engine=Engine.CELLS, text=dates.get(name, "")) for name in NO_CLAIM}


ORDINARY = {
    "signed last week": {"signed_on": "11142026"},
    "signed last week, day first": {"signed_on": "14112026"},
    "for half a year": {"signed_on": "11142026", "starts_on": "12012026", "expires_on": "05312027"},
}
NOT_ORDINARY = {
    "not dated": {},
    "no date": {"signed_on": "13452026"},
    "half a date": {"signed_on": "1114"},
    "dated ahead": {"signed_on": "11232026"},
    "backwards": {"signed_on": "11142026", "starts_on": "01212027", "expires_on": "12222026"},
    "ended": {"signed_on": "11142026", "expires_on": "11212026"},
    "longer than twelve months": {"signed_on": "11142026", "expires_on": "11152027"},
    "starts long before": {"signed_on": "11142026", "starts_on": "06012026"},
    "an end that is no date": {"signed_on": "11142026", "expires_on": "99999999"},
}


@pytest.mark.parametrize("name", [*ORDINARY, *NOT_ORDINARY])
def test_a_period_is_ordinary_when_no_form_is_rejected_for_it(name: str) -> None:
    dates = ORDINARY.get(name) or NOT_ORDINARY.get(name, {})
    assert is_ordinary(cells_say(**dates), TODAY) == (name in ORDINARY)


def test_the_beginning_of_a_line_ends_between_two_words() -> None:
    (line,) = text_lines("organization", inked(by_hand=False).boxes["organization"])
    beginning = first_words(line).picture
    assert 0.4 < beginning.shape[1] / line.picture.shape[1] < 0.7
    assert beginning[:, -3:].min() > 200


def drawn(*rows_and_columns: tuple[int, slice, slice]) -> list[InkBox]:
    cells = [np.zeros((52, 34), np.uint8) for _ in range(8)]
    for cell, rows, columns in rows_and_columns:
        cells[cell][rows, columns] = 255
    return [InkBox(255 - ink, ink) for ink in cells]


def test_a_streak_or_a_fold_through_an_empty_comb_is_no_writing_and_a_character_is() -> None:
    streak, fold = drawn((4, slice(None), slice(14, 20))), drawn((1, slice(30, 32), slice(5, 30)))
    one = drawn((4, slice(8, 44), slice(14, 20)))
    both = drawn((4, slice(None), slice(14, 20)), (5, slice(8, 44), slice(14, 20)))
    assert [any(cell.ink.any() for cell in without_streaks(cells)) for cells in (streak, fold, one, both)] == [
        False,
        False,
        True,
        True,
    ]


def test_a_bold_character_that_fills_most_of_its_cell_is_ink() -> None:
    page, cell = inked(by_hand=False), FORM.cells["starts_on"][0]
    grey = page.page.copy()
    top, left, bottom, right = (round(v * 200 / 72) for v in (cell.y, cell.x, cell.bottom, cell.right))
    cv2.ellipse(grey, ((left + right) // 2, (top + bottom) // 2), (12, 22), 0, 0, 360, (0,), -1)
    filled = inked_form(grey, Language.ENGLISH).combs["starts_on"][0]
    assert filled.share > 0.4


def test_every_field_says_where_it_is_and_combs_keep_their_cells() -> None:
    form = inked(by_hand=True)
    fields = reader().read(form).fields
    assert all(written.crop == form.crops[name] for name, written in fields.items())
    assert {name: len(fields[name].cells) for name in form.combs} == {
        name: len(cells) for name, cells in FORM.cells.items()
    }


def test_the_crop_of_a_field_is_where_its_box_is_on_the_page() -> None:
    crop, box = inked(by_hand=False).crops["birth_date"], FORM.fields["birth_date"]
    scale = 200 / 72
    assert abs(crop.left - box.x * scale) < 12
    assert abs(crop.top - box.y * scale) < 12
    assert crop.width >= box.width * scale
    assert crop.height >= box.height * scale
