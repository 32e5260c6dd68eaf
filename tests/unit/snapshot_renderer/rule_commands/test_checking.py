from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.register.database import Database
from snapshot_renderer.adapters.packaged_data import RuleBookUnreadable, rule_book_bytes
from snapshot_renderer.app import main, stage
from snapshot_renderer.rule_commands import app
from snapshot_renderer.settings import Settings


@pytest.fixture
def spoiled(tmp_path: Path) -> Path:
    path = tmp_path / "own.json"
    path.write_bytes(rule_book_bytes(None).replace(b"order_active", b"order_activ"))
    return path


def test_the_packaged_rule_book_is_checked_by_default() -> None:
    done = CliRunner().invoke(app, ["check"])

    assert done.exit_code == 0
    assert "38 rules, no fault" in done.stdout


def test_every_fault_is_printed_with_file_and_line_and_the_command_fails(spoiled: Path) -> None:
    done = CliRunner().invoke(app, ["check", str(spoiled)])

    lines = done.stderr.splitlines()
    assert done.exit_code == 2
    assert lines[-1] == "11 faults."
    assert all(f"{spoiled}, line " in line and "unknown fact order_activ " in line for line in lines[:-1])


def test_a_file_that_is_absent_is_a_sentence(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["check", str(tmp_path / "none.json")])

    assert done.exit_code == 2
    assert "can't be read: No such file" in done.stderr


def test_the_stage_does_not_start_with_a_faulty_rule_book_of_its_own(
    spoiled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SNAPSHOT_HOME", str(tmp_path))
    monkeypatch.setenv("SNAPSHOT_RULE_BOOK_FILE", str(spoiled))

    with pytest.raises(SystemExit, match=r"(?s)does not start\. The rule book has faults:.*line \d+: rule N12: "):
        main()


def test_an_absent_rule_book_keeps_the_stage_from_starting(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, rule_book_file=tmp_path / "none.json")

    with pytest.raises(RuleBookUnreadable):
        stage(settings, Database(settings.register_url))


def test_the_list_says_until_when_a_rule_may_be_printed() -> None:
    done = CliRunner().invoke(app, ["list"], env={"COLUMNS": "250"})

    assert done.exit_code == 0
    assert "2027-05-31" in done.stdout
