"""Why each step is on a page: its rule, and the facts that its condition read. Sealed beside the page."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

import cel
from pydantic import BaseModel, ConfigDict

from schemas.values import ScopeItem, Sha256
from snapshot_renderer.rules.case_figures import figures_of
from snapshot_renderer.rules.next_steps import ChosenStep, next_steps
from snapshot_renderer.rules.page_content import Editorial, PageRequest
from snapshot_renderer.rules.rule_facts import Fact, facts_for_rules


class _Sealed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StepFacts(_Sealed):
    """One printed step. ``facts`` are those that its condition names: money in cents, None when unknown."""

    number: int
    rule_id: str
    condition: str
    facts: Mapping[str, Fact]
    source: str
    rating: str


class PageFacts(_Sealed):
    """What the steps of one snapshot rest on; the same for every language.

    Attributes:
        rule_book: its edition.
        rule_book_sha256: of its file's bytes.
        as_of: day of the record.
        today: day the page was made.
        steps: in the order of the page.
        withheld: rules that were past their review-by day.
    """

    snapshot_id: UUID
    rule_book: str
    rule_book_sha256: Sha256
    as_of: date
    today: date
    steps: tuple[StepFacts, ...]
    withheld: tuple[str, ...]

    def canonical_bytes(self) -> bytes:
        """Return the bytes that are sealed."""
        return self.model_dump_json().encode()


def page_facts(request: PageRequest, editorial: Editorial, *, snapshot_id: UUID) -> PageFacts:
    """Say what the steps of a page rest on, by the same rules and on the same day as the page.

    Raises:
        FiguresDoNotReconcile: the record contradicts itself.
        RuleBroken: a condition can't be evaluated.
    """
    book, request = editorial.book, request.as_consented()
    return PageFacts(
        snapshot_id=snapshot_id,
        rule_book=book.edition,
        rule_book_sha256=editorial.book_sha256,
        as_of=request.as_of,
        today=request.today,
        steps=_steps(request, editorial) if ScopeItem.NEXT_STEPS in request.case.scope else (),
        withheld=tuple(rule.id for rule in book.overdue(request.today)),
    )


def _steps(request: PageRequest, editorial: Editorial) -> tuple[StepFacts, ...]:
    known = facts_for_rules(
        request.case,
        figures_of(request.case, as_of=request.days),
        constants=editorial.constants,
        today=request.today,
    )
    chosen = next_steps(editorial.book, known, party=request.case.party, today=request.today)
    return tuple(_step(step, known.facts) for step in chosen)


def _step(step: ChosenStep, facts: Mapping[str, Fact]) -> StepFacts:
    rule = step.rule
    return StepFacts(
        number=step.number,
        rule_id=rule.id,
        condition=rule.when,
        facts={name: facts[name] for name in sorted(cel.compile(rule.when).variables())},
        source=rule.source,
        rating=rule.conf,
    )
