"""A small, seeded slice of the score: the zeros are hard, the other floors loose, since the slice is small.

``snapshot intake score`` measures; this only notices when something broke.
"""

from pathlib import Path

import pytest

from consent_intake.adapters.policy_file import packaged_policy_path
from consent_intake.rules.consent_decision import Outcome
from consent_intake.samples.truth import Family
from consent_intake.scoring.measures import Measure, measures
from consent_intake.scoring.processes import Scores, score
from consent_intake.scoring.report import report_of
from consent_intake.scoring.sources import GivenForms, MadeForms

FORMS, SEED = 80, 20261122

LOOSE_FLOORS = {
    "good prefilled forms decided": 0.6,
    "good hand-filled forms decided": 0.45,
    "typed fields exact": 0.96,
    "handwritten claims confirmed": 0.75,
    "unsigned forms told so at once": 0.75,
    "pages registered and code read": 0.97,
}
MOST_TOLD_UNSIGNED = 0.05
CHILD_BYTES = 1 << 30


@pytest.fixture(scope="module")
def scores() -> Scores:
    return score(MadeForms(FORMS, SEED), packaged_policy_path(), jobs=2, told=lambda _: None)


def measure(scores: Scores, name: str) -> Measure:
    return next(measure for measure in measures(scores.forms) if measure.goal.name.startswith(name))


def test_every_form_of_the_slice_is_scored_once(scores: Scores) -> None:
    assert [form.number for form in scores.forms] == list(range(FORMS))


def test_no_bad_form_and_no_letter_is_approved(scores: Scores) -> None:
    wrong = [
        (form.number, form.kind)
        for form in scores.forms
        if form.family is not Family.GOOD and form.outcome is Outcome.APPROVED
    ]
    assert wrong == []


@pytest.mark.parametrize("name", LOOSE_FLOORS)
def test_a_loose_floor_is_held(scores: Scores, name: str) -> None:
    reached = measure(scores, name).reached
    assert reached is not None
    assert reached >= LOOSE_FLOORS[name]


def test_hardly_a_signed_form_is_told_that_it_is_unsigned(scores: Scores) -> None:
    reached = measure(scores, "signed forms told").reached
    assert reached is not None
    assert reached <= MOST_TOLD_UNSIGNED


def test_a_child_keeps_within_its_memory_and_its_cost_is_measured(scores: Scores) -> None:
    assert 0 < scores.child_bytes <= CHILD_BYTES
    assert all(form.cpu_seconds > 0 for form in scores.forms)
    assert {row[-1] for row in report_of(scores.forms, scores.child_bytes).rows()} <= {"yes", "NO", "-"}


def test_forms_that_were_not_made_here_are_scored_from_their_folder(tmp_path: Path) -> None:
    made = MadeForms(FORMS, SEED).open().specimen(0)
    (tmp_path / "upload").write_bytes(made.document)
    given = score(GivenForms(tmp_path, [("upload", made.truth)]), packaged_policy_path(), jobs=2, told=lambda _: None)
    assert [form.kind for form in given.forms] == [made.truth.kind]
