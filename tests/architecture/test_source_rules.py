"""What the source never does: each rule holds in the product, and its own examples show that it bites."""

import re
from pathlib import Path

import pytest

from tests.support.code_rules import Breach, Rule, breaches, python_files
from tests.support.source_rule_table import RULES

ROOT = Path(__file__).parents[2]
FOLDERS = ("schemas", "services", "consent_intake", "case_fetcher", "snapshot_renderer", "notifier", "deploy")
TEMPLATE_ENDINGS = ("*.html", "*.j2", "*.svg", "*.txt")
UNESCAPED = re.compile(r"\|\s*safe\b|autoescape\s+false|\{%-?\s*raw\b", re.IGNORECASE)


def found_in_the_product() -> tuple[list[Breach], list[Breach]]:
    broken: list[Breach] = []
    idle: list[Breach] = []
    for file in python_files(ROOT, FOLDERS):
        here = breaches(file.read_text(encoding="utf-8"), file.relative_to(ROOT).as_posix(), RULES)
        broken += here[0]
        idle += here[1]
    return broken, idle


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_rule_finds_its_wrong_examples_and_passes_its_right_ones(rule: Rule) -> None:
    for example in rule.rejected:
        assert breaches(example, "example.py", (rule,))[0], example
    for example in rule.accepted:
        assert breaches(example, "example.py", (rule,)) == ([], []), example


def test_no_line_of_the_product_breaks_a_rule_without_saying_why() -> None:
    broken, idle = found_in_the_product()
    assert [str(one) for one in broken] == []
    assert [str(one) for one in idle] == [], "an exception that excuses nothing"


def test_an_exception_needs_its_rule_and_its_reason() -> None:
    rule = next(rule for rule in RULES if rule.name == "no-eval")
    assert breaches("eval(text)  # allowed: no-eval - a calculator of constants", "example.py", (rule,)) == ([], [])
    assert breaches("eval(text)  # allowed: no-eval", "example.py", (rule,))[0], "no reason"
    assert breaches("eval(text)  # allowed: no-shell - wrong rule", "example.py", (rule,))[0]
    assert breaches("len(text)  # allowed: no-eval - not needed any more", "example.py", (rule,))[1]


def test_every_file_that_a_rule_exempts_is_there_and_needs_it() -> None:
    for rule in RULES:
        for place in rule.exempt:
            files = [ROOT / place] if place.endswith(".py") else list(python_files(ROOT, (place,)))
            needed = [file for file in files if breaches(file.read_text(encoding="utf-8"), "elsewhere.py", (rule,))[0]]
            assert needed, f"{place} needs no exemption from {rule.name}"


@pytest.mark.parametrize("example", ["{{ name|safe }}", "{{ name | safe }}", "{% autoescape false %}", "{% raw %}"])
def test_a_template_that_does_not_escape_is_found(example: str) -> None:
    assert UNESCAPED.search(example)


def test_every_template_escapes_what_it_shows() -> None:
    templates = [file for folder in FOLDERS for ending in TEMPLATE_ENDINGS for file in (ROOT / folder).rglob(ending)]
    assert len(templates) > 30
    unescaped = [str(file.relative_to(ROOT)) for file in templates if UNESCAPED.search(file.read_text("utf-8"))]
    assert unescaped == []
