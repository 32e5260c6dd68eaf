"""What is counted for each measure, and when a floor is missed."""

import pytest

from consent_intake.rules.consent_decision import Outcome
from consent_intake.samples.truth import Family
from consent_intake.scoring.measures import CPU_FLOOR, ENOUGH_LETTERS, GOALS, HARD_FAMILIES, Measure, measures
from consent_intake.scoring.report import HEAD, report_of
from consent_intake.scoring.scored import ScoredForm
from schemas.reason_codes import ReasonCode
from tests.support.scored_forms import field, scored

SMALL = 200 << 20


def counted(name: str, *forms: ScoredForm) -> tuple[int, int]:
    measure = next(measure for measure in measures(forms) if measure.goal.name.startswith(name))
    return measure.hits, measure.trials


def test_every_bad_family_counts_against_zero_approvals_and_good_forms_do_not() -> None:
    forms = [scored(family, Outcome.APPROVED) for family in Family]
    assert counted("unsigned, wrong-box", *forms) == (5, 5)
    assert counted("forms with other faults", *forms) == (1, 1)
    assert counted("foreign letters", *forms) == (1, 1)
    assert {Family.GOOD, Family.LETTER, Family.OTHER_FAULT} == set(Family) - HARD_FAMILIES


@pytest.mark.parametrize("outcome", [Outcome.REVIEW, Outcome.REJECTED])
def test_a_good_form_that_is_not_approved_was_not_decided_without_a_human(outcome: Outcome) -> None:
    forms = [scored(), scored(outcome=outcome), scored(fill="hand"), scored(fill="hand", outcome=outcome)]
    assert counted("good prefilled", *forms) == (1, 2)
    assert counted("good hand-filled", *forms) == (1, 2)
    assert counted("good typed", *forms) == (0, 0)


def test_typed_and_handwritten_fields_are_counted_apart() -> None:
    fields = (
        field(),
        field("parent_name", exact=False),
        field("signed_on", by_hand=True, claim_holds=None, confirmed=False),
        field("case_identifier", by_hand=True, exact=False),
        field("birth_date", by_hand=True, claim_holds=False, confirmed=False),
    )
    form = scored(fields=fields)
    assert counted("typed fields exact", form) == (1, 2)
    assert counted("handwritten claims confirmed", form) == (1, 1)


def test_a_claim_that_the_paper_does_not_hold_counts_in_no_share_of_confirmed_ones() -> None:
    wrong = field(by_hand=True, claim_holds=False, confirmed=True)
    assert counted("handwritten claims confirmed", scored(fields=(wrong,))) == (0, 0)


def test_only_a_rejection_tells_the_uploader_at_once() -> None:
    missing = (ReasonCode.MISSING_SIGNATURE,)
    forms = [
        scored(Family.UNSIGNED, Outcome.REJECTED, reasons=missing, signed=False, told_at_once=True),
        scored(Family.WRONG_BOX, Outcome.REJECTED, reasons=(ReasonCode.SIGNED_AS_WITNESS,), told_at_once=True),
        scored(Family.UNSIGNED, Outcome.REVIEW, reasons=missing, signed=False, told_at_once=True),
        scored(Family.UNSIGNED, Outcome.REJECTED, reasons=(ReasonCode.NAME_MISMATCH,), told_at_once=True),
        scored(Family.UNSIGNED, Outcome.REVIEW, signed=False),
    ]
    assert counted("unsigned forms told so", *forms) == (2, 4)


def test_a_signed_form_is_told_unsigned_whatever_else_is_wrong_with_it() -> None:
    reasons = (ReasonCode.NAME_MISMATCH, ReasonCode.MISSING_SIGNATURE)
    forms = [
        scored(),
        scored(Family.OTHER_PERSON, Outcome.REJECTED, reasons=reasons),
        scored(Family.LETTER, Outcome.REJECTED, reasons=reasons),
        scored(Family.UNSIGNED, Outcome.REJECTED, reasons=reasons, signed=False),
    ]
    assert counted("signed forms told", *forms) == (1, 2)


def test_registration_counts_our_forms_only() -> None:
    forms = [scored(), scored(found=False), scored(Family.LETTER, has_code=False)]
    assert counted("pages registered", *forms) == (1, 2)


@pytest.mark.parametrize("goal", [goal for goal in GOALS if goal.floor is not None], ids=lambda goal: goal.name)
def test_a_floor_is_missed_just_beyond_it_and_not_at_it(goal) -> None:  # noqa: ANN001 - parametrised
    at = round(goal.floor * 1000)
    beyond = at + 1 if goal.at_most else at - 1
    assert not Measure(goal, at, 1000).missed
    assert Measure(goal, beyond, 1000).missed
    assert not Measure(goal, 0, 0).missed


def test_a_report_names_every_floor_that_was_missed() -> None:
    good = [scored(number=number) for number in range(10)]
    assert report_of(good, SMALL).missed == []
    bad = report_of([*good, scored(Family.UNSIGNED, Outcome.APPROVED, cpu_seconds=9.0)], 2 << 30)
    assert bad.missed == [
        "unsigned, wrong-box, other-person, one-digit-off, wrong-role approved",
        "CPU per page, everything included",
        "memory of the largest child",
    ]
    assert [row[-1] for row in bad.rows() if row[0] in bad.missed] == ["NO"] * 3


def test_letters_are_not_in_the_cpu_of_forms() -> None:
    report = report_of([scored(cpu_seconds=0.2), scored(Family.LETTER, Outcome.REVIEW, cpu_seconds=2.0)], SMALL)
    assert report.costs[0].reached == pytest.approx(0.2)
    assert report.letter_seconds == pytest.approx(2.0)


def test_with_enough_letters_the_floor_is_for_the_seconds_at_the_speed_that_it_was_set_at() -> None:
    slow = [scored(cpu_seconds=0.4)] + [scored(Family.LETTER, Outcome.REVIEW, cpu_seconds=3.6)] * ENOUGH_LETTERS
    report = report_of(slow, SMALL)
    assert report.missed == []
    assert [(cost.floor, cost.reached) for cost in report.costs[:2]] == [(None, 0.4), (CPU_FLOOR, pytest.approx(0.2))]
    assert [row[-1] for row in report.rows() if "CPU" in row[0]] == ["-", "yes"]
    quick = [scored(cpu_seconds=0.2)] + [scored(Family.LETTER, Outcome.REVIEW, cpu_seconds=0.9)] * ENOUGH_LETTERS
    assert report_of(quick, SMALL).missed == ["CPU per page, everything included, a letter at 1.8 s"]
    assert report_of(slow[:-1], SMALL).missed == ["CPU per page, everything included"]


def test_every_row_has_the_heads_columns_even_when_nothing_was_scored() -> None:
    for forms in ([], [scored()]):
        assert {len(row) for row in report_of(forms, 0).rows()} == {len(HEAD)}
