"""Who is advised what by one rule book and by another: the difference that an edit makes, before it is in force."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from schemas.case_record import CaseCopy
from snapshot_renderer.rules.case_figures import figures_of
from snapshot_renderer.rules.next_steps import next_steps
from snapshot_renderer.rules.rule_book import Constants, Rule, RuleBook
from snapshot_renderer.rules.rule_facts import facts_for_rules

Advice = tuple[str, ...]
"""Ids of the rules on one page, in its order."""


@dataclass(frozen=True)
class Change:
    """What an edit does to one page; ids of rules, in the order of the page they are on."""

    case: str
    added: Advice
    removed: Advice
    moved: Advice


@dataclass(frozen=True)
class RuleCount:
    """On how many pages a rule is, before and after, and on how many it comes, goes or moves."""

    rule_id: str
    before: int
    after: int
    added: int
    removed: int
    moved: int


def advice_for(case: CaseCopy, book: RuleBook, constants: Constants, *, as_of: date, reviewed_on: date) -> Advice:
    """Return the steps of a case whose consent releases everything.

    Args:
        case: the copy.
        book: the rule book.
        constants: thresholds.
        as_of: New York day of the record; the page is taken to be made on it.
        reviewed_on: day for which rules past their review-by day are withheld.

    Raises:
        FiguresDoNotReconcile: the record contradicts itself, so there is no page.
        RuleBroken: a condition can't be evaluated.
    """
    figures = figures_of(case, as_of=as_of)
    facts = facts_for_rules(case, figures, constants=constants, today=as_of)
    return tuple(step.rule.id for step in next_steps(book, facts, party=case.party, today=reviewed_on))


def changes_between(before: Mapping[str, Advice], after: Mapping[str, Advice]) -> tuple[Change, ...]:
    """Return the pages that differ; both mappings hold the same cases, by label."""
    found = []
    for case, old in before.items():
        new = after[case]
        if old != new:
            added = tuple(rule for rule in new if rule not in old)
            removed = tuple(rule for rule in old if rule not in new)
            found.append(Change(case, added, removed, _moved(old, new)))
    return tuple(found)


def counts_of(
    before: Mapping[str, Advice], after: Mapping[str, Advice], changes: tuple[Change, ...], rules: Iterable[str]
) -> tuple[RuleCount, ...]:
    """Return a count for every one of the rules, by id; zeros show one that no case needs, or that can't apply."""
    old, new = _pages(before), _pages(after)
    added = Counter(rule for change in changes for rule in change.added)
    removed = Counter(rule for change in changes for rule in change.removed)
    moved = Counter(rule for change in changes for rule in change.moved)
    return tuple(
        RuleCount(rule, old[rule], new[rule], added[rule], removed[rule], moved[rule]) for rule in sorted(set(rules))
    )


def reworded(before: RuleBook, after: RuleBook) -> tuple[str, ...]:
    """Return the rules that are in both books and print something else: other texts or links."""
    old = {rule.id: _printed(rule) for rule in before.rules}
    return tuple(rule.id for rule in after.rules if rule.id in old and old[rule.id] != _printed(rule))


def _printed(rule: Rule) -> tuple[object, ...]:
    return (rule.title, rule.text, rule.act_now, rule.resources)


def _pages(advice: Mapping[str, Advice]) -> Counter[str]:
    return Counter(rule for steps in advice.values() for rule in steps)


def _moved(old: Advice, new: Advice) -> Advice:
    """Return the fewest steps that have to be put elsewhere to turn one order into the other."""
    stayed_old = [rule for rule in old if rule in new]
    stayed_new = [rule for rule in new if rule in old]
    kept: set[str] = set()
    for block in SequenceMatcher(a=stayed_old, b=stayed_new, autojunk=False).get_matching_blocks():
        kept.update(stayed_old[block.a : block.a + block.size])
    return tuple(rule for rule in stayed_new if rule not in kept)
