import json
from collections.abc import Callable
from typing import Any

import pytest

from schemas.values import Party
from snapshot_renderer.adapters.packaged_data import editorial_with, packaged_editorial, rule_book_bytes
from snapshot_renderer.rules.case_figures import figures_of
from snapshot_renderer.rules.condition_checks import FACT_RANGES, check_condition
from snapshot_renderer.rules.json_places import places_of
from snapshot_renderer.rules.rule_checks import Fault, RuleBookFaulty
from snapshot_renderer.rules.rule_facts import facts_for_rules
from snapshot_renderer.samples.made_up_cases import AS_OF, worst

Rule = dict[str, Any]
CONSTANTS = packaged_editorial().constants
FIRST = "line 5: rule N01: "
"""The first rule's object starts on line 4, its members on line 5."""


def faults_of(edit: Callable[[list[Rule]], object]) -> list[Fault]:
    raw = json.loads(rule_book_bytes(None))
    edit(raw["rules"])
    with pytest.raises(RuleBookFaulty) as caught:
        editorial_with(json.dumps(raw, indent=1, ensure_ascii=False).encode())
    return list(caught.value.faults)


def sentences(edit: Callable[[Rule], object]) -> list[str]:
    return [fault.sentence() for fault in faults_of(lambda rules: edit(rules[0]))]


def test_the_packaged_rule_book_has_no_fault() -> None:
    assert len(editorial_with(rule_book_bytes(None)).book.rules) == 38


def test_an_unknown_fact_is_named_with_its_line() -> None:
    assert sentences(lambda rule: rule.update(when="arears_dss > 0")) == [
        "line 8: rule N01: unknown fact arears_dss in the condition"
    ]


def test_a_syntax_error_says_where_in_the_condition_it_is() -> None:
    (said,) = sentences(lambda rule: rule.update(when="order_active &&"))

    assert said.startswith("line 8: rule N01: the condition can't be read: at character 16, mismatched input")


@pytest.mark.parametrize(
    ("when", "what"),
    [
        ("arrears_dss > fee", "the condition can't be computed when these are unknown: arrears_dss"),
        ("case_type > 3", "the number 3 in the condition: thresholds belong into constants.json"),
        ("arrears_dss", "the condition is no yes-or-no question"),
        ("open_actions[0] == 'IWO'", "the condition can't be computed when these are unknown: none"),
        ("fee / 0 == fee", "the condition can't be computed when these are unknown: none"),
        ("'DL_NOTISE' in open_actions", "unknown enforcement action DL_NOTISE in the condition"),
        ("case_type == 'NEVER'", "unknown case type NEVER in the condition"),
        ("arrears_dss != null && arrears_dss > 50000", "the number 50000 in the condition: thresholds belong into"),
    ],
)
def test_a_condition_that_would_fail_on_a_record_is_a_fault_at_load(when: str, what: str) -> None:
    said = sentences(lambda rule: rule.update(when=when))

    assert any(sentence.startswith(f"line 8: rule N01: {what}") for sentence in said), said


def test_a_missing_translation_is_named_by_its_language() -> None:
    assert sentences(lambda rule: rule["text"].pop("es")) == ["line 13: rule N01: the Spanish text is missing"]
    assert sentences(lambda rule: rule["title"].update(es=" ")) == ["line 11: rule N01: the Spanish title is empty"]


def test_a_placeholder_must_be_in_both_languages_and_known_whenever_the_rule_applies() -> None:
    def prints(english: str, spanish: str) -> Callable[[Rule], object]:
        return lambda rule: rule.update(text={"en": english, "es": spanish})

    assert sentences(prints("Pay {fee}.", "Pague.")) == ["line 13: rule N01: only one language prints {fee}"]
    assert sentences(prints("On {day}.", "El {day}.")) == ["line 13: rule N01: there is no value {day} to print"]
    assert sentences(prints("On {court_date}.", "El {court_date}.")) == [
        "line 13: rule N01: prints {court_date}, but the rule also applies when that is unknown"
    ]
    assert sentences(prints("By {pio_end}.", "Para el {pio_end}.")) == [
        "line 13: rule N01: prints {pio_end}, but the rule also applies when that is unknown"
    ]


@pytest.mark.parametrize("text", ["{", "}", "Pay {fee", "Pay {fee.x}", "Pay {fee!r}", "Pay {fee:>9}", "Pay {{fee}}"])
def test_a_brace_that_would_break_the_page_is_a_fault(text: str) -> None:
    said = sentences(lambda rule: rule["text"].update(en=text))

    assert "line 14: rule N01: a brace of the English text holds no value" in said


def test_an_id_that_no_list_could_print_is_a_fault() -> None:
    assert any("id: " in said for said in sentences(lambda rule: rule.update(id="N 01\n")))


