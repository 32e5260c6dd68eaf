"""An organization's API keys: made once, shown once, stored as a SHA-256, checked on every call."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select

from schemas.reason_codes import ReasonCode
from services.portal.sign_ins import digest
from services.register.agreements import Agreements
from services.register.database import Transaction
from services.register.states import OrganizationStatus, PersonStatus
from services.register.tables import ApiKey, Organization, Person

KEY_PREFIX = "snap_"
"""Lets a secret scanner recognise a leaked key."""


@dataclass(frozen=True)
class FoundKey:
    """A key that isn't revoked, with whom it stands for."""

    key: ApiKey
    person: Person
    organization: Organization


async def create(
    tx: Transaction, *, organization_id: UUID, person_id: UUID, label: str, at: datetime
) -> tuple[ApiKey, str]:
    """Make a key; returns its row and the key itself, which is stored nowhere."""
    token = KEY_PREFIX + secrets.token_urlsafe(32)
    return await store(tx, token, organization_id=organization_id, person_id=person_id, label=label, at=at), token


async def store(
    tx: Transaction, token: str, *, organization_id: UUID, person_id: UUID, label: str, at: datetime
) -> ApiKey:
    """Keep the SHA-256 of a key that was made elsewhere (practice people)."""
    key = ApiKey(
        id=uuid4(),
        organization_id=organization_id,
        person_id=person_id,
        label=label,
        token_sha256=digest(token),
        created_at=at,
        revoked_at=None,
    )
    tx.add(key)
    await tx.flush()
    return key


async def find(tx: Transaction, token: str) -> FoundKey | None:
    """Return what a key stands for, or None when it is unknown or revoked."""
    query = (
        select(ApiKey, Person, Organization)
        .join(Person, Person.id == ApiKey.person_id)
        .join(Organization, Organization.id == ApiKey.organization_id)
        .where(ApiKey.token_sha256 == digest(token), ApiKey.revoked_at.is_(None))
    )
    row = (await tx.execute(query)).one_or_none()
    return FoundKey(*row) if row else None


def why_refused(found: FoundKey, agreements: Agreements) -> ReasonCode | None:
    """Return why a known key may not be used now, or None."""
    if found.organization.status != OrganizationStatus.ACTIVE:
        return ReasonCode.ORG_NOT_ACTIVE
    if found.person.status != PersonStatus.ACTIVE or found.person.organization_id != found.organization.id:
        return ReasonCode.PERSON_NOT_ACTIVE
    if not agreements.organization_agreed(found.organization):
        return ReasonCode.ORG_AGREEMENT_MISSING
    if not agreements.person_agreed(found.person):
        return ReasonCode.PERSON_AGREEMENT_MISSING
    return None


async def of_organization(tx: Transaction, organization_id: UUID) -> list[ApiKey]:
    """Return an organization's keys, newest first, revoked ones included."""
    query = select(ApiKey).where(ApiKey.organization_id == organization_id).order_by(ApiKey.created_at.desc())
    return list((await tx.scalars(query)).all())


async def revoke(tx: Transaction, *, organization_id: UUID, key_id: UUID, at: datetime) -> bool:
    """Revoke a key of this organization; False when it has none such or it is revoked already."""
    key = await tx.get(ApiKey, key_id)
    if key is None or key.organization_id != organization_id or key.revoked_at is not None:
        return False
    key.revoked_at = at
    return True
