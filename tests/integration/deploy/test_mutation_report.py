"""The report on small changes counts honestly: only what a test noticed, and no survivor without its reason."""

import json
import re
import tomllib
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[3]
FILE = "services/register/grants.py"
DIFF = "--- a\n+++ b\n@@ -1 +1 @@\n def f():\n-    return 1 | 2\n+    return 1 | 3\n"
KEY = f"{FILE} GrantSigner.mint: return 1 | 3"
PAGE = (ROOT / "docs" / "benchmarks" / "mutation.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (services/\S+) \| (\d+) \| (\d+) \|", re.MULTILINE)
FAILED, STOPPED = 1, -24
PASSED, NO_TEST, INTERRUPTED, CRASHED, NOT_TRIED = 0, 33, 2, -11, None


@pytest.fixture(scope="module")
def report() -> ModuleType:
    spec = spec_from_file_location("mutation_report", ROOT / "deploy" / "checks" / "mutation_report.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def a_run(folder: Path, *codes: int | None) -> Path:
    """What mutmut leaves behind."""
    meta = folder / f"{FILE}.meta"
    meta.parent.mkdir(parents=True)
    names = (f"services.register.grants.xǁGrantSignerǁmint__mutmut_{number}" for number in range(1, len(codes) + 1))
    meta.write_text(json.dumps({"exit_code_by_key": dict(zip(names, codes, strict=True))}), encoding="utf-8")
    return folder


def test_a_change_counts_as_noticed_only_when_a_test_failed_or_never_ended(report: ModuleType, tmp_path: Path) -> None:
    run = a_run(tmp_path, FAILED, STOPPED, PASSED, NO_TEST, INTERRUPTED, CRASHED, NOT_TRIED)
    tally = report.counted(run, lambda _name: DIFF)
    assert (tally.made[FILE], tally.noticed[FILE], len(tally.lived)) == (7, 2, 5)
    assert {one.key for one in tally.lived} == {KEY}


def test_a_survivor_without_a_reason_and_a_reason_without_a_survivor_are_faults(
    report: ModuleType, tmp_path: Path
) -> None:
    tally = report.counted(a_run(tmp_path, *[FAILED] * 19, PASSED), lambda _name: DIFF)
    assert report.faults(tally, {KEY: "the same to everybody"}) == []
    assert report.faults(tally, {}) == [f"no test notices it, and no reason is given: {KEY}"]
    (out_of_date,) = report.faults(tally, {KEY: "the same", "other": "gone"})
    assert out_of_date == "a reason for a change that does not live: other"


def test_reasons_do_not_make_up_for_too_few_that_were_noticed(report: ModuleType, tmp_path: Path) -> None:
    tally = report.counted(a_run(tmp_path, *[FAILED] * 18, PASSED), lambda _name: DIFF)
    assert report.faults(tally, {KEY: "the same to everybody"}) == ["less than 95% were noticed"]


def test_a_run_that_changed_nothing_is_no_success(report: ModuleType, tmp_path: Path) -> None:
    assert report.faults(report.counted(tmp_path, lambda _name: DIFF), {})


def test_the_page_shows_each_file_and_each_survivor_with_its_reason(report: ModuleType, tmp_path: Path) -> None:
    tally = report.counted(a_run(tmp_path, FAILED, PASSED), lambda _name: DIFF)
    page = report.page(tally, {KEY: "the same to everybody"}, "2026-11-23")
    assert f"| {FILE} | 2 | 1 | 50.0% |" in page
    assert "| **all** | 2 | 1 | **50.0%** |" in page
    assert "| grants.py `GrantSigner.mint` | `return 1 \\| 3` | the same to everybody |" in page
    assert "**none: the tests have to find it**" in report.page(tally, {}, "2026-11-23")


def test_the_committed_page_and_the_reasons_tell_of_the_same_survivors(report: ModuleType) -> None:
    reasons = json.loads(report.REASONS.read_text(encoding="utf-8"))
    rows = [line.split(" | ") for line in PAGE.partition("| where |")[2].splitlines() if line.startswith("| ")]
    assert sorted(row[-1].removesuffix(" |") for row in rows) == sorted(reasons.values())


def test_the_committed_page_is_about_every_file_that_is_named_and_reaches_the_floor(report: ModuleType) -> None:
    named = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]["only_mutate"]
    counts = {file: (int(made), int(noticed)) for file, made, noticed in ROW.findall(PAGE)}
    assert sorted(counts) == sorted(named)
    made, noticed = (sum(column) for column in zip(*counts.values(), strict=True))
    assert noticed / made >= report.FLOOR
    assert f"| **all** | {made} | {noticed} |" in PAGE
