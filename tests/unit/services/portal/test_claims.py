from datetime import date

import pytest

from schemas.values import Language, Party
from services.portal.claims import SENTENCES, ClaimInvalid, ClaimProblem, read_claim
from services.portal.languages import TEXTS, say
from services.texts.catalogue import translations
from tests.support.portal_world import CLAIM_FIELDS

TODAY = date(2026, 11, 22)


def test_a_claim_is_read_as_people_type_it() -> None:
    typed = {**CLAIM_FIELDS, "parent_name": "  Marisol\u00a0 Practice ", "case_identifier": "ab 12345-c1"}
    claim = read_claim(typed, today=TODAY)
    assert (claim.parent_name, claim.case_identifier) == ("Marisol Practice", "AB12345C1")
    assert (claim.birth_date, claim.party) == (date(1988, 4, 9), Party.NONCUSTODIAL)


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("parent_name", " ", ClaimProblem.PARENT_NAME_MISSING),
        ("parent_name", "x" * 121, ClaimProblem.PARENT_NAME_INVALID),
        ("parent_name", "Ana\nBcc: x@y.z", ClaimProblem.PARENT_NAME_INVALID),
        ("parent_name", "Ana \u202egnp.exe", ClaimProblem.PARENT_NAME_INVALID),
        ("parent_name", "Ana\0", ClaimProblem.PARENT_NAME_INVALID),
        ("birth_date", "", ClaimProblem.BIRTH_DATE_MISSING),
        ("birth_date", "--", ClaimProblem.BIRTH_DATE_MISSING),
        ("birth_date", "04/09/1988", ClaimProblem.BIRTH_DATE_INVALID),
        ("birth_date", "1988-02-30", ClaimProblem.BIRTH_DATE_INVALID),
        ("birth_date", "1899-12-31", ClaimProblem.BIRTH_DATE_INVALID),
        ("birth_date", "2026-11-22", ClaimProblem.BIRTH_DATE_FUTURE),
        ("case_identifier", "", ClaimProblem.CASE_IDENTIFIER_MISSING),
        ("case_identifier", "AB1234C1", ClaimProblem.CASE_IDENTIFIER_INVALID),
        ("case_identifier", "AB12345C\u0661", ClaimProblem.CASE_IDENTIFIER_INVALID),
        ("role", "", ClaimProblem.ROLE_MISSING),
        ("role", "both", ClaimProblem.ROLE_INVALID),
    ],
)
def test_each_wrong_field_has_its_own_problem(field: str, value: str, problem: ClaimProblem) -> None:
    with pytest.raises(ClaimInvalid) as caught:
        read_claim({**CLAIM_FIELDS, field: value}, today=TODAY)
    assert caught.value.problems == {field: problem}


def test_every_wrong_field_is_told_at_once_and_no_value_is_repeated() -> None:
    with pytest.raises(ClaimInvalid) as caught:
        read_claim({"parent_name": "", "case_identifier": "SECRET"}, today=TODAY)
    assert list(caught.value.problems) == ["parent_name", "birth_date", "case_identifier", "role"]
    assert "SECRET" not in str(caught.value)


def test_every_problem_has_a_sentence_in_both_languages() -> None:
    spanish = translations(TEXTS / "consents", Language.SPANISH, strict=True)
    assert set(SENTENCES) == set(ClaimProblem)
    for text in SENTENCES.values():
        assert spanish.gettext(text) == say(Language.SPANISH, text) != text
