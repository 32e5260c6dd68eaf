"""Open the case an approved consent covers, or say why it stays shut."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from case_fetcher.rules.agency_case import AgencyCase, RecordUnusable
from case_fetcher.rules.case_match import consenting_party, why_case_stays_shut
from case_fetcher.rules.consented_copy import consented_copy
from schemas.case_events import CaseFetched, CaseRefused, CaseReviewed, CaseReviewOutcome
from schemas.case_record import CaseCopy
from schemas.consent_events import ConsentApproved
from schemas.consent_records import ConsentGrant
from schemas.event import Event
from schemas.reason_codes import GOES_TO_CASE_REVIEW, ReasonCode
from schemas.topics import Writer
from schemas.values import ScopeItem, sha256_of
from services.register import consents, grants
from services.register.audit import Actor, stage_actor
from services.register.database import Transaction
from services.register.gate import Allowed, Refused
from services.register.states import ConsentStatus, Purpose
from services.register.tables import Consent
from services.runtime.clock import Clock
from services.runtime.failures import CannotBeProcessed
from services.runtime.named_consents import consent_named_by
from services.runtime.structured_log import get_logger
from services.vault.vault import Kind, Vault

Opening = ConsentApproved | CaseReviewed
"""What can lead to reading a case: a form that was approved, or a reviewer who has a case read again."""

ACTOR = stage_actor(Writer.CASE_FETCHER)

FORGED = frozenset(
    {
        ReasonCode.CONSENT_UNKNOWN,
        ReasonCode.CONSENT_NOT_APPROVED,
        ReasonCode.GRANT_MISSING,
        ReasonCode.GRANT_INVALID,
        ReasonCode.DOCUMENT_CHANGED,
    }
)
"""Refusals that consent_intake's own events never meet: somebody else wrote the record, or stored data was changed."""


class CaseSource(Protocol):
    """The agency's case records."""

    async def find(self, case_identifier: str, scope: Collection[ScopeItem]) -> AgencyCase | None:
        """Return what the scope opens of the case, or None when the agency has none under this identifier.

        What the scope does not open is not asked for (``schemas.consent_scope``), and so is None or empty.

        Raises:
            TemporarilyUnavailable: the records are away.
            RecordUnusable: the record breaks its own rules.
        """


class OpensTheGate(Protocol):
    """The one function that lets case data out."""

    async def decide(self, tx: Transaction, consent_id: UUID, purpose: Purpose, actor: Actor) -> Allowed | Refused:
        """Lock the consent, decide, and record the decision."""


async def fetch_case(
    event: ConsentApproved,
    _preparation: None,
    tx: Transaction,
    *,
    gate: OpensTheGate,
    source: CaseSource,
    vault: Vault,
    clock: Clock,
    oldest: timedelta,
) -> Sequence[Event]:
    """Ask the gate, read the case while the consent is locked, and seal the copy that the parent released."""
    await _refuse_a_grant_that_is_not_ours(event, tx)
    await _refuse_what_the_register_contradicts(event, tx)
    return await _open_case(event, tx, gate=gate, source=source, vault=vault, clock=clock, oldest=oldest)


async def settle_case(
    event: CaseReviewed,
    _preparation: None,
    tx: Transaction,
    *,
    gate: OpensTheGate,
    source: CaseSource,
    vault: Vault,
    clock: Clock,
    oldest: timedelta,
) -> Sequence[Event]:
    """Read a case again once a reviewer says that its record was mended, or tell that there will be no page.

    The reviewer's decision is in the register; an event that says something else is somebody else's.
    """
    consent = await _refuse_what_the_register_contradicts(event, tx)
    if all(entry.status is not ConsentStatus.CASE_REVIEW for entry in await consents.timeline(tx, consent.id)):
        raise CannotBeProcessed(ReasonCode.EVENT_CONTRADICTS_REGISTER, parks_later_events=False)
    if event.outcome is CaseReviewOutcome.READ_AGAIN:
        return await _open_case(event, tx, gate=gate, source=source, vault=vault, clock=clock, oldest=oldest)
    if consent.status is not ConsentStatus.REFUSED:
        return ()  # revoked or expired meanwhile: that has been told
    reason = ReasonCode(consent.reasons[0])
    return (CaseRefused(consent_id=consent.id, organization_id=consent.organization_id, reason=reason),)


