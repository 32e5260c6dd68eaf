"""Tell people what became of their consents: every event that ends or stops one, and every finished page.

The functions only write message rows, in the transaction that handles the event; the couriers send them. None returns
an event: the notifier writes no topic.
"""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from notifier.delivery import contacts
from notifier.delivery.desk import Desk
from notifier.rules.kinds import Kind
from notifier.rules.recipients import reviewers_for, to_be_told
from schemas.case_events import CaseRefused
from schemas.consent_events import ConsentRejected, ConsentReviewNeeded, ConsentRevoked
from schemas.event import Event
from schemas.reason_codes import GOES_TO_CASE_REVIEW, ReasonCode
from schemas.snapshot_events import SnapshotRefused, SnapshotRendered
from schemas.topics import Writer
from services.register import consents
from services.register.audit import Actor, stage_actor
from services.register.database import Transaction
from services.register.gate import Allowed, Refused
from services.register.states import ConsentStatus, Purpose
from services.register.tables import Consent
from services.runtime.clock import Clock
from services.runtime.failures import CannotBeProcessed
from services.runtime.named_consents import consent_named_by
from services.runtime.structured_log import get_logger

ACTOR = stage_actor(Writer.NOTIFIER.value)

Told = ConsentRejected | ConsentReviewNeeded | ConsentRevoked | CaseRefused | SnapshotRefused | SnapshotRendered
"""Every event that is told of here."""

ENDED_OTHERWISE = frozenset({ConsentStatus.REVOKED, ConsentStatus.EXPIRED})
"""Ends that can overtake a refusal on its way here; a revocation has an event of its own."""


class Gate(Protocol):
    """What is asked before somebody is told that a page is ready."""

    async def decide(
        self,
        tx: Transaction,
        consent_id: UUID,
        purpose: Purpose,
        actor: Actor,
        *,
        person_id: UUID | None = None,
        organization_id: UUID | None = None,
    ) -> Allowed | Refused:
        """See services.register.gate."""


async def tell_rejected(event: ConsentRejected, _preparation: None, tx: Transaction, *, desk: Desk) -> Sequence[Event]:
    """Tell the uploader why the form was not accepted and what to do."""
    consent = await _consent_in(tx, event, {ConsentStatus.REJECTED})
    await _tell_organization(tx, event, Kind.CONSENT_REJECTED, consent, reasons=event.reasons, desk=desk)
    return ()


async def tell_in_review(
    event: ConsentReviewNeeded, _preparation: None, tx: Transaction, *, desk: Desk
) -> Sequence[Event]:
    """Tell the uploader that a person looks at the form, and the reviewers (never the uploader) that it waits."""
    consent = await _consent_in(tx, event, set(ConsentStatus) - {ConsentStatus.UPLOADED})
    if consent.status is not ConsentStatus.IN_REVIEW:
        return ()  # decided meanwhile
    await _tell_organization(tx, event, Kind.CONSENT_IN_REVIEW, consent, desk=desk)
    await _tell_reviewers(tx, event, Kind.REVIEW_WAITING, consent, desk=desk)
    return ()


async def tell_revoked(event: ConsentRevoked, _preparation: None, tx: Transaction, *, desk: Desk) -> Sequence[Event]:
    """Tell the uploader to stop using the page and to destroy every copy."""
    consent = await _consent_in(tx, event, {ConsentStatus.REVOKED})
    await _tell_organization(tx, event, Kind.CONSENT_REVOKED, consent, desk=desk)
    return ()


async def tell_refused(
    event: CaseRefused | SnapshotRefused, _preparation: None, tx: Transaction, *, desk: Desk
) -> Sequence[Event]:
    """Tell the uploader that there is no page for now; a case in review is told to the reviewers, too."""
    consent = await consent_named_by(tx, event)
    if consent.status is ConsentStatus.CASE_REVIEW and event.reason.value in consent.reasons:
        await _tell_organization(tx, event, Kind.CASE_IN_REVIEW, consent, reasons=(event.reason,), desk=desk)
        await _tell_reviewers(tx, event, Kind.CASE_REVIEW_WAITING, consent, desk=desk)
        return ()
    if event.reason in GOES_TO_CASE_REVIEW and await _was_in_case_review(tx, consent):
        return await _settled(tx, event, consent, desk)
    consent = await _consent_in(tx, event, {ConsentStatus.REFUSED, *ENDED_OTHERWISE})
    if consent.status is ConsentStatus.EXPIRED and event.reason is not ReasonCode.CONSENT_EXPIRED:
        await _require_a_refusal(tx, consent)
    if consent.status is not ConsentStatus.REVOKED:
        kind = Kind.CASE_REFUSED if isinstance(event, CaseRefused) else Kind.SNAPSHOT_REFUSED
        await _tell_organization(tx, event, kind, consent, reasons=(event.reason,), desk=desk)
    return ()


