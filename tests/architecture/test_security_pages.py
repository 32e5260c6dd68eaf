"""docs/asvs.md and docs/threat-model.md are true to the tests: every test they name exists, and the counts add up."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ("asvs.md", "threat-model.md")
NAMED = re.compile(r"(tests/[\w/]+\.py)(?:::(\w+))?")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([123]) \| ([^|]+) \| (yes|gap|not applicable) \| ([^|]+) \|$", re.MULTILINE)
COUNTED = re.compile(r"^\| ([123])[^|]* \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", re.MULTILINE)

REQUIREMENTS = {"1": 70, "2": 183}
"""Of the standard, version 5.0.0."""

NAMED_OF_LEVEL_3 = {"2.3.5", "5.2.4", "5.2.6", "8.3.2", "14.2.7", "14.2.8"}

SECTIONS = {
    1: (2, 10, 12, 3, 3), 2: (3, 3, 5, 2), 3: (1, 3, 5, 8, 8, 1, 5), 4: (5, 5, 2, 4), 5: (1, 6, 3, 3),
    6: (3, 12, 8, 6, 8, 4, 2, 4), 7: (3, 4, 2, 5, 3, 2), 8: (4, 4, 3, 2), 9: (3, 4), 10: (2, 3, 5, 16, 5, 2, 3),
    11: (4, 5, 5, 4, 2, 2, 2), 12: (5, 2, 5), 13: (4, 6, 4, 7), 14: (2, 8, 3), 15: (5, 5, 7, 4), 16: (1, 5, 4, 3, 4),
    17: (2, 8, 2),
}  # fmt: skip
"""How many requirements each section of each chapter has, all levels."""


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_every_test_that_a_security_page_names_exists(name: str) -> None:
    named = set(NAMED.findall(page(name)))
    assert len(named) > 20
    for file, test in named:
        functions = re.findall(r"def (test_\w+)", (ROOT / file).read_text(encoding="utf-8"))
        assert functions, file
        assert not test or test in functions, (file, test)


def test_every_requirement_of_levels_1_and_2_has_its_line_once() -> None:
    rows = ROW.findall(page("asvs.md"))
    ids = [row[0] for row in rows]
    assert len(ids) == len(set(ids))
    assert {level: sum(row[1] == level for row in rows) for level in REQUIREMENTS} == REQUIREMENTS
    assert {row[0] for row in rows if row[1] == "3"} == NAMED_OF_LEVEL_3
    for chapter, section, number in (map(int, one.split(".")) for one in ids):
        assert number <= SECTIONS[chapter][section - 1], f"there is no {chapter}.{section}.{number}"


def test_the_counts_at_the_top_are_those_of_the_lines() -> None:
    text = page("asvs.md")
    found = Counter((row[1], row[3]) for row in ROW.findall(text))
    for level, all_of_it, applicable, yes, gaps in COUNTED.findall(text):
        of = {met: found[level, met] for met in ("yes", "gap", "not applicable")}
        assert (int(yes), int(gaps)) == (of["yes"], of["gap"]), level
        assert (int(all_of_it), int(applicable)) == (sum(of.values()), of["yes"] + of["gap"]), level
    assert len(COUNTED.findall(text)) == 3


def test_what_is_met_names_a_test_and_what_is_not_says_why() -> None:
    for number, _, requirement, met, shown in ROW.findall(page("asvs.md")):
        assert len(requirement) > 3, number
        assert NAMED.search(shown) if met == "yes" else len(shown) > 5, number
