"""From a case copy and a consent to every string on the page."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from schemas.case_record import CaseCopy, EnforcementCode
from schemas.consent_records import ConsentGrant
from schemas.values import Language, ScopeItem
from snapshot_renderer.rules.action_blocks import ActionWords, ResourceById, enforcement_block, steps_block
from snapshot_renderer.rules.case_figures import BlockDays, CaseFigures, FiguresDoNotReconcile, figures_of
from snapshot_renderer.rules.headline import big_numbers, headline
from snapshot_renderer.rules.money_blocks import arrears_block, order_block, payments_block
from snapshot_renderer.rules.next_steps import ChosenStep, act_now_step, next_steps
from snapshot_renderer.rules.page_model import EnforcementBlock, PageContent
from snapshot_renderer.rules.rule_book import Constants, RuleBook
from snapshot_renderer.rules.rule_facts import facts_for_rules
from snapshot_renderer.rules.wording import Localized, Texts, fill, long_day

SHOWN_START = 2
SHOWN_END = 2
CONSENT_SHOWN = 8
"""The first digits of the consent's id: enough for a person to quote on the telephone."""


@dataclass(frozen=True)
class Editorial:
    """The words and rules a page is made with; data, so that they can change without code."""

    book: RuleBook
    book_sha256: str
    constants: Constants
    texts: Mapping[str, Localized]
    actions: Mapping[EnforcementCode, ActionWords]
    resource_by_id: ResourceById


@dataclass(frozen=True)
class PageRequest:
    """What one snapshot is about: all languages share it, and so show the same facts.

    ``today`` and ``as_of`` are New York days: the day the page is made, and the day the record was current (its oldest
    part's). ``block_days``: the days of its parts, where they differ.
    """

    case: CaseCopy
    grant: ConsentGrant
    organization_name: str
    as_of: date
    today: date
    block_days: BlockDays | None = None

    @property
    def days(self) -> BlockDays:
        """The day of each part."""
        return self.block_days or BlockDays.all_on(self.as_of)

    def as_consented(self) -> "PageRequest":
        """Return the request with the part of its case that the consent opens; pages are made from nothing else."""
        return replace(self, case=self.case.within(self.grant.scope))


def page_content(request: PageRequest, editorial: Editorial, language: Language) -> PageContent:
    """Return one page's content.

    Raises:
        FiguresDoNotReconcile: the record contradicts itself, or is from a day that is still to come.
    """
    request = request.as_consented()
    case, days = request.case, request.days
    if max(request.as_of, days.figures, days.payments, days.enforcement) > request.today:
        raise FiguresDoNotReconcile
    texts = Texts(editorial.texts, language)
    figures = figures_of(case, as_of=days)
    steps = _steps(request, figures, editorial)
    return PageContent(
        language=language,
        as_of=request.as_of,
        document_title=texts.say("document_title"),
        title=texts.say("title"),
        subtitle=texts.say(f"subtitle_{case.party.value}"),
        name=case.parent_name,
        case_label=texts.say("case"),
        case_number=masked(case.case_identifier),
        case_details=_details(case, texts),
        as_of_line=texts.say("as_of", day=long_day(request.as_of, language)),
        headline=headline(case, figures, texts),
        act_now_label=texts.say("act_now"),
        act_now=_act_now(steps, language),
        numbers=big_numbers(case, figures, texts),
        payments=payments_block(figures, texts, covered=ScopeItem.PAYMENTS in case.scope, as_of=days.payments),
        arrears=arrears_block(case, texts, as_of=days.figures),
        order=order_block(case, texts),
        enforcement=_enforcement(request, editorial, texts),
        steps=steps_block(steps, texts, scope=case.scope, party=case.party, resource_by_id=editorial.resource_by_id),
        helpline=texts.say("helpline"),
        prepared_for=_prepared_for(request, texts),
        confidential=texts.say("confidential"),
    )


def masked(case_identifier: str) -> str:
    """Return AB*****C1: enough to tell two cases apart, too little to look one up."""
    hidden = "*" * (len(case_identifier) - SHOWN_START - SHOWN_END)
    return case_identifier[:SHOWN_START] + hidden + case_identifier[-SHOWN_END:]


def _steps(request: PageRequest, figures: CaseFigures, editorial: Editorial) -> tuple[ChosenStep, ...]:
    if ScopeItem.NEXT_STEPS not in request.case.scope:
        return ()
    facts = facts_for_rules(request.case, figures, constants=editorial.constants, today=request.today)
    return next_steps(editorial.book, facts, party=request.case.party, today=request.today)


def _enforcement(request: PageRequest, editorial: Editorial, texts: Texts) -> EnforcementBlock:
    return enforcement_block(
        request.case,
        editorial.actions,
        texts,
        constants=editorial.constants,
        as_of=request.days.enforcement,
        today=request.today,
    )


def _act_now(steps: tuple[ChosenStep, ...], language: Language) -> str | None:
    step = act_now_step(steps)
    if step is None or step.rule.act_now is None:
        return None
    return fill(step.rule.act_now.say(language), {**step.values, "step": step.number}, language)


def _details(case: CaseCopy, texts: Texts) -> str:
    children = case.order.children
    known = []
    if children:
        known.append(texts.say("children_one") if children == 1 else texts.say("children_many", count=children))
    if case.county:
        known.append(case.county)
    return " · ".join(known)


def _prepared_for(request: PageRequest, texts: Texts) -> str:
    grant = request.grant
    return texts.say(
        "prepared_for",
        organization=request.organization_name.removesuffix("."),
        name=request.case.parent_name,
        signed=long_day(grant.signed_on, texts.language),
        expires=long_day(grant.expires_on, texts.language),
        consent=str(grant.consent_id)[:CONSENT_SHOWN].upper(),
    )
