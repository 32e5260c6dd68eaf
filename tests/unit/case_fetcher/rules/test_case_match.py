from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from case_fetcher.rules.case_match import consenting_party, why_case_stays_shut
from schemas.case_record import BlockMoments
from schemas.consent_records import ConsentGrant
from schemas.reason_codes import ReasonCode
from schemas.values import FULL_SCOPE, Language, Party, ScopeItem
from tests.support.agency_cases import OTHER_PARENT, PARENT, an_agency_case
from tests.support.register_builders import NOON, PRACTICE_CASE

OLDEST = timedelta(days=7)


def grant(**changes: Any) -> ConsentGrant:
    values: dict[str, Any] = {
        "consent_id": UUID(int=1),
        "organization_id": UUID(int=2),
        "document_sha256": "0" * 64,
        "parent_name": PARENT.full_name,
        "birth_date": PARENT.birth_date,
        "case_identifier": PRACTICE_CASE,
        "party": PARENT.party,
        "form_revision": "2026-11",
        "form_language": Language.ENGLISH,
        "signed_on": date(2026, 11, 1),
        "starts_on": date(2026, 11, 1),
        "expires_on": date(2027, 10, 31),
    }
    return ConsentGrant.model_validate(values | changes)


def why(given: ConsentGrant, **case: Any) -> ReasonCode | None:
    return why_case_stays_shut(an_agency_case(**case), given, now=NOON, oldest=OLDEST)


def test_the_consenting_parents_own_case_opens() -> None:
    assert why(grant()) is None
    assert consenting_party(an_agency_case(), grant()) == PARENT


@pytest.mark.parametrize("name", ["PARENT, PRACTICE", "Practice Marie Parent", "Practice Párent"])
def test_another_spelling_of_the_same_name_is_the_same_parent(name: str) -> None:
    assert why(grant(parent_name=name)) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"birth_date": date(1990, 4, 2)},
        {"parent_name": "Somebody Else"},
        {"party": Party.CUSTODIAL},
        {"party": Party.CUSTODIAL, "birth_date": OTHER_PARENT.birth_date},
        {"parent_name": OTHER_PARENT.full_name, "birth_date": OTHER_PARENT.birth_date},
    ],
)
def test_name_birth_date_and_role_must_be_one_persons(changes: dict[str, Any]) -> None:
    assert consenting_party(an_agency_case(), grant(**changes)) is None
    assert why(grant(**changes)) is ReasonCode.PARENT_NOT_ON_CASE


def test_no_case_and_another_case_are_both_not_found() -> None:
    assert why_case_stays_shut(None, grant(), now=NOON, oldest=OLDEST) is ReasonCode.CASE_NOT_FOUND
    assert why(grant(), case_identifier="ZZ99999Z9") is ReasonCode.CASE_NOT_FOUND


@pytest.mark.parametrize("left_out", list(ScopeItem))
def test_a_part_of_the_scope_opens_a_part_and_nothing_at_all_opens_nothing(left_out: ScopeItem) -> None:
    scope = tuple(item for item in FULL_SCOPE if item is not left_out)
    assert why(grant(scope=scope)) is None
    assert why(grant(scope=())) is ReasonCode.OUT_OF_SCOPE


def test_a_stranger_does_not_learn_that_a_case_is_held_and_its_parent_learns_nothing_else() -> None:
    assert why(grant(parent_name="Somebody Else"), held_for_staff=True) is ReasonCode.PARENT_NOT_ON_CASE
    long_ago = NOON - timedelta(days=400)
    assert why(grant(), held_for_staff=True, as_of=long_ago) is ReasonCode.HELD_FOR_STAFF


def test_a_record_may_be_as_old_as_the_limit_and_no_older() -> None:
    assert why(grant(), as_of=NOON - OLDEST) is None
    assert why(grant(), as_of=NOON - OLDEST - timedelta(seconds=1)) is ReasonCode.CASE_DATA_TOO_OLD


def test_the_right_parent_is_found_among_many() -> None:
    twin = replace(PARENT, full_name="Twin Different")
    assert consenting_party(an_agency_case(parties=(twin, OTHER_PARENT, PARENT)), grant()) == PARENT


@pytest.mark.parametrize("part", ["figures", "payments", "enforcement"])
def test_a_record_from_later_than_now_is_wrong_about_its_age_whichever_part_says_so(part: str) -> None:
    moments = BlockMoments(figures=NOON, payments=NOON, enforcement=NOON)
    ahead = moments.model_copy(update={part: NOON + timedelta(minutes=6)})
    assert why(grant(), as_of=ahead.oldest, block_as_of=ahead) is ReasonCode.CASE_DATA_AHEAD
    nearly = moments.model_copy(update={part: NOON + timedelta(minutes=4)})
    assert why(grant(), as_of=nearly.oldest, block_as_of=nearly) is None
