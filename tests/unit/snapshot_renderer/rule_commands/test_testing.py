import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from schemas.values import Party
from snapshot_renderer.adapters.packaged_data import packaged_editorial, rule_book_bytes
from snapshot_renderer.rule_commands import app
from snapshot_renderer.samples.made_up_cases import typical

DAY = ("--on", "2026-11-20")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "own.json"


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    path = tmp_path / "copies.jsonl"
    path.write_text("".join(typical(party).case.model_dump_json() + "\n" for party in Party), encoding="utf-8")
    return path


def compared(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["test", *DAY, *map(str, arguments)], env={"COLUMNS": "120"})


def edited(path: Path, rule_id: str, **changes: object) -> Path:
    raw = json.loads(rule_book_bytes(None))
    next(rule for rule in raw["rules"] if rule["id"] == rule_id).update(changes)
    path.write_text(json.dumps(raw, indent=1), encoding="utf-8")
    return path


def counts(done: Result, rule_id: str) -> list[str]:
    line = next(line for line in done.stdout.splitlines() if f" {rule_id} " in line)
    return [cell.strip() for cell in line.strip("│").split("│")][1:]


def test_no_edit_is_no_change(copies: Path) -> None:
    done = compared("--cases", copies)

    assert done.exit_code == 0
    assert "2 pages of 2 cases" in done.stdout
    assert "0 pages change" in done.stdout


def test_a_stricter_condition_shows_who_loses_the_step(own: Path, copies: Path) -> None:
    done = compared("--rules", edited(own, "N14", when="false"), "--cases", copies)

    assert done.exit_code == 1
    assert "line 1 (noncustodial): -N14" in done.stdout
    assert "line 2" not in done.stdout
    assert counts(done, "N14") == ["1", "0", "0", "1", "0"]


def test_another_priority_shows_a_step_that_moves(own: Path, copies: Path) -> None:
    done = compared("--rules", edited(own, "N14", priority=1), "--cases", copies)

    assert done.exit_code == 1
    assert "line 1 (noncustodial): ~N14" in done.stdout


def test_the_other_way_round_the_step_is_added(own: Path, copies: Path) -> None:
    done = compared("--against", edited(own, "N14", when="false"), "--cases", copies)

    assert "line 1 (noncustodial): +N14" in done.stdout


def test_other_words_are_a_change_with_its_pages(own: Path, copies: Path) -> None:
    done = compared(
        "--rules", edited(own, "C90", title={"en": "Use the app", "es": "Use la aplicación"}), "--cases", copies
    )

    assert done.exit_code == 1
    assert "C90: other words or links, on 1 pages" in done.stdout


def test_a_rule_that_is_due_for_review_is_seen_to_go(own: Path, copies: Path) -> None:
    done = compared("--rules", edited(own, "N14", review_by="2026-11-19"), "--cases", copies)

    assert "line 1 (noncustodial): -N14" in done.stdout


def test_a_faulty_rule_book_or_case_is_an_error_without_personal_data(own: Path, copies: Path) -> None:
    assert compared("--rules", edited(own, "N14", when="nobody > 1"), "--cases", copies).exit_code == 2
    copies.write_text(copies.read_text(encoding="utf-8").replace('"arrears"', '"arears"', 1), encoding="utf-8")

    done = compared("--cases", copies)

    assert done.exit_code == 2
    assert done.stderr == f"{copies}, line 1: this is no case copy.\n"
    assert compared("--cases", own.parent / "none.jsonl").exit_code == 2


def test_every_rule_of_the_book_is_on_some_page_of_the_made_up_cases() -> None:
    done = compared()

    assert done.exit_code == 0
    for rule in packaged_editorial().book.rules:
        assert int(counts(done, rule.id)[0]) > 0, rule.id
