from datetime import date

import pytest

from consent_intake.rules.birth_dates import as_birth_date, is_birth_date
from consent_intake.rules.check import Verdict
from consent_intake.rules.claim_checks import check_birth_date
from consent_intake.rules.claim_thresholds import ClaimThresholds
from consent_intake.rules.form_reading import CombCell, Engine, EngineText, WrittenText

THRESHOLDS = ClaimThresholds()
BORN = date(1988, 1, 15)


def read(text: str, *, twice: bool = False, **unsure: dict[str, float]) -> WrittenText:
    """Return a comb that reads as text, but for the cells named ``at0`` to ``at7``."""
    cells = tuple(
        CombCell(chances=unsure.get(f"at{place}", {digit: 0.996}), ink=0.1) for place, digit in enumerate(text)
    )
    engines = (Engine.CELLS, Engine.RAPIDOCR) if twice else (Engine.CELLS,)
    readings = tuple(EngineText(engine=engine, text=text, confidence=0.9) for engine in engines)
    return WrittenText(text=text, confidence=0.9, ink=0.1, cells=cells, readings=readings)


def verdict(written: WrittenText) -> Verdict:
    return check_birth_date(written, BORN, thresholds=THRESHOLDS).verdict


@pytest.mark.parametrize(
    "written",
    [
        read("61151988", at0={"6": 0.8, "0": 0.2}),
        read("01651988", at2={"6": 0.7, "1": 0.3}),
        read("01154988", at4={"4": 0.6, "1": 0.4}),
        read("01151588", at5={"5": 0.6, "9": 0.4}),
    ],
)
def test_a_digit_that_no_date_can_have_there_is_a_misread_one(written: WrittenText) -> None:
    assert verdict(written) is Verdict.PASSED


def test_two_dates_that_both_exist_stay_in_doubt() -> None:
    assert verdict(read("01151988", at7={"8": 0.7, "3": 0.3})) is Verdict.UNCLEAR
    assert verdict(read("07151988", at1={"7": 0.5, "1": 0.5})) is Verdict.UNCLEAR


@pytest.mark.parametrize("text", ["87151988", "01151188", "01451988", "01152088"])
def test_what_is_no_birth_date_is_never_taken_for_another_persons(text: str) -> None:
    assert verdict(read(text, twice=True)) is Verdict.UNCLEAR


def test_another_birth_date_that_is_one_is_told() -> None:
    assert verdict(read("01151987", twice=True)) is Verdict.FAILED


def test_a_day_first_date_keeps_its_chances() -> None:
    assert as_birth_date(read("15011988")).text == "15011988"
    assert verdict(read("15011988")) is Verdict.PASSED


def test_cells_in_which_no_day_fits_are_left_alone() -> None:
    nonsense = read("87459988")
    assert as_birth_date(nonsense) == nonsense
    short = read("011588")
    assert as_birth_date(short) == short


def test_the_chances_of_a_cell_still_add_up() -> None:
    cells = as_birth_date(read("07151988", at1={"7": 0.5, "1": 0.3, "8": 0.2})).cells
    assert sum(cells[1].chances.values()) == pytest.approx(1, abs=0.01)
    assert cells[1].chances["7"] == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(("text", "is_one"), [("01151988", True), ("15011988", True), ("01151874", False), ("", False)])
def test_only_days_of_living_parents_are_birth_dates(text: str, is_one: bool) -> None:
    assert is_birth_date(text) is is_one
