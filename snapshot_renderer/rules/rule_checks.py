"""Everything that can be wrong with a rule book, found at once and said with the line of the file.

Whoever edits the book needs no code: ``snapshot rules check FILE`` prints these faults.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from snapshot_renderer.rules.condition_checks import Condition, check_condition, may_hold
from snapshot_renderer.rules.json_places import Path, Places, places_of
from snapshot_renderer.rules.rule_book import Constants, RuleBook
from snapshot_renderer.rules.rule_facts import Fact

LONGEST: Mapping[str, int] = {"title": 64, "text": 160, "act_now": 90}
"""Characters, in either language and with placeholders: what fits a step at its tightest."""

LONGEST_SENTENCE_WORDS = 25

PLACEHOLDER = re.compile(r"\{(\w*)\}")
SENTENCE_END = re.compile(r"[.?!:;](?:\s|$)")

UNPRINTABLE_WHEN: Mapping[str, Mapping[str, Fact]] = {
    "dl_deadline": {"days_left_dl": None},
    "year": {"ssr": None, "fpl1": None},
    "pio_end": {"pio_open": False},
    **{name: {name: None} for name in ("arrears_dss", "arrears_cp", "ssr", "fpl1", "court_date")},
    **{name: {name: None} for name in ("years_since_order", "days_since_payment", "arrears_months")},
}
"""What a text may print besides the amounts of constants.json, and the facts without which it can't be filled."""


@dataclass(frozen=True, order=True)
class Fault:
    """One fault: where in the file (line from 1), in which rule (None: outside all), and what."""

    line: int
    rule_id: str | None
    what: str

    def sentence(self) -> str:
        """Return how the fault is printed."""
        return f"line {self.line}: {f'rule {self.rule_id}: ' if self.rule_id else ''}{self.what}"


