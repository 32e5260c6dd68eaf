"""The table of recorded acts in docs/security.md is the code's: every act is in it, where it is said, with a test."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("services", "consent_intake", "case_fetcher", "snapshot_renderer", "notifier")
ACT = re.compile(r"[a-z]+\.[a-z_]+")
MADE_OF_PARTS = {"services/register/organizations.py": {"organization.approved", "organization.declined",
                                                        "organization.suspended"}}  # fmt: skip
"""Acts whose names are put together where they are written."""

NO_ACTS = {"services.register"}
"""Other texts of such modules that look like one."""

ROW = re.compile(r"^\| ([a-z]+\.[a-z_]+) \| (\S+\.py) \| (\S+?)::(\w+) \|$", re.MULTILINE)


def writes_entries(tree: ast.Module) -> bool:
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return any(
        one.module == "services.register.audit"
        or (one.module == "services.register" and any(name.name == "audit" for name in one.names))
        for one in imports
    )


def acts_in_code() -> set[tuple[str, str]]:
    found = {(act, place) for place, acts in MADE_OF_PARTS.items() for act in acts}
    for room in ROOMS:
        for file in (ROOT / room).rglob("*.py"):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            if writes_entries(tree):
                texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
                place = file.relative_to(ROOT).as_posix()
                found |= {(one, place) for one in texts if isinstance(one, str) and ACT.fullmatch(one)}
    return {(act, place) for act, place in found if act not in NO_ACTS}


def rows() -> list[tuple[str, str, str, str]]:
    return ROW.findall((ROOT / "docs" / "security.md").read_text(encoding="utf-8"))


def test_every_act_that_the_code_records_is_in_the_table_and_the_other_way_round() -> None:
    assert {(act, place) for act, place, _, _ in rows()} == acts_in_code()


def test_every_test_that_the_page_names_exists() -> None:
    named = re.findall(r"(tests/[\w/]+\.py)(?:::(\w+))?", (ROOT / "docs" / "security.md").read_text(encoding="utf-8"))
    assert len(named) > len(rows())
    for file, test in named:
        functions = re.findall(r"def (test_\w+)", (ROOT / file).read_text(encoding="utf-8"))
        assert functions, file
        assert not test or test in functions, (file, test)
