"""``snapshot intake score`` on forms from a folder: what it prints, writes, refuses, and when it fails."""

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from consent_intake.commands import app
from consent_intake.samples.people import DEMONSTRATION_PARENTS, ORGANIZATION_CODE, ORGANIZATION_NAME
from consent_intake.samples.sample import make_sample
from consent_intake.samples.spec import SampleSpec
from schemas.values import Party

TODAY = date(2026, 11, 22)
CLAIM = DEMONSTRATION_PARENTS[Party.NONCUSTODIAL]


def entry(**changes: object) -> dict[str, object]:
    return {
        "file": "form.pdf",
        "family": "good",
        "fill": "prefilled",
        **CLAIM.model_dump(mode="json"),
        "organization_code": ORGANIZATION_CODE,
        "organization_name": ORGANIZATION_NAME,
        "today": TODAY.isoformat(),
        "signed": True,
        "written.birth_date": "04121987",
        **changes,
    }


def folder_with(tmp_path: Path, *entries: dict[str, object], outcome: str = "approved") -> tuple[Path, Path]:
    forms, truth = tmp_path / "forms", tmp_path / "truth.json"
    forms.mkdir()
    sample = make_sample(SampleSpec(today=TODAY, fill="prefilled", scan="flatbed", outcome=outcome), 5)
    (forms / "form.pdf").write_bytes(sample)
    truth.write_text(json.dumps(entries), encoding="utf-8")
    return forms, truth


def run(forms: Path, truth: Path, *more: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["score", "--forms", str(forms), "--truth", str(truth), "--jobs", "1", *more])
    return result.exit_code, result.output


def test_given_forms_are_scored_and_the_page_tells_every_table_and_no_value(tmp_path: Path) -> None:
    page = tmp_path / "accuracy.md"
    code, output = run(*folder_with(tmp_path, entry()), "--out", str(page))
    assert code == 0
    assert "good prefilled forms decided without a human" in output
    told = page.read_text(encoding="utf-8")
    assert "## By device" in told
    assert "95 % interval" in told
    assert not any(value in told + output for value in (CLAIM.parent_name, CLAIM.case_identifier, "04121987"))


def test_a_missed_floor_is_named_and_fails_only_when_floors_are_asked_for(tmp_path: Path) -> None:
    forms, truth = folder_with(tmp_path, entry(family="wrong_role"))  # and yet it is approved
    assert run(forms, truth)[0] == 0
    code, output = run(forms, truth, "--floor")
    assert code == 1
    assert "wrong-role approved" in output.partition("Floors not held")[2]


def test_forms_that_did_not_end_as_hoped_are_listed_without_a_value(tmp_path: Path) -> None:
    misses = tmp_path / "misses.jsonl"
    code, _ = run(*folder_with(tmp_path, entry(), outcome="unsigned"), "--misses", str(misses))
    (miss,) = [json.loads(line) for line in misses.read_text().splitlines()]
    assert code == 0
    assert (miss["outcome"], miss["reasons"]) == ("rejected", ["MISSING_SIGNATURE"])
    assert CLAIM.case_identifier not in misses.read_text()


@pytest.mark.parametrize(("changes", "said"), [({"file": "other.pdf"}, "lacks 1"), ({"party": "both"}, "entry 1")])
def test_a_truth_that_does_not_fit_is_refused_before_anything_is_read(
    tmp_path: Path, changes: dict[str, object], said: str
) -> None:
    code, output = run(*folder_with(tmp_path, entry(**changes)))
    assert code == 2
    assert said in output


def test_forms_without_truth_and_a_folder_without_signatures_are_refused(tmp_path: Path) -> None:
    for options in (["--forms", str(tmp_path)], ["--signatures", str(tmp_path)]):
        assert CliRunner().invoke(app, ["score", *options]).exit_code == 2