class RuleBookFaulty(Exception):
    """The rule book can't be used; ``faults`` are in the order of the file."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(fault.sentence() for fault in faults))
        self.faults = faults


def read_rule_book(data: bytes, *, constants: Constants, resources: Collection[str]) -> RuleBook:
    """Read a rule book.

    Args:
        data: the file, UTF-8 JSON.
        constants: thresholds that conditions and texts may name.
        resources: ids in the resource catalogue.

    Raises:
        RuleBookFaulty: with every fault that was found.
    """
    try:
        text = data.decode()
        raw = json.loads(text)
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise RuleBookFaulty((Fault(line, None, "the file is not UTF-8 text"),)) from None
    except json.JSONDecodeError as fault:
        raise RuleBookFaulty((Fault(fault.lineno, None, f"this is no JSON: {fault.msg}"),)) from None
    except RecursionError:
        raise RuleBookFaulty((Fault(1, None, "brackets are nested too deeply"),)) from None
    faults = tuple(sorted(_Check(raw, places_of(text), constants, resources).faults()))
    if faults:
        raise RuleBookFaulty(faults)
    return RuleBook.model_validate(raw, strict=False)


class _Check:
    def __init__(self, raw: object, places: Places, constants: Constants, resources: Collection[str]) -> None:
        self._raw = raw
        self._places = places
        self._constants = constants
        self._resources = resources

    def faults(self) -> Iterator[Fault]:
        for path, line in self._places.doubled:
            yield Fault(line, self._rule_id(path), f"{path[-1]} stands here a second time")
        rules = self._raw.get("rules") if isinstance(self._raw, dict) else None
        yield from self._shape()
        if not isinstance(rules, list):
            return
        yield from self._ids(rules)
        for index, rule in enumerate(rules):
            if isinstance(rule, dict):
                yield from self._rule(("rules", index), rule)

    def _shape(self) -> Iterator[Fault]:
        """What pydantic finds, in our words; ids that occur twice or nowhere are said by ``_ids``, with lines."""
        try:
            RuleBook.model_validate(self._raw)
        except ValidationError as error:
            for found in error.errors(include_url=False, include_context=False):
                if found["loc"]:
                    yield self._fault(found["loc"], _said(found))
                elif not isinstance(self._raw, dict):
                    yield self._fault((), "a rule book is an object with an edition and rules")

    def _ids(self, rules: list[Any]) -> Iterator[Fault]:
        seen: dict[str, int] = {}
        ids = [rule.get("id") if isinstance(rule, dict) else None for rule in rules]
        for index, rule_id in enumerate(ids):
            if not isinstance(rule_id, str):
                continue
            if rule_id in seen:
                first = self._places.line_of(("rules", seen[rule_id], "id"))
                yield self._fault(("rules", index, "id"), f"the same id as on line {first}")
            seen.setdefault(rule_id, index)
            replaced_by = rules[index].get("replaced_by")
            for place, other in enumerate(replaced_by if isinstance(replaced_by, list) else ()):
                if other not in ids:
                    yield self._fault(("rules", index, "replaced_by", place), f"replaced by unknown rule {other}")

    def _rule(self, path: Path, rule: dict[str, Any]) -> Iterator[Fault]:
        when = rule.get("when")
        condition = check_condition(when, self._constants) if isinstance(when, str) else None
        for what in condition.faults if condition else ():
            yield self._fault((*path, "when"), what)
        for part in LONGEST:
            if isinstance(texts := rule.get(part), dict):
                yield from self._texts((*path, part), texts)
                if condition is not None and isinstance(when, str) and not condition.faults:
                    yield from self._printed((*path, part), texts, when, condition)
        resources = rule.get("resources")
        for index, resource in enumerate(resources if isinstance(resources, list) else ()):
            if isinstance(resource, str) and resource not in self._resources:
                yield self._fault((*path, "resources", index), f"unknown resource {resource}")

    def _texts(self, path: Path, texts: dict[str, Any]) -> Iterator[Fault]:
        part = str(path[-1])
        found = {language: text for language in ("en", "es") if isinstance(text := texts.get(language), str)}
        for language, text in found.items():
            for what in _text_faults(text, f"the {_LANGUAGES[language]} {part}", LONGEST[part]):
                yield self._fault((*path, language), what)
        if len(found) == len(_LANGUAGES):
            english, spanish = (set(PLACEHOLDER.findall(found[language])) for language in ("en", "es"))
            for name in sorted(english ^ spanish):
                yield self._fault(path, f"only one language prints {{{name}}}")

    def _printed(self, path: Path, texts: dict[str, Any], when: str, condition: Condition) -> Iterator[Fault]:
        """A text may print only what is known whenever its rule applies."""
        names = {name for text in texts.values() if isinstance(text, str) for name in PLACEHOLDER.findall(text)}
        for name in sorted(names - self._constants.amounts.keys()):
            if name == "step" and path[-1] == "act_now":
                continue
            if name not in UNPRINTABLE_WHEN:
                yield self._fault(path, f"there is no value {{{name}}} to print")
            elif may_hold(when, condition.facts, self._constants, UNPRINTABLE_WHEN[name]):
                yield self._fault(path, f"prints {{{name}}}, but the rule also applies when that is unknown")

    def _fault(self, path: Path, what: str) -> Fault:
        return Fault(self._places.line_of(path), self._rule_id(path), what)

    def _rule_id(self, path: Path) -> str | None:
        if len(path) > 1 and path[0] == "rules" and isinstance(self._raw, dict):
            rule = self._raw["rules"][path[1]]
            rule_id = rule.get("id") if isinstance(rule, dict) else None
            return rule_id if isinstance(rule_id, str) else f"number {int(path[1]) + 1}"
        return None


_LANGUAGES: Mapping[str, str] = {"en": "English", "es": "Spanish"}


def _text_faults(text: str, called: str, longest: int) -> Iterator[str]:
    if not text.strip():
        yield f"{called} is empty"
    if len(text) > longest:
        yield f"{called} has {len(text)} characters, {longest} fit"
    if set("{}") & set(PLACEHOLDER.sub("", text)):
        yield f"a brace of {called} holds no value"
    for sentence in SENTENCE_END.split(text):
        if (words := len(sentence.split())) > LONGEST_SENTENCE_WORDS:
            yield f"a sentence has {words} words, not over {LONGEST_SENTENCE_WORDS} please"


def _said(found: ErrorDetails) -> str:
    field = found["loc"][-1]
    if found["type"] == "missing":
        translation = field in _LANGUAGES and f"the {_LANGUAGES[str(field)]} {found['loc'][-2]} is missing"
        return translation or f"{field} is missing"
    if found["type"] == "extra_forbidden":
        return f"{field} is no field of a rule book"
    if field == "conf" and found["input"] == "C":
        return "rated C: what is not confirmed is never printed"
    return f"{field}: {found['msg']}"