async def _open_case(
    event: Opening,
    tx: Transaction,
    *,
    gate: OpensTheGate,
    source: CaseSource,
    vault: Vault,
    clock: Clock,
    oldest: timedelta,
) -> Sequence[Event]:
    decision = await gate.decide(tx, event.consent_id, Purpose.FETCH, ACTOR)
    if isinstance(decision, Refused):
        return await _refuse(event, decision.reason, tx, clock)
    consent = await consents.get(tx, event.consent_id)
    if consent.status is not ConsentStatus.APPROVED:
        return ()  # a second approval event of a consent that went on already
    try:
        copy = await _consented_part(decision.grant, source, now=clock(), oldest=oldest)
    except RecordUnusable:
        get_logger().warning("case record unusable", consent_id=str(event.consent_id))
        copy = ReasonCode.FIGURES_DO_NOT_RECONCILE
    if isinstance(copy, ReasonCode):
        return await _refuse(event, copy, tx, clock)
    return await _seal(event, copy, tx, vault, clock)


async def _consented_part(
    grant: ConsentGrant, source: CaseSource, *, now: datetime, oldest: timedelta
) -> CaseCopy | ReasonCode:
    """Read the case; return what the parent released of it, or why nothing of it may be."""
    case = await source.find(grant.case_identifier, grant.scope)
    reason = why_case_stays_shut(case, grant, now=now, oldest=oldest)
    if reason is not None or case is None:
        return reason or ReasonCode.CASE_NOT_FOUND
    person = consenting_party(case, grant)
    return ReasonCode.PARENT_NOT_ON_CASE if person is None else consented_copy(case, person, grant.scope)


async def _refuse_a_grant_that_is_not_ours(event: ConsentApproved, tx: Transaction) -> None:
    stored = await grants.load(tx, event.consent_id)
    if stored is None:
        raise CannotBeProcessed(ReasonCode.GRANT_MISSING, parks_later_events=False)
    if (stored.grant_sha256, stored.signature) != (event.grant_sha256, event.grant_signature):
        raise CannotBeProcessed(ReasonCode.GRANT_INVALID, parks_later_events=False)


async def _refuse_what_the_register_contradicts(event: Opening, tx: Transaction) -> Consent:
    """Return the event's consent, if it is the event's organization's, and the event's parent's where it names one."""
    consent = await consent_named_by(tx, event)
    if isinstance(event, ConsentApproved) and consent.party is not event.party:
        raise CannotBeProcessed(ReasonCode.EVENT_CONTRADICTS_REGISTER, parks_later_events=False)
    return consent


async def _refuse(event: Opening, reason: ReasonCode, tx: Transaction, clock: Clock) -> Sequence[Event]:
    if reason in FORGED:
        raise CannotBeProcessed(reason, parks_later_events=False)
    consent = await consents.get(tx, event.consent_id)
    status = ConsentStatus.CASE_REVIEW if reason in GOES_TO_CASE_REVIEW else ConsentStatus.REFUSED
    await consents.move(tx, consent, status, at=clock(), reasons=(reason,))
    return (CaseRefused(consent_id=event.consent_id, organization_id=consent.organization_id, reason=reason),)


async def _seal(event: Opening, copy: CaseCopy, tx: Transaction, vault: Vault, clock: Clock) -> Sequence[Event]:
    plain = copy.canonical_bytes()
    await vault.seal(tx, event.consent_id, Kind.CASE_COPY, plain)
    consent = await consents.get(tx, event.consent_id)
    await consents.move(tx, consent, ConsentStatus.FETCHED, at=clock())
    return (
        CaseFetched(
            consent_id=event.consent_id,
            organization_id=consent.organization_id,
            party=copy.party,
            case_copy_sha256=sha256_of(plain),
            as_of=copy.as_of,
        ),
    )
