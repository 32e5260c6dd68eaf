from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent_intake.rules.check import Verdict
from consent_intake.rules.claim_checks import (
    check_birth_date,
    check_case_identifier,
    check_field_hint,
    check_name,
    check_organization,
    check_role,
    check_safety,
)
from consent_intake.rules.claim_thresholds import ClaimThresholds
from consent_intake.rules.form_reading import CombCell, Engine, EngineText, WrittenText
from schemas.reason_codes import ReasonCode
from schemas.values import Party
from tests.support.form_readings import CODE, comb, line

THRESHOLDS = ClaimThresholds()
CLAIMED_BIRTH = date(1988, 1, 15)


def cells(*chances: dict[str, float], second: str | None = None) -> WrittenText:
    """Return a comb by what each cell may be; ``second`` is another engine's reading of the whole."""
    best = "".join(max(one.items(), key=lambda chance: chance[1])[0] for one in chances)
    least = min(max(one.values()) for one in chances)
    readings = [EngineText(engine=Engine.CELLS, text=best, confidence=least)]
    if second is not None:
        readings.append(EngineText(engine=Engine.RAPIDOCR, text=second, confidence=0.9))
    seen = tuple(CombCell(chances=one, ink=0.1) for one in chances)
    return WrittenText(text=best, confidence=least, ink=0.1, readings=tuple(readings), cells=seen)


def sure(text: str) -> list[dict[str, float]]:
    return [{character: 0.999} for character in text]


@pytest.mark.parametrize(
    "written",
    ["MARIA ELENA PEREZ", "Pérez, María Elena", "María Elena Pérez López", "María Pérez", "Maria Elena Perex"],
)
def test_the_same_person_is_known_without_accents_in_any_order_and_with_a_second_surname(written: str) -> None:
    assert check_name(line(written), "María Elena Pérez", thresholds=THRESHOLDS).verdict is Verdict.PASSED


@pytest.mark.parametrize("written", ["Terrence Whitlock", "Yolanda Prescott", "Dmitri Oyelaran"])
def test_another_person_is_not(written: str) -> None:
    check = check_name(line(written), "María Elena Pérez", thresholds=THRESHOLDS)
    assert (check.verdict, check.reason) == (Verdict.FAILED, ReasonCode.NAME_MISMATCH)


@pytest.mark.parametrize("visible", ["nández", "Igor", "gor Hern"])
def test_a_name_half_hidden_by_a_thumb_is_nobody_elses(visible: str) -> None:
    check = check_name(line(visible), "Igor Hernández", thresholds=THRESHOLDS)
    assert (check.verdict, check.reason) == (Verdict.UNCLEAR, ReasonCode.ILLEGIBLE)


def test_a_name_that_shares_one_word_with_the_claimed_one_is_another_persons() -> None:
    check = check_name(line("Marisol Cruz"), "Igor Hernández Cruz", thresholds=THRESHOLDS)
    assert (check.verdict, check.reason) == (Verdict.FAILED, ReasonCode.NAME_MISMATCH)


def test_a_relative_with_the_same_two_surnames_is_not_the_same_person() -> None:
    check = check_name(line("Eva Hernández Rodríguez"), "Ana Hernández Rodríguez", thresholds=THRESHOLDS)
    assert check.verdict is Verdict.UNCLEAR


def test_a_name_that_one_engine_reads_well_passes_whatever_the_other_makes_of_it() -> None:
    readings = (
        EngineText(engine=Engine.RAPIDOCR, text="M4R1A ELLMA P_REZ", confidence=0.3),
        EngineText(engine=Engine.TESSERACT, text="MARIA ELENA PEREZ", confidence=0.6),
    )
    written = WrittenText(text=readings[0].text, confidence=0.3, ink=0.1, readings=readings)
    assert check_name(written, "María Elena Pérez", thresholds=THRESHOLDS).verdict is Verdict.PASSED


def test_a_name_that_reads_badly_is_for_a_person_and_not_another_persons() -> None:
    assert check_name(line("Qj wx", 0.2), "María Pérez", thresholds=THRESHOLDS).verdict is Verdict.UNCLEAR
    assert check_name(WrittenText(), "María Pérez", thresholds=THRESHOLDS).verdict is Verdict.UNCLEAR


@given(st.from_regex(r"\A[A-Z]{2}[0-9]{5}[A-Z][0-9]\Z"), st.integers(0, 8), st.sampled_from("ABCDEFGHJKLMN23456789"))
def test_a_case_identifier_with_another_character_never_passes(claimed: str, place: int, other: str) -> None:
    written = claimed[:place] + other + claimed[place + 1 :]
    if written == claimed:
        return
    assert check_case_identifier(comb(written), claimed, thresholds=THRESHOLDS).verdict is not Verdict.PASSED


@given(st.dates(date(1930, 1, 1), date(2010, 12, 31)), st.dates(date(1930, 1, 1), date(2010, 12, 31)))
def test_a_birth_date_passes_only_when_it_is_the_claimed_one(written: date, claimed: date) -> None:
    check = check_birth_date(comb(written.strftime("%m%d%Y")), claimed, thresholds=THRESHOLDS)
    assert (check.verdict is Verdict.PASSED) == (written == claimed)


def test_one_weak_cell_is_enough_for_a_person_to_look() -> None:
    seen = [*sure("0115198"), {"3": 0.6, "8": 0.4}]
    assert check_birth_date(cells(*seen), CLAIMED_BIRTH, thresholds=THRESHOLDS).verdict is Verdict.UNCLEAR


