"""Make one case's page in every language, if the gate is still open when it is done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID, uuid5

from pydantic import ValidationError

from schemas.case_events import CaseFetched
from schemas.case_record import CaseCopy
from schemas.consent_records import ConsentGrant
from schemas.event import Event
from schemas.reason_codes import GOES_TO_CASE_REVIEW, ReasonCode
from schemas.snapshot_events import RenderedPage, SnapshotRefused, SnapshotRendered
from schemas.topics import Writer
from schemas.values import Language, sha256_of
from services.register import consents
from services.register.audit import Actor, stage_actor
from services.register.database import Database, Transaction
from services.register.gate import Allowed, Refused
from services.register.states import ConsentStatus, Purpose
from services.register.tables import Consent, Organization, SnapshotFile
from services.runtime.clock import Clock, legal_day
from services.runtime.failures import CannotBeProcessed
from services.vault.vault import Kind, ObjectDamaged, ObjectMissing, Vault
from snapshot_renderer.rules.case_figures import BlockDays, FiguresDoNotReconcile
from snapshot_renderer.rules.page_content import Editorial, PageRequest
from snapshot_renderer.rules.page_facts import page_facts
from snapshot_renderer.rules.page_model import DoesNotFit, MadePage, NotPrintable

ACTOR = stage_actor(Writer.SNAPSHOT_RENDERER)

PAGE_KIND = {Language.ENGLISH: Kind.PAGE_EN, Language.SPANISH: Kind.PAGE_ES}
TWIN_KIND = {Language.ENGLISH: Kind.TWIN_EN, Language.SPANISH: Kind.TWIN_ES}

NO_PAGE: Mapping[type[Exception], ReasonCode] = {
    FiguresDoNotReconcile: ReasonCode.FIGURES_DO_NOT_RECONCILE,
    DoesNotFit: ReasonCode.PAGE_DOES_NOT_FIT,
    NotPrintable: ReasonCode.PAGE_NOT_PRINTABLE,
}
"""What the consent's uploader is told when no page can be made."""

FORGED = frozenset(
    {
        ReasonCode.CONSENT_UNKNOWN,
        ReasonCode.CONSENT_NOT_APPROVED,
        ReasonCode.GRANT_MISSING,
        ReasonCode.GRANT_INVALID,
        ReasonCode.DOCUMENT_CHANGED,
    }
)
"""Refusals that case_fetcher's own events never meet: somebody else wrote the record, or stored data was changed."""


class OpensTheGate(Protocol):
    """The one function that lets case data out."""

    async def decide(self, tx: Transaction, consent_id: UUID, purpose: Purpose, actor: Actor) -> Allowed | Refused:
        """Lock the consent, decide, and record the decision."""


class MakesPages(Protocol):
    """Turns a case into PDFs and web pages."""

    async def make(self, request: PageRequest) -> Mapping[Language, MadePage]:
        """Return the PDF and its web page in every language.

        Raises:
            FiguresDoNotReconcile: the record contradicts itself.
            DoesNotFit: a page takes more than one sheet.
            NotPrintable: a page can't be set without a fault.
            TemporarilyUnavailable: pages can't be made right now.
        """


@dataclass(frozen=True)
class Preparation:
    """Pages that nobody has seen yet, or why there are none; and the hashes of what they were made from."""

    pages: Mapping[Language, MadePage]
    refusal: ReasonCode | None = None
    facts: bytes = b""
    inputs_sha256: str = ""
    rule_book_sha256: str = ""


async def prepare_pages(
    event: CaseFetched,
    *,
    database: Database,
    gate: OpensTheGate,
    vault: Vault,
    maker: MakesPages,
    clock: Clock,
    editorial: Editorial,
) -> Preparation:
    """Open the case copy through the gate and make the pages, in memory only."""
    async with database.transaction() as tx:
        decision = await gate.decide(tx, event.consent_id, Purpose.RENDER, ACTOR)
        if isinstance(decision, Refused):
            return Preparation({}, decision.reason)
        consent = await consents.get(tx, event.consent_id)
        _require_what_was_fetched(event, consent)
        if consent.status is not ConsentStatus.FETCHED:
            return Preparation({})
        case = await _case_copy(event, decision.grant, tx, vault)
        organization = await tx.get_one(Organization, decision.grant.organization_id)
        name = organization.name
    request = _page_request(case, decision.grant, name, clock)
    try:
        pages = await maker.make(request)
    except tuple(NO_PAGE) as why_not:
        return Preparation({}, NO_PAGE[type(why_not)])
    why = page_facts(request, editorial, snapshot_id=snapshot_id_of(event))
    return Preparation(
        pages,
        facts=why.canonical_bytes(),
        inputs_sha256=inputs_sha256(request),
        rule_book_sha256=editorial.book_sha256,
    )


