"""The two blocks about acting: what was done to collect, and what the reader can do next."""

from collections.abc import Callable, Mapping
from datetime import date

from pydantic import BaseModel, ConfigDict, TypeAdapter

from schemas.case_record import CaseCopy, EnforcementAction, EnforcementCode, EnforcementStatus
from schemas.values import Language, Party, ScopeItem
from services.resources.catalogue import Resource, ResourceType
from snapshot_renderer.rules.next_steps import ChosenStep
from snapshot_renderer.rules.page_model import ActionRow, EnforcementBlock, Step, StepLink, StepsBlock
from snapshot_renderer.rules.rule_book import Constants
from snapshot_renderer.rules.rule_facts import license_answer_day
from snapshot_renderer.rules.wording import Localized, Texts, fill, medium_day

ROWS_SHOWN = 5

QR_RESOURCE: Mapping[Party, str] = {Party.NONCUSTODIAL: "nyc_ncp", Party.CUSTODIAL: "nyc_cp"}
"""The City's page for this side of the case. The code on the paper holds no word about the person."""

FORMS_LISTING = "nys_pubs"
"""The state's page that lists forms and brochures; most have no address of their own."""

ResourceById = Callable[[str], Resource]


class ActionWords(BaseModel):
    """What an enforcement action is called and means, to each side of a case.

    To the custodial parent it never says where the other parent's income comes from.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Localized
    noncustodial: Localized
    custodial: Localized

    def meaning(self, party: Party) -> Localized:
        """Return what it means for this reader."""
        return self.noncustodial if party is Party.NONCUSTODIAL else self.custodial


def parse_action_words(data: bytes) -> Mapping[EnforcementCode, ActionWords]:
    """Read enforcement.json.

    Raises:
        pydantic.ValidationError: an unknown code, or a text that lacks a language.
    """
    return TypeAdapter(dict[EnforcementCode, ActionWords]).validate_json(data)


def enforcement_block(
    case: CaseCopy,
    words: Mapping[EnforcementCode, ActionWords],
    texts: Texts,
    *,
    constants: Constants,
    as_of: date,
    today: date,
) -> EnforcementBlock:
    """Return the table: open answers first, then what is in force, then the rest, newest first."""
    columns = (
        texts.say("enforcement_action"),
        texts.say("enforcement_date"),
        texts.say("enforcement_status"),
        texts.say(f"enforcement_meaning_{case.party.value}"),
    )
    heading, at = texts.say("enforcement_heading"), texts.say("block_as_of", day=as_of)
    if ScopeItem.ENFORCEMENT not in case.scope:
        return EnforcementBlock(heading, "", columns, texts.say("enforcement_not_covered"), (), ())
    if not case.enforcement:
        return EnforcementBlock(heading, at, columns, texts.say("enforcement_none"), (), ())
    actions = sorted(case.enforcement, key=lambda action: action.started_on, reverse=True)
    actions.sort(key=lambda action: _rank(action, _answer_day(action, constants, case.party), today))
    rows = tuple(_row(action, words, texts, case.party, constants, today) for action in actions)
    more = tuple(texts.say("enforcement_more", count=count) for count in range(len(rows) + 1))
    return EnforcementBlock(heading, at, columns, None, rows, more)


def steps_block(
    steps: tuple[ChosenStep, ...],
    texts: Texts,
    *,
    scope: tuple[ScopeItem, ...],
    party: Party,
    resource_by_id: ResourceById,
) -> StepsBlock:
    """Return the numbered steps with their links, or that the consent does not cover them.

    Raises:
        KeyError: a rule names a resource that is not in the catalogue.
    """
    covered = ScopeItem.NEXT_STEPS in scope
    link = resource_by_id(QR_RESOURCE[party])
    shown = tuple(_step(step, texts, resource_by_id) for step in steps) if covered else ()
    return StepsBlock(
        heading=texts.say("steps_heading"),
        forms=_forms_listing(shown, texts, resource_by_id),
        note=texts.say("steps_english_forms") or None if covered else None,
        message=_why_no_steps(texts, covered=covered, any_shown=bool(shown)),
        steps=shown,
        qr_url=link.url,
        qr_title=texts.say("qr_title", address=printed_address(link.url)),
        qr_label=texts.say(f"qr_{party.value}"),
    )


def _why_no_steps(texts: Texts, *, covered: bool, any_shown: bool) -> str | None:
    """An empty box would leave the reader to guess whether there is nothing to do."""
    if any_shown:
        return None
    return texts.say("steps_none" if covered else "steps_not_covered")


def printed_address(url: str) -> str:
    """Return an address as people type it: no scheme, no www, no slash at the end."""
    return url.removeprefix("https://").removeprefix("http://").removeprefix("www.").removesuffix("/")


def _answer_day(action: EnforcementAction, constants: Constants, party: Party) -> date | None:
    """Only the parent who got a notice is told its last day, and only while it is open."""
    if party is Party.CUSTODIAL or action.status in {EnforcementStatus.RELEASED, EnforcementStatus.CHALLENGED}:
        return None
    if action.code is EnforcementCode.LICENSE_NOTICE:
        return license_answer_day(action, constants)
    return action.answer_by


def _rank(action: EnforcementAction, answer: date | None, today: date) -> int:
    if answer is not None and answer >= today:
        return 0
    return {EnforcementStatus.ACTIVE: 1, EnforcementStatus.NOTICE_SENT: 2, EnforcementStatus.CHALLENGED: 3}.get(
        action.status, 4
    )


def _row(
    action: EnforcementAction,
    words: Mapping[EnforcementCode, ActionWords],
    texts: Texts,
    party: Party,
    constants: Constants,
    today: date,
) -> ActionRow:
    said = words[action.code if party is Party.NONCUSTODIAL else _without_income_source(action.code)]
    answer = _answer_day(action, constants, party)
    open_answer = answer is not None and answer >= today
    key = "enforcement_answer" if open_answer else "enforcement_answered_by"
    return ActionRow(
        name=said.name.say(texts.language),
        day=medium_day(action.started_on, texts.language),
        status=texts.say(f"status_{action.status.value}"),
        meaning=_meaning(action, said, texts, party),
        answer=None if answer is None else texts.say(key, day=answer),
        urgent=open_answer or (action.status is EnforcementStatus.ACTIVE and action.code in _RED),
    )


def _meaning(action: EnforcementAction, said: ActionWords, texts: Texts, party: Party) -> str:
    if action.status is EnforcementStatus.RELEASED:
        return texts.say("enforcement_over")
    return said.meaning(party).say(texts.language)


_RED = frozenset(
    {
        EnforcementCode.LICENSE_SUSPENDED,
        EnforcementCode.BANK_RESTRAINT,
        EnforcementCode.PROPERTY_EXECUTION,
        EnforcementCode.PASSPORT,
        EnforcementCode.CONTEMPT,
    }
)
"""In force and felt every day; withholding is as it should be and stays black."""


def _without_income_source(code: EnforcementCode) -> EnforcementCode:
    return EnforcementCode.INCOME_WITHHOLDING if code is EnforcementCode.UNEMPLOYMENT_WITHHOLDING else code


def _step(step: ChosenStep, texts: Texts, resource_by_id: ResourceById) -> Step:
    offered = [resource_by_id(resource_id) for resource_id in step.rule.resources]
    resource = next((found for found in offered if found.offered_in(texts.language)), offered[0])
    listed = resource.type is not ResourceType.PAGE and resource.url == resource_by_id(FORMS_LISTING).url
    title, language = _link_title(resource, texts.language)
    return Step(
        number=step.number,
        rule_id=step.rule.id,
        title=fill(step.rule.title.say(texts.language), step.values, texts.language),
        text=fill(step.rule.text.say(texts.language), step.values, texts.language),
        link=StepLink(
            kind=texts.say(f"link_{resource.type.value}"),
            title=title,
            url=resource.url,
            address="" if listed else printed_address(resource.url),
            language=language,
        ),
    )


def _forms_listing(steps: tuple[Step, ...], texts: Texts, resource_by_id: ResourceById) -> StepLink | None:
    if all(step.link.address for step in steps):
        return None
    url = resource_by_id(FORMS_LISTING).url
    return StepLink("", texts.say("steps_forms"), url, printed_address(url), texts.language)


def _link_title(resource: Resource, language: Language) -> tuple[str, Language]:
    """Return a title and its language. A form that exists in English only is found under its English name."""
    if resource.type is ResourceType.PAGE:
        return "", language
    if resource.type in {ResourceType.FORM, ResourceType.BROCHURE} and resource.title_en is not None:
        return resource.title_en, Language.ENGLISH
    return resource.title(language), language
