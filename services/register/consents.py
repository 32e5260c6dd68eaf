"""Consents: what is uploaded, where it stands, and how it ends.

Every change of status goes through ``move``, ``revoke`` or ``expire``; each takes the lock on the consent's row that
the gate takes, so that a disclosure and a revocation of the same consent never overlap.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import select, update

from schemas.consent_events import RevokedBy
from schemas.reason_codes import ReasonCode
from schemas.values import Party
from services.register import audit, legal_holds
from services.register.consent_moves import ENDS, WORKS_ON, Move, judge_move
from services.register.database import Transaction
from services.register.states import ConsentStatus, DeliveryState
from services.register.tables import Consent, Message, TimelineEntry
from services.vault.vault import Vault


class ConsentUnknown(Exception):
    """No consent has this id."""


class IllegalMove(Exception):
    """A consent was to skip a step of its life: a mistake in the caller."""


async def add(
    tx: Transaction,
    *,
    consent_id: UUID,
    organization_id: UUID,
    uploaded_by: UUID,
    party: Party,
    document_sha256: str,
    media_type: str,
    size_bytes: int,
    claim_index: str,
    at: datetime,
) -> Consent:
    """Register an uploaded form, with its first timeline entry."""
    consent = Consent(
        id=consent_id,
        organization_id=organization_id,
        uploaded_by=uploaded_by,
        status=ConsentStatus.UPLOADED,
        reasons=[],
        party=party,
        document_sha256=document_sha256,
        media_type=media_type,
        size_bytes=size_bytes,
        claim_index=claim_index,
        uploaded_at=at,
        status_since=at,
    )
    tx.add(consent)
    await tx.flush()
    tx.add(TimelineEntry(consent_id=consent_id, status=ConsentStatus.UPLOADED, reasons=[], at=at))
    await tx.flush()
    return consent


async def get(tx: Transaction, consent_id: UUID) -> Consent:
    """Return a consent.

    Raises:
        ConsentUnknown: there is none with this id.
    """
    return _known(await tx.get(Consent, consent_id))


async def lock(tx: Transaction, consent_id: UUID) -> Consent:
    """Return a consent as it is now, and keep everybody else from changing it until the transaction ends.

    Raises:
        ConsentUnknown: there is none with this id.
    """
    query = select(Consent).where(Consent.id == consent_id).with_for_update()
    return _known(await tx.scalar(query.execution_options(populate_existing=True)))


async def move(
    tx: Transaction, consent: Consent, status: ConsentStatus, *, at: datetime, reasons: Sequence[ReasonCode] = ()
) -> bool:
    """Take a consent one step on, and note it on its timeline and in the audit log.

    Locks the row and looks at it afresh first, so a consent that was read without a lock, or in another transaction,
    is safe to pass; what moves is the row of ``tx``.

    Returns:
        False, and nothing changed, when the consent is there or past it already (an event that came twice), or in a
        state that nothing leads out of (revoked, say).

    Raises:
        IllegalMove: the step would skip another.
    """
    consent = await lock(tx, consent.id)
    before = consent.status
    match judge_move(before, status):
        case Move.PAST:
            return False
        case Move.ILLEGAL:
            raise IllegalMove(f"{consent.status.value} to {status.value}")
        case Move.LEGAL:
            codes = [reason.value for reason in reasons]
            consent.status, consent.reasons, consent.status_since = status, codes, at
            tx.add(TimelineEntry(consent_id=consent.id, status=status, reasons=codes, at=at))
            await tx.flush()
            if status not in ENDS:  # these two say in their own entry who wanted it
                actor = audit.stage_actor(WORKS_ON[before]) if before in WORKS_ON else audit.SYSTEM
                detail: dict[str, JsonValue] = {"from": before.value, "to": status.value, "reasons": list(codes)}
                await audit.record(tx, act="consent.moved", actor=actor, at=at, consent_id=consent.id, detail=detail)
            return True


async def timeline(tx: Transaction, consent_id: UUID) -> list[TimelineEntry]:
    """Return a consent's steps, oldest first."""
    query = select(TimelineEntry).where(TimelineEntry.consent_id == consent_id).order_by(TimelineEntry.id)
    return list(await tx.scalars(query))


async def of_organization(
    tx: Transaction, organization_id: UUID, *, limit: int = 50, before: datetime | None = None
) -> list[Consent]:
    """Return an organization's consents, newest first; ``before`` is the upload time of the last one seen."""
    query = select(Consent).where(Consent.organization_id == organization_id)
    if before is not None:
        query = query.where(Consent.uploaded_at < before)
    return list(await tx.scalars(query.order_by(Consent.uploaded_at.desc(), Consent.id).limit(limit)))