def test_brackets_without_end_are_a_fault_and_no_crash() -> None:
    with pytest.raises(RuleBookFaulty, match="nested too deeply"):
        editorial_with(b"[" * 100_000)


def test_a_text_that_is_too_long_says_by_how_much() -> None:
    long = "Pay now. " * 18
    assert sentences(lambda rule: rule["text"].update(en=long)) == [
        "line 14: rule N01: the English text has 162 characters, 160 fit"
    ]
    wordy = "a " * 26
    assert sentences(lambda rule: rule["text"].update(en=wordy)) == [
        "line 14: rule N01: a sentence has 26 words, not over 25 please"
    ]


def test_content_rated_c_an_unknown_resource_and_a_missing_source_are_faults() -> None:
    def worsen(rule: Rule) -> None:
        rule["conf"] = "C"
        rule["resources"][1] = "nowhere"
        del rule["source"], rule["review_by"]

    assert sentences(worsen) == [
        "line 4: rule N01: review_by is missing",
        "line 4: rule N01: source is missing",
        "line 23: rule N01: unknown resource nowhere",
        "line 27: rule N01: rated C: what is not confirmed is never printed",
    ]


def test_two_rules_with_one_id_name_both_lines() -> None:
    def double(rules: list[Rule]) -> None:
        rules[1]["id"] = "N01"

    (fault,) = faults_of(double)
    assert fault.what == "the same id as on line 5"
    assert fault.line > 5


def test_a_rule_can_only_give_way_to_rules_of_the_book() -> None:
    assert sentences(lambda rule: rule.update(replaced_by=["N99"])) == [
        "line 26: rule N01: replaced by unknown rule N99"
    ]


def test_all_faults_of_all_rules_are_said_at_once_in_the_order_of_the_file() -> None:
    def spoil(rules: list[Rule]) -> None:
        for rule in rules[:3]:
            rule["when"] = "nobody_knows"

    found = faults_of(spoil)
    assert [fault.rule_id for fault in found] == ["N01", "N02", "N03"]
    assert [fault.line for fault in found] == sorted(fault.line for fault in found)


def test_a_file_that_is_no_json_names_the_line() -> None:
    for data, line in ((b'{\n"edition": "1",\n"rules": [,]}', 3), (b'{\n"edition": "\xff"}', 2)):
        with pytest.raises(RuleBookFaulty) as caught:
            editorial_with(data)
        assert caught.value.faults[0].line == line


@pytest.mark.parametrize(
    "data", [b"[]", b"3", b'{"edition": "1", "rules": 4}', b'{"edition": "1", "rules": [4, null]}']
)
def test_a_file_of_another_shape_is_a_fault_and_no_crash(data: bytes) -> None:
    with pytest.raises(RuleBookFaulty):
        editorial_with(data)


def test_a_key_that_stands_twice_is_a_fault() -> None:
    twice = rule_book_bytes(None).replace(b'   "priority": 10,', b'   "priority": 10,\n   "priority": 11,', 1)

    with pytest.raises(RuleBookFaulty) as caught:
        editorial_with(twice)
    assert [fault.sentence() for fault in caught.value.faults] == [
        "line 8: rule N01: priority stands here a second time"
    ]


def test_lines_are_those_of_the_keys_also_behind_braces_and_escapes_in_texts() -> None:
    text = '{\n "a": "} \\" {",\n "b": [\n  1,\n  {"c":\n   2}\n ]\n}'
    places = places_of(text)

    assert [places.line_of(path) for path in (("a",), ("b",), ("b", 1), ("b", 1, "c"), ("b", 1, "none"))] == [
        2, 3, 5, 5, 5,
    ]  # fmt: skip


def test_every_fact_of_a_record_may_be_named_in_a_condition_and_no_other() -> None:
    assert check_condition("order_active && 'LIEN' in open_actions", CONSTANTS).faults == ()
    assert check_condition("parent_name == 'x'", CONSTANTS).faults == ("unknown fact parent_name in the condition",)
    assert len(FACT_RANGES) > 30


@pytest.mark.parametrize("party", list(Party))
def test_the_facts_that_are_tried_are_the_facts_that_a_record_gives(party: Party) -> None:
    request = worst(party)
    figures = figures_of(request.case, as_of=AS_OF)
    facts = facts_for_rules(request.case, figures, constants=CONSTANTS, today=AS_OF).facts

    assert set(facts) == {*FACT_RANGES, *CONSTANTS.amounts, *CONSTANTS.counts}
    for name, value in facts.items():
        if name in FACT_RANGES and value is not None:
            assert type(value) in {type(tried) for tried in FACT_RANGES[name]}, name
