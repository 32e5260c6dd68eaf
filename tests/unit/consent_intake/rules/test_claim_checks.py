from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent_intake.rules.check import Verdict
from consent_intake.rules.claim_checks import check_birth_date, check_case_identifier, check_name
from consent_intake.rules.comb_text import case_identifier_in_comb, date_in_comb
from tests.support.form_readings import comb, line


@pytest.mark.parametrize(
    "written",
    ["MARIA ELENA PEREZ", "Pérez, María Elena", "María Elena Pérez López", "María Pérez", "Maria Elena Perex"],
)
def test_the_same_person_is_known_without_accents_in_any_order_and_with_a_second_surname(written: str) -> None:
    assert check_name(line(written), "María Elena Pérez").verdict is Verdict.PASSED


@pytest.mark.parametrize("written", ["Terrence Whitlock", "Yolanda Prescott", "Dmitri Oyelaran"])
def test_another_person_is_not(written: str) -> None:
    assert check_name(line(written), "María Elena Pérez").verdict is Verdict.FAILED


def test_letters_that_look_like_digits_count_as_digits_where_digits_belong() -> None:
    assert date_in_comb("O1l5I988") == date(1988, 1, 15)
    assert case_identifier_in_comb("A8I2345CI") == "AB12345C1"


@given(st.dates(date(1930, 1, 1), date(2035, 12, 31)))
def test_every_date_reads_back(day: date) -> None:
    assert date_in_comb(day.strftime("%m%d%Y")) == day


@given(st.from_regex(r"\A[A-Z]{2}[0-9]{5}[A-Z][0-9]\Z"), st.integers(0, 8), st.sampled_from("ABCDEFGHJKLMN23456789"))
def test_a_case_identifier_with_another_character_never_passes(claimed: str, place: int, other: str) -> None:
    written = claimed[:place] + other + claimed[place + 1 :]
    if case_identifier_in_comb(written) == claimed:
        return
    assert check_case_identifier(comb(written), claimed).verdict is not Verdict.PASSED


@given(st.dates(date(1930, 1, 1), date(2010, 12, 31)), st.dates(date(1930, 1, 1), date(2010, 12, 31)))
def test_a_birth_date_passes_only_when_it_is_the_claimed_one(written: date, claimed: date) -> None:
    check = check_birth_date(comb(written.strftime("%m%d%Y")), claimed)
    assert (check.verdict is Verdict.PASSED) == (written == claimed)