async def in_review(tx: Transaction) -> list[Consent]:
    """Return the consents that wait for a reviewer, the longest waiting first."""
    query = select(Consent).where(Consent.status == ConsentStatus.IN_REVIEW)
    return list(await tx.scalars(query.order_by(Consent.status_since, Consent.id)))


async def cases_in_review(tx: Transaction) -> list[Consent]:
    """Return the consents whose case record a person has to settle, the longest waiting first."""
    query = select(Consent).where(Consent.status == ConsentStatus.CASE_REVIEW)
    return list(await tx.scalars(query.order_by(Consent.status_since, Consent.id)))


async def read_again(tx: Transaction, consent_id: UUID, *, at: datetime) -> bool:
    """Send a consent back to its case, because a person says that the agency's record was mended.

    The form stays approved; the gate is asked again before anything is read.

    Returns:
        False, and nothing changed, when the case is not in review (any more).

    Raises:
        ConsentUnknown: there is none with this id.
    """
    consent = await lock(tx, consent_id)
    if consent.status is not ConsentStatus.CASE_REVIEW:
        return False
    consent.status, consent.reasons, consent.status_since = ConsentStatus.APPROVED, [], at
    tx.add(TimelineEntry(consent_id=consent.id, status=ConsentStatus.APPROVED, reasons=[], at=at))
    await tx.flush()
    return True


async def same_document(tx: Transaction, organization_id: UUID, document_sha256: str) -> Consent | None:
    """Return the organization's earliest consent with these very bytes that was not rejected, if any."""
    query = (
        select(Consent)
        .where(Consent.organization_id == organization_id, Consent.document_sha256 == document_sha256)
        .where(Consent.status != ConsentStatus.REJECTED)
        .order_by(Consent.uploaded_at, Consent.id)
        .limit(1)
    )
    found: Consent | None = await tx.scalar(query)
    return found


async def past_their_last_day(tx: Transaction, today: date, *, limit: int = 500) -> list[UUID]:
    """Return ids of consents whose period is over (New York days) and that are not marked so yet."""
    done = (ConsentStatus.EXPIRED, ConsentStatus.REVOKED, ConsentStatus.REJECTED)
    query = select(Consent.id).where(Consent.expires_on < today, Consent.status.not_in(done))
    return list(await tx.scalars(query.order_by(Consent.expires_on, Consent.id).limit(limit)))


async def revoke(
    tx: Transaction, consent_id: UUID, *, by: RevokedBy, actor: audit.Actor, at: datetime, vault: Vault
) -> bool:
    """End a consent at somebody's wish: cancel what is about to be sent and destroy the consent's key.

    Once the transaction commits the gate refuses, and every object of the consent is unreadable for ever. The caller
    queues the ConsentRevoked event in the same transaction when this returns True.

    Returns:
        False when the consent is rejected or revoked already; nothing changed then.

    Raises:
        ConsentUnknown: there is none with this id.
    """
    consent = await lock(tx, consent_id)
    before = consent.status
    if not await move(tx, consent, ConsentStatus.REVOKED, at=at):
        return False
    await _cancel_messages(tx, consent_id)
    await vault.destroy_key(tx, consent_id)
    detail = {"by": by.value, "from": before.value}
    await audit.record(tx, act="consent.revoked", actor=actor, at=at, consent_id=consent_id, detail=detail)
    return True


async def expire(tx: Transaction, consent_id: UUID, *, actor: audit.Actor, at: datetime, vault: Vault) -> bool:
    """End a consent whose last day is over, as ``revoke`` does; the caller has compared the days.

    Under a legal hold its key stays until the hold is lifted; the gate refuses all the same.

    Returns:
        False when the consent ended another way already.

    Raises:
        ConsentUnknown: there is none with this id.
    """
    consent = await lock(tx, consent_id)
    before = consent.status
    if not await move(tx, consent, ConsentStatus.EXPIRED, at=at, reasons=[ReasonCode.CONSENT_EXPIRED]):
        return False
    await _cancel_messages(tx, consent_id)
    held = await legal_holds.is_held(tx, consent_id)
    if not held:
        await vault.destroy_key(tx, consent_id)
    detail: dict[str, JsonValue] = {"from": before.value, **({"held": True} if held else {})}
    await audit.record(tx, act="consent.expired", actor=actor, at=at, consent_id=consent_id, detail=detail)
    return True


async def _cancel_messages(tx: Transaction, consent_id: UUID) -> None:
    pending = (Message.consent_id == consent_id, Message.state == DeliveryState.PENDING)
    await tx.execute(update(Message).where(*pending).values(state=DeliveryState.CANCELLED, next_attempt_at=None))


def _known(consent: Consent | None) -> Consent:
    if consent is None:
        raise ConsentUnknown
    return consent