async def deliver(
    event: SnapshotRendered, _preparation: None, tx: Transaction, *, desk: Desk, gate: Gate, clock: Clock
) -> Sequence[Event]:
    """Tell those whom the gate lets know that the page is ready; when it lets nobody, say why there is none."""
    consent = await consent_named_by(tx, event)
    if (consent.snapshot_id, consent.party) != (event.snapshot_id, event.party):
        raise CannotBeProcessed(ReasonCode.EVENT_CONTRADICTS_REGISTER, parks_later_events=False)
    people = await _people(tx, consent)
    allowed, reason = await _ask_the_gate(tx, event, people, gate)
    if allowed:
        await desk.tell(tx, event, Kind.SNAPSHOT_READY, allowed, organization_id=consent.organization_id)
        return ()
    moved = await consents.move(tx, consent, ConsentStatus.REFUSED, at=clock(), reasons=[reason])
    if moved or reason is ReasonCode.CONSENT_EXPIRED:
        await _tell_organization(tx, event, Kind.SNAPSHOT_REFUSED, consent, reasons=(reason,), desk=desk)
    return ()


async def _ask_the_gate(
    tx: Transaction, event: SnapshotRendered, people: Sequence[UUID], gate: Gate
) -> tuple[list[UUID], ReasonCode]:
    """Return who may be told, and why the first of the others may not."""
    allowed: list[UUID] = []
    reasons: list[ReasonCode] = []
    for person_id in people:
        decision = await gate.decide(
            tx,
            event.consent_id,
            Purpose.DELIVER,
            ACTOR,
            person_id=person_id,
            organization_id=event.organization_id,
        )
        match decision:
            case Allowed():
                allowed.append(person_id)
            case Refused(reason):
                reasons.append(reason)
    return allowed, next(iter(reasons), ReasonCode.PERSON_NOT_ACTIVE)


async def _require_a_refusal(tx: Transaction, consent: Consent) -> None:
    """A consent that expired may have been refused before, or delivered: then nobody is told that it was refused."""
    if all(entry.status is not ConsentStatus.REFUSED for entry in await consents.timeline(tx, consent.id)):
        raise CannotBeProcessed(ReasonCode.EVENT_CONTRADICTS_REGISTER, parks_later_events=False)


async def _tell_organization(
    tx: Transaction, event: Event, kind: Kind, consent: Consent, *, reasons: Sequence[ReasonCode] = (), desk: Desk
) -> None:
    people = await _people(tx, consent)
    if not people:
        get_logger().error("nobody to tell", consent_id=str(consent.id), kind=kind.value)
    await desk.tell(tx, event, kind, people, organization_id=consent.organization_id, reasons=reasons)


async def _tell_reviewers(tx: Transaction, event: Event, kind: Kind, consent: Consent, *, desk: Desk) -> None:
    reviewers = reviewers_for(consent.uploaded_by, await contacts.reviewers(tx))
    if not reviewers:
        get_logger().error("nobody to review", consent_id=str(consent.id))
    await desk.tell(tx, event, kind, reviewers)


async def _was_in_case_review(tx: Transaction, consent: Consent) -> bool:
    return any(entry.status is ConsentStatus.CASE_REVIEW for entry in await consents.timeline(tx, consent.id))


async def _settled(
    tx: Transaction, event: CaseRefused | SnapshotRefused, consent: Consent, desk: Desk
) -> Sequence[Event]:
    """A reviewer settled the case before this event came, or ended it with no page: then that is what is told."""
    if consent.status is ConsentStatus.REFUSED:
        await _tell_organization(tx, event, Kind.CASE_REFUSED, consent, reasons=(event.reason,), desk=desk)
    return ()


async def _people(tx: Transaction, consent: Consent) -> list[UUID]:
    return to_be_told(consent.uploaded_by, await contacts.of_organization(tx, consent.organization_id))


async def _consent_in(tx: Transaction, event: Told, statuses: set[ConsentStatus]) -> Consent:
    """Return the consent if the register agrees: whoever can write to the broker can't alarm a family.

    Nor can they hide an event that is still to come behind a forged one of the same id: it is not taken for done with.
    """
    consent = await consent_named_by(tx, event)
    if consent.status not in statuses:
        raise CannotBeProcessed(ReasonCode.EVENT_CONTRADICTS_REGISTER, parks_later_events=False)
    return consent
