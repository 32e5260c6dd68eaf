"""Which next steps a page shows, in which order. Conditions are CEL expressions; nothing is ever ``eval``-ed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import cel

from schemas.values import Party
from snapshot_renderer.rules.rule_book import Rule, RuleBook
from snapshot_renderer.rules.rule_facts import Fact, RuleFacts
from snapshot_renderer.rules.wording import Printable

MOST_STEPS = 6
"""More than this many is a list nobody acts on; the worst made-up case fires ten."""


NOT_COMPUTED = (ValueError, TypeError, RuntimeError, ArithmeticError, LookupError)
"""What the CEL library raises for a condition that can't be computed over the facts."""


class RuleBroken(Exception):
    """A rule's condition can't be evaluated over the facts: a fault of the rule book, found by its tests."""

    def __init__(self, rule_id: str) -> None:
        super().__init__(rule_id)
        self.rule_id = rule_id


@dataclass(frozen=True)
class ChosenStep:
    """A step on the page: its number, its rule, and the values its texts may print."""

    number: int
    rule: Rule
    values: Mapping[str, Printable]


def next_steps(book: RuleBook, facts: RuleFacts, *, party: Party, today: date) -> tuple[ChosenStep, ...]:
    """Return at most six steps by priority; the ones that are always last are last, and never pushed out.

    Args:
        book: the rules; one that is past its review-by day is withheld, and replaces no other.
        facts: what is known of the case.
        party: whose page it is.
        today: New York day the page is made.

    Raises:
        RuleBroken: a condition can't be evaluated.
    """
    fired = sorted(_fired(book, facts.facts, party, today), key=lambda rule: (rule.last, rule.priority, rule.id))
    ids = {rule.id for rule in fired}
    wanted = [rule for rule in fired if ids.isdisjoint(rule.replaced_by)]
    closing = [rule for rule in wanted if rule.last]
    opening = [rule for rule in wanted if not rule.last][: MOST_STEPS - len(closing)]
    return tuple(ChosenStep(number, rule, facts.values) for number, rule in enumerate((*opening, *closing), start=1))


def act_now_step(steps: tuple[ChosenStep, ...]) -> ChosenStep | None:
    """Return the first step that can't wait."""
    return next((step for step in steps if step.rule.act_now is not None), None)


def _fired(book: RuleBook, facts: Mapping[str, Fact], party: Party, today: date) -> Iterator[Rule]:
    for rule in book.rules:
        if rule.is_for(party) and not rule.is_overdue(today) and _holds(rule, facts):
            yield rule


def _holds(rule: Rule, facts: Mapping[str, Fact]) -> bool:
    try:
        answer = _program(rule.when).execute(dict(facts))
    except NOT_COMPUTED as fault:
        # The library's text may quote a fact; only the rule's id leaves here.
        raise RuleBroken(rule.id) from fault
    if not isinstance(answer, bool):
        raise RuleBroken(rule.id)
    return answer


@lru_cache(maxsize=256)
def _program(condition: str) -> cel.Program:
    return cel.compile(condition)
