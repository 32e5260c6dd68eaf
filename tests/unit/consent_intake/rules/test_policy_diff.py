from uuid import uuid4

import pytest

from consent_intake.rules.check import passed, unclear
from consent_intake.rules.consent_decision import Decision, Outcome
from consent_intake.rules.form_id_checks import FormIdStatus, check_form_id
from consent_intake.rules.policy_diff import PolicyDiff, rescored, stored_form_id, was_duplicate
from schemas.reason_codes import ReasonCode
from tests.support.form_readings import CODE

DOUBT = unclear("signature", ReasonCode.SIGNATURE_UNCLEAR, 0.8, 0.9)
STORED = [passed("file").record(), DOUBT.record()]


def decision(*checks: object, outcome: Outcome = Outcome.APPROVED) -> Decision:
    return Decision(outcome, (), tuple(checks))  # type: ignore[arg-type]


def test_a_form_tells_its_outcome_and_the_checks_that_end_otherwise() -> None:
    form = rescored(uuid4(), "review", STORED, decision(passed("file"), passed("signature"), passed("form_id")))
    assert form.outcome == ("review", "approved")
    assert form.checks == {"signature": ("unclear", "passed"), "form_id": ("-", "passed")}
    assert (form.changed, form.newly_approved) == (True, True)


def test_a_form_that_stays_or_gets_stricter_is_no_new_approval() -> None:
    same = rescored(uuid4(), "approved", STORED, decision())
    stricter = rescored(uuid4(), "approved", STORED, decision(outcome=Outcome.REVIEW))
    assert (same.changed, same.newly_approved) == (False, False)
    assert (stricter.changed, stricter.newly_approved) == (True, False)


def test_the_report_counts_changes_and_lists_new_approvals() -> None:
    approved = [rescored(uuid4(), "review", STORED, decision(passed("signature"))) for _ in range(2)]
    kept = rescored(uuid4(), "rejected", STORED, decision(DOUBT, outcome=Outcome.REJECTED))
    diff = PolicyDiff((*approved, kept), unopened=1)
    assert diff.outcomes == {("review", "approved"): 2, ("rejected", "rejected"): 1}
    assert diff.checks[("signature", ("unclear", "passed"))] == 2
    assert list(diff.newly_approved) == approved


@pytest.mark.parametrize("status", FormIdStatus)
def test_what_was_known_of_the_printed_id_is_found_in_the_stored_checks(status: FormIdStatus) -> None:
    assert stored_form_id([check_form_id(CODE, status).record()]) is status


def test_a_decision_that_did_not_look_at_the_id_counts_as_unknown() -> None:
    assert stored_form_id(STORED) is FormIdStatus.UNKNOWN
    assert stored_form_id([check_form_id(None, FormIdStatus.ISSUED).record()]) is FormIdStatus.UNKNOWN


def test_a_duplicate_is_known_from_its_check_of_the_file() -> None:
    assert not was_duplicate(STORED)
    assert was_duplicate([{"check": "file", "verdict": "failed", "reason": "DUPLICATE"}])
