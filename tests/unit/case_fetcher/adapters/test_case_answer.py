"""The answer of a case API: what is accepted, dropped and refused."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from case_fetcher.adapters.case_answer import read_answer
from case_fetcher.rules.agency_case import AgencyCase, RecordUnusable
from schemas.values import FULL_SCOPE, Party
from tests.support.case_api_server import a_case_answer

CANARY = "CANARY-7Q"


def read(**changes: Any) -> AgencyCase:
    return read_answer(json.dumps(a_case_answer(**changes)).encode(), asked_for="AB12345C1", scope=FULL_SCOPE)


def test_the_documented_example_is_read_whole() -> None:
    found = read()
    assert found.as_of == datetime(2026, 11, 22, 5, tzinfo=UTC)
    assert {person.party: person.birth_date for person in found.parties} == {
        Party.NONCUSTODIAL: date(1987, 4, 12),
        Party.CUSTODIAL: date(1990, 9, 30),
    }
    assert (found.order.amount, found.arrears.total, found.arrears.permanently_assigned) == (41_200, 663_400, 300_000)
    assert [charge.due_on for charge in found.charges] == [date(2026, 10, 1), date(2026, 11, 1)]
    assert found.facts.employer_known is True
    assert found.facts.address_confirmed is None


def test_dollars_are_text_and_become_cents() -> None:
    found = read(
        money="dollars",
        order={"status": "active", "amount": "412.07"},
        arrears={"owed_to_dss": "0.10", "owed_to_custodial_parent": "1234567.89"},
        charges=[],
        payments=[{"received_on": "2026-10-05", "amount": "-0.29"}],
    )
    assert (found.order.amount, found.arrears.total, found.payments[0].amount) == (41_207, 123_456_799, -29)


def test_fields_that_are_not_named_are_dropped_wherever_they_stand() -> None:
    answer = a_case_answer()
    for part in (answer, answer["order"], answer["arrears"], answer["facts"], *answer["parties"], *answer["charges"]):
        part["employer_name"] = CANARY
    for part in (*answer["payments"], *answer["enforcement"]):
        part["source"] = CANARY
        part["_source"] = {"kind": CANARY}
    found = read_answer(json.dumps(answer).encode(), asked_for="AB12345C1", scope=FULL_SCOPE)
    assert CANARY not in repr(found)
    assert found == read()


@pytest.mark.parametrize(
    "changes",
    [
        {"case_identifier": "AB12345C2"},
        {"case_identifier": "ab12345c1"},
        {"as_of": None},
        {"as_of": "2026-11-22T05:00:00"},
        {"as_of": 1_795_000_000},
        {"money": "euros"},
        {"held_for_staff": "no"},
        {"held_for_staff": None},
        {"order": {"status": "paused"}},
        {"order": {"status": "active", "amount": 412.07}},
        {"order": {"status": "active", "amount": -1}},
        {"order": {"status": "active", "amount": True}},
        {"order": {"status": "active", "frequency": "yearly"}},
        {"order": {"status": "active", "ordered_on": "20220910"}},
        {"order": {"status": "active", "ordered_on": 20_220_910}},
        {"order": {"status": "active", "ordered_on": "2022-02-30"}},
        {"arrears": {"owed_to_dss": 1}},
        {"arrears": {"owed_to_dss": -1, "owed_to_custodial_parent": 0}},
        {"arrears": {"owed_to_dss": "1.00", "owed_to_custodial_parent": 0}},
        {"money": "dollars"},
        {"charges": None},
        {"charges": [{"due_on": "2026-11-01"}]},
        {"payments": [{"received_on": "2026-10-05", "amount": "412"}]},
        {"enforcement": [{"code": "TAX_REFUND_TAKEN", "status": "active", "started_on": "2026-11-02"}]},
        {"facts": {"employer_known": "yes"}},
        {"facts": {"case_type": "SOMETIMES_CA"}},
        {"parties": [{"party": "NCP", "full_name": "Marcus Rivera", "birth_date": "1987-04-12"}]},
    ],
)
def test_what_is_not_as_documented_is_unusable_and_the_failure_quotes_nothing(changes: dict[str, Any]) -> None:
    with pytest.raises(RecordUnusable) as raised:
        read(**changes)
    assert str(raised.value) == ""
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


@pytest.mark.parametrize("missing", ["held_for_staff", "parties", "order", "arrears", "payments", "enforcement"])
def test_a_part_that_is_left_out_is_not_taken_for_empty(missing: str) -> None:
    answer = a_case_answer()
    del answer[missing]
    with pytest.raises(RecordUnusable):
        read_answer(json.dumps(answer).encode(), asked_for="AB12345C1", scope=FULL_SCOPE)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b'{"a": NaN}', b"\xff", b"[" * 100_000])
def test_bytes_that_are_no_answer_are_unusable(body: bytes) -> None:
    with pytest.raises(RecordUnusable):
        read_answer(body, asked_for="AB12345C1", scope=FULL_SCOPE)


def test_the_documents_example_is_the_one_that_these_tests_read() -> None:
    document = (Path(__file__).parents[4] / "docs" / "case-api.md").read_text(encoding="utf-8")
    example = document.partition("```json\n")[2].partition("```")[0]
    assert json.loads(example) == a_case_answer()
