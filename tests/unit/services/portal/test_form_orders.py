"""What may be printed on a form."""

from datetime import date

import pytest

from schemas.values import Language, Party
from services.consent_form.periods import add_months
from services.portal.claims import ClaimInvalid, ClaimProblem
from services.portal.form_orders import SENTENCES, FormOrder, read_order
from services.portal.languages import TEXTS, say
from services.texts.catalogue import translations
from tests.support.portal_world import CLAIM_FIELDS

TODAY = date(2026, 11, 22)
FIELDS = {**CLAIM_FIELDS, "language": "es"}


def read(months: int = 12, **changes: str) -> FormOrder:
    return read_order({**FIELDS, **changes}, today=TODAY, max_months=months)


def problems(months: int = 12, **changes: str) -> dict[str, ClaimProblem]:
    with pytest.raises(ClaimInvalid) as caught:
        read(months, **changes)
    return caught.value.problems


def test_an_order_is_an_uploads_claim_with_a_language_and_no_period() -> None:
    order = read(parent_name="  José  Ñandú ", case_identifier="ab 12345-c1")
    assert (order.claim.parent_name, order.claim.case_identifier) == ("José Ñandú", "AB12345C1")
    assert (order.language, order.starts_on, order.expires_on) == (Language.SPANISH, None, None)
    assert order.prefill.party is Party.NONCUSTODIAL
    assert order.prefill.birth_date == date(1988, 4, 9)


@pytest.mark.parametrize(
    ("starts_on", "expires_on"),
    [
        ("2025-11-23", ""),
        ("2027-11-22", "2028-11-22"),
        ("", "2026-11-22"),
        ("", "2027-11-22"),
        ("2026-12-01", "2026-12-01"),
        ("--", "--"),
    ],
)
def test_a_period_up_to_its_limits_is_taken(starts_on: str, expires_on: str) -> None:
    order = read(starts_on=starts_on, expires_on=expires_on)
    taken = [day.isoformat() if day else "" for day in (order.prefill.starts_on, order.prefill.expires_on)]
    assert taken == [starts_on.strip("-"), expires_on.strip("-")]


@pytest.mark.parametrize(
    ("starts_on", "expires_on", "wrong"),
    [
        ("2025-11-22", "", {"starts_on": ClaimProblem.STARTS_ON_INVALID}),
        ("2027-11-23", "", {"starts_on": ClaimProblem.STARTS_ON_INVALID}),
        ("2026-2-3", "", {"starts_on": ClaimProblem.STARTS_ON_INVALID}),
        ("", "2026-11-21", {"expires_on": ClaimProblem.EXPIRES_ON_PAST}),
        ("", "2027-11-23", {"expires_on": ClaimProblem.EXPIRES_ON_TOO_LATE}),
        ("2027-01-31", "2028-02-01", {"expires_on": ClaimProblem.EXPIRES_ON_TOO_LATE}),
        ("2027-01-31", "2027-01-30", {"expires_on": ClaimProblem.EXPIRES_ON_BEFORE_START}),
        (
            "x",
            "y",
            {"starts_on": ClaimProblem.STARTS_ON_INVALID, "expires_on": ClaimProblem.EXPIRES_ON_INVALID},
        ),
    ],
)
def test_a_period_over_its_limits_is_not(starts_on: str, expires_on: str, wrong: dict[str, ClaimProblem]) -> None:
    assert problems(starts_on=starts_on, expires_on=expires_on) == wrong


def test_mistakes_come_in_the_order_of_the_page_with_the_claims_and_the_periods_together() -> None:
    found = problems(parent_name="", role="", language="", expires_on="soon")
    assert list(found) == ["parent_name", "role", "language", "expires_on"]


@pytest.mark.parametrize("name", ["Μαρία", "マリア", "Ana 😀"])
def test_a_name_that_the_typeface_does_not_have_is_not_printed_as_boxes(name: str) -> None:
    assert problems(parent_name=name) == {"parent_name": ClaimProblem.PARENT_NAME_NOT_PRINTABLE}


@pytest.mark.parametrize("name", ["Łukasz Żółć", "Nguyễn Thị Hồng", "D\u2019Angelo-O'Neil Jr.", "Zoë Øster"])
def test_a_name_in_latin_letters_is_printed(name: str) -> None:
    assert read(parent_name=name).prefill.parent_name == name


def test_months_are_counted_to_the_same_day_or_the_months_last() -> None:
    assert add_months(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert add_months(date(2026, 11, 22), 12) == date(2027, 11, 22)
    assert add_months(date(2026, 1, 31), -2) == date(2025, 11, 30)


def test_every_problem_of_an_order_has_a_sentence_in_both_languages() -> None:
    spanish = translations(TEXTS / "consents", Language.SPANISH, strict=True)
    assert set(SENTENCES) == set(ClaimProblem)
    for text in SENTENCES.values():
        assert spanish.gettext(text) == say(Language.SPANISH, text) != text
