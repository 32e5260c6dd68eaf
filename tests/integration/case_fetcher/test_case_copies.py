from pathlib import Path

import pytest
from typer.testing import CliRunner

from case_fetcher.commands import app
from schemas.case_record import CaseCopy


def test_the_practice_county_can_be_written_as_case_copies_of_both_parents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SNAPSHOT_HOME", str(tmp_path))
    target = tmp_path / "copies.jsonl"

    done = CliRunner().invoke(app, ["--copies", str(target)])

    assert done.exit_code == 0, done.stdout
    copies = [CaseCopy.model_validate_json(line) for line in target.read_text(encoding="utf-8").splitlines()]
    sides = {(copy.case_identifier, copy.party) for copy in copies}
    assert len(sides) == len(copies)
    assert 2 * 200 < len(copies) < 2 * 240  # cases that are held for staff are left out
