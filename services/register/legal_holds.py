"""Legal holds: an order to keep what is stored of one consent, or of all of an organization's.

A hold stops what happens by the calendar: retention, and the destruction of the key at a consent's last day. The gate
stays shut after that day all the same; what is kept is kept for whoever ordered it, and shown to nobody. It does not
stop a revocation. Nothing is disclosed here but by the parent's permission, and this product makes the end of the
permission sure by destroying the key: a key that stayed would make it a matter of trust. The records that a court may
ask for are the agency's own, of which this product holds copies, and the audit log, which is never erased.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from pydantic import JsonValue
from sqlalchemy import ColumnElement, exists, or_, select

from services.register import audit
from services.register.database import Transaction
from services.register.tables import Consent, LegalHold, Organization


class HoldOnNothing(Exception):
    """There is no such consent or organization; nothing was placed."""


async def place(
    tx: Transaction,
    *,
    actor: audit.Actor,
    at: datetime,
    consent_id: UUID | None = None,
    organization_id: UUID | None = None,
) -> UUID:
    """Keep one consent's objects, or those of every consent of an organization, also of later ones; return its id.

    Raises:
        HoldOnNothing: see there, or not exactly one of the two was given.
    """
    if (consent_id is None) is (organization_id is None):
        raise HoldOnNothing
    found = await tx.get(Organization, organization_id) if consent_id is None else await tx.get(Consent, consent_id)
    if found is None:
        raise HoldOnNothing
    hold = LegalHold(
        id=uuid4(), consent_id=consent_id, organization_id=organization_id, placed_at=at, placed_by=str(actor)
    )
    tx.add(hold)
    await tx.flush()
    await audit.record(tx, act="hold.placed", actor=actor, at=at, consent_id=consent_id, detail=_detail(hold))
    return hold.id


async def lift(tx: Transaction, hold_id: UUID, *, actor: audit.Actor, at: datetime) -> bool:
    """End a hold; what was due meanwhile is erased at the next round. False when there is none, or it is over."""
    hold = await tx.get(LegalHold, hold_id, with_for_update=True)
    if hold is None or hold.lifted_at is not None:
        return False
    hold.lifted_at = at
    await tx.flush()
    await audit.record(tx, act="hold.lifted", actor=actor, at=at, consent_id=hold.consent_id, detail=_detail(hold))
    return True


async def standing(tx: Transaction) -> Sequence[LegalHold]:
    """Return the holds that are in force, oldest first."""
    query = select(LegalHold).where(LegalHold.lifted_at.is_(None)).order_by(LegalHold.placed_at, LegalHold.id)
    return (await tx.scalars(query)).all()


def held() -> ColumnElement[bool]:
    """Return the condition that a consent of the query around it is held."""
    about = or_(LegalHold.consent_id == Consent.id, LegalHold.organization_id == Consent.organization_id)
    return exists().where(LegalHold.lifted_at.is_(None), about).correlate(Consent)


async def is_held(tx: Transaction, consent_id: UUID) -> bool:
    """Whether a consent is held, by itself or with its organization."""
    return await tx.scalar(select(Consent.id).where(Consent.id == consent_id, held())) is not None


def _detail(hold: LegalHold) -> dict[str, JsonValue]:
    organization = None if hold.organization_id is None else str(hold.organization_id)
    return {"hold": str(hold.id), "organization_id": organization}