async def finish_snapshot(
    event: CaseFetched, preparation: Preparation, tx: Transaction, *, gate: OpensTheGate, vault: Vault, clock: Clock
) -> Sequence[Event]:
    """Ask the gate again under the lock, and only then keep the pages: a revocation may have come meanwhile."""
    decision = await gate.decide(tx, event.consent_id, Purpose.RENDER, ACTOR)
    if isinstance(decision, Refused):
        return await _refuse(event, decision.reason, tx, clock)
    consent = await consents.get(tx, event.consent_id)
    _require_what_was_fetched(event, consent)
    if consent.status is not ConsentStatus.FETCHED:
        return ()  # a second event of a consent that went on already
    if preparation.refusal is not None:
        return await _refuse(event, preparation.refusal, tx, clock)
    snapshot_id = snapshot_id_of(event)
    pages = await _keep(event.consent_id, snapshot_id, preparation, tx, vault, clock)
    await vault.seal(tx, event.consent_id, Kind.PAGE_FACTS, preparation.facts)
    await consents.move(tx, consent, ConsentStatus.RENDERED, at=clock())
    consent.snapshot_id = snapshot_id
    return (
        SnapshotRendered(
            consent_id=event.consent_id,
            organization_id=consent.organization_id,
            snapshot_id=snapshot_id,
            party=consent.party,
            pages=pages,
        ),
    )


def _page_request(case: CaseCopy, grant: ConsentGrant, organization_name: str, clock: Clock) -> PageRequest:
    as_of, today = legal_day(case.as_of), legal_day(clock())
    return PageRequest(case, grant, organization_name, as_of=as_of, today=today, block_days=block_days(case))


def block_days(case: CaseCopy) -> BlockDays | None:
    """Return the New York days of a copy's parts; None: it is of one day as a whole."""
    moments = case.block_as_of
    if moments is None:
        return None
    return BlockDays(legal_day(moments.figures), legal_day(moments.payments), legal_day(moments.enforcement))


def snapshot_id_of(event: CaseFetched) -> UUID:
    """Return the id of the snapshot of one case copy: the same whenever it is made."""
    return uuid5(event.consent_id, event.case_copy_sha256)


def inputs_sha256(request: PageRequest) -> str:
    """Return one hash of all that a page is about: who holds the same record can say whether a page was made of it."""
    parts = (
        request.case.canonical_bytes(),
        request.grant.canonical_bytes(),
        request.organization_name.encode(),
        request.as_of.isoformat().encode(),
        request.today.isoformat().encode(),
    )
    return sha256_of("".join(sha256_of(part) for part in parts).encode())


async def _case_copy(event: CaseFetched, grant: ConsentGrant, tx: Transaction, vault: Vault) -> CaseCopy:
    """Open the copy; whatever is not what case_fetcher sealed for this grant makes no page."""
    try:
        plain = await vault.open(tx, event.consent_id, Kind.CASE_COPY)
        case = CaseCopy.model_validate_json(plain)
    except (ObjectMissing, ObjectDamaged, ValidationError):
        raise CannotBeProcessed(ReasonCode.DOCUMENT_CHANGED, parks_later_events=False) from None
    ours = sha256_of(plain) == event.case_copy_sha256
    if not ours or (case.case_identifier, case.party, {*case.scope}) != (
        grant.case_identifier,
        grant.party,
        {*grant.scope},
    ):
        raise CannotBeProcessed(ReasonCode.DOCUMENT_CHANGED, parks_later_events=False)
    return case


async def _refuse(event: CaseFetched, reason: ReasonCode, tx: Transaction, clock: Clock) -> Sequence[Event]:
    if reason in FORGED:
        raise CannotBeProcessed(reason, parks_later_events=False)
    consent = await consents.get(tx, event.consent_id)
    _require_what_was_fetched(event, consent)
    status = ConsentStatus.CASE_REVIEW if reason in GOES_TO_CASE_REVIEW else ConsentStatus.REFUSED
    await consents.move(tx, consent, status, at=clock(), reasons=(reason,))
    return (SnapshotRefused(consent_id=event.consent_id, organization_id=consent.organization_id, reason=reason),)


def _require_what_was_fetched(event: CaseFetched, consent: Consent) -> None:
    """Refuse an event in another's name, and one that comes before its case was fetched.

    Taken for done with, that one would hide the real one.
    Event ids are derived, so whoever reads the broker can give a forged event the id that the real one will have.
    """
    named = (event.organization_id, event.party) == (consent.organization_id, consent.party)
    if consent.status is ConsentStatus.APPROVED or not named:
        raise CannotBeProcessed(ReasonCode.EVENT_CONTRADICTS_REGISTER, parks_later_events=False)


async def _keep(
    consent_id: UUID,
    snapshot_id: UUID,
    preparation: Preparation,
    tx: Transaction,
    vault: Vault,
    clock: Clock,
) -> tuple[RenderedPage, ...]:
    kept = []
    for language, made in preparation.pages.items():
        await vault.seal(tx, consent_id, PAGE_KIND[language], made.pdf)
        await vault.seal(tx, consent_id, TWIN_KIND[language], made.twin)
        page = RenderedPage(language=language, pdf_sha256=sha256_of(made.pdf), size_bytes=len(made.pdf))
        tx.add(
            SnapshotFile(
                snapshot_id=snapshot_id,
                language=language,
                consent_id=consent_id,
                pdf_sha256=page.pdf_sha256,
                twin_sha256=sha256_of(made.twin),
                inputs_sha256=preparation.inputs_sha256,
                rule_book_sha256=preparation.rule_book_sha256,
                templates_sha256=made.templates_sha256,
                unsealed_sha256=made.unsealed_sha256,
                size_bytes=page.size_bytes,
                rendered_at=clock(),
            )
        )
        kept.append(page)
    return tuple(kept)
