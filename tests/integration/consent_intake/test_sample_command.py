"""``snapshot sample-consent``: what it tells somebody who does not know its outcomes yet."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from consent_intake.samples.commands import app
from consent_intake.samples.outcomes import OUTCOMES


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "form.pdf"


def test_the_list_of_outcomes_asks_for_no_file() -> None:
    shown = CliRunner().invoke(app, ["--outcome", "list"])

    assert shown.exit_code == 0
    assert [line.split()[0] for line in shown.output.splitlines()] == list(OUTCOMES)


def test_the_list_writes_no_form(out: Path) -> None:
    CliRunner().invoke(app, ["--outcome", "list", "--out", str(out)])

    assert not out.exists()


def test_an_outcome_that_is_none_is_refused_with_those_that_are(out: Path) -> None:
    refused = CliRunner().invoke(app, ["--outcome", "nothing", "--out", str(out)])

    assert refused.exit_code == 2
    assert "signed_as_witness" in refused.output
    assert not out.exists()