def test_a_weak_cell_passes_when_another_engine_reads_exactly_the_claim() -> None:
    seen = cells(*sure("0115198"), {"8": 0.85, "3": 0.15}, second="01151988")
    assert check_birth_date(seen, CLAIMED_BIRTH, thresholds=THRESHOLDS).verdict is Verdict.PASSED


def test_a_cell_in_doubt_does_not_pass_though_another_engine_reads_the_claim() -> None:
    seen = cells(*sure("0115198"), {"8": 0.7, "3": 0.3}, second="01151988")
    guess = seen.readings[1].model_copy(update={"confidence": 0.95})
    doubtful = seen.model_copy(update={"readings": (seen.readings[0], guess)})
    assert check_birth_date(doubtful, CLAIMED_BIRTH, thresholds=THRESHOLDS).verdict is Verdict.UNCLEAR


def test_another_engines_reading_does_not_overrule_a_cell_that_rules_the_claim_out() -> None:
    seen = cells(*sure("01151983"), second="01151988")
    assert check_birth_date(seen, CLAIMED_BIRTH, thresholds=THRESHOLDS).verdict is not Verdict.PASSED


def test_a_comb_that_reads_surely_as_another_date_fails() -> None:
    check = check_birth_date(cells(*sure("11251968")), CLAIMED_BIRTH, thresholds=THRESHOLDS)
    assert (check.verdict, check.reason) == (Verdict.FAILED, ReasonCode.BIRTH_DATE_MISMATCH)


@pytest.mark.parametrize(
    ("second", "verdict"), [(None, Verdict.UNCLEAR), ("01151983", Verdict.FAILED), ("01151988", Verdict.UNCLEAR)]
)
def test_one_cell_that_surely_differs_fails_only_when_two_engines_read_it(second: str | None, verdict: Verdict) -> None:
    written = cells(*sure("01151983"), second=second)
    assert check_birth_date(written, CLAIMED_BIRTH, thresholds=THRESHOLDS).verdict is verdict


def test_a_comb_with_an_empty_cell_never_passes() -> None:
    written = cells(*sure("01151988"))
    missing = written.model_copy(update={"cells": (*written.cells[:-1], CombCell())})
    assert check_birth_date(missing, CLAIMED_BIRTH, thresholds=THRESHOLDS).verdict is not Verdict.PASSED
    nothing = written.model_copy(update={"cells": ()})
    assert check_birth_date(nothing, CLAIMED_BIRTH, thresholds=THRESHOLDS).verdict is not Verdict.PASSED


def test_a_birth_date_may_be_written_day_first_where_the_day_can_be_no_month() -> None:
    check = check_birth_date(cells(*sure("15011988")), CLAIMED_BIRTH, thresholds=THRESHOLDS)
    assert check.verdict is Verdict.PASSED


def test_a_birth_date_that_may_be_either_order_is_for_a_person() -> None:
    check = check_birth_date(cells(*sure("03051988")), date(1988, 5, 3), thresholds=THRESHOLDS)
    assert (check.verdict, check.reason) == (Verdict.UNCLEAR, ReasonCode.ILLEGIBLE)


def test_characters_that_are_no_identifier_are_told_so() -> None:
    check = check_case_identifier(cells(*sure("993379937")), "AB12345C1", thresholds=THRESHOLDS)
    assert (check.verdict, check.reason) == (Verdict.FAILED, ReasonCode.CASE_ID_INVALID)


def test_a_role_is_the_one_ticked_box() -> None:
    ticked, empty, faint = 0.3, 0.0, 0.07
    assert check_role(ticked, empty, Party.NONCUSTODIAL, thresholds=THRESHOLDS).verdict is Verdict.PASSED
    assert check_role(ticked, empty, Party.CUSTODIAL, thresholds=THRESHOLDS).reason is ReasonCode.ROLE_MISMATCH
    assert check_role(ticked, ticked, Party.CUSTODIAL, thresholds=THRESHOLDS).verdict is Verdict.FAILED
    assert check_role(ticked, faint, Party.NONCUSTODIAL, thresholds=THRESHOLDS).verdict is Verdict.UNCLEAR


def test_another_name_over_the_printed_organization_is_for_a_person() -> None:
    for over in ("Queens Family Table", "Queens"):
        check = check_organization(
            CODE, line(over), form_code="BFF", organization_name="Bronx Fathers Forward", thresholds=THRESHOLDS
        )
        assert (check.verdict, check.reason) == (Verdict.UNCLEAR, ReasonCode.ORG_MISMATCH), over


@pytest.mark.parametrize("first", ["Bronx", "Bronx Fath", "BRONX FATHERS", "Bronx Fathers Forward", ""])
def test_the_first_words_of_the_organization_are_its_name(first: str) -> None:
    check = check_organization(
        CODE, line(first), form_code="BFF", organization_name="Bronx Fathers Forward", thresholds=THRESHOLDS
    )
    assert check.verdict is Verdict.PASSED


def test_any_mark_in_the_safety_box_is_for_a_person() -> None:
    assert check_safety(0.05, thresholds=THRESHOLDS).reason is ReasonCode.SAFETY_REVIEW
    assert check_safety(0.01, thresholds=THRESHOLDS).verdict is Verdict.PASSED


def test_a_form_field_that_says_something_else_than_the_ink_is_for_a_person() -> None:
    seen = cells(*sure("01151988"))
    assert check_field_hint("birth_date", seen, "01/15/1988", thresholds=THRESHOLDS).verdict is Verdict.PASSED
    assert check_field_hint("birth_date", seen, "01/15/1983", thresholds=THRESHOLDS).verdict is Verdict.UNCLEAR
    name = line("MARIA ELENA PEREZ")
    assert check_field_hint("parent_name", name, "María Elena Pérez", thresholds=THRESHOLDS).verdict is Verdict.PASSED
