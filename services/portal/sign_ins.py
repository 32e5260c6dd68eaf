"""Signed-in browsers: a random token in a cookie, its SHA-256 in the register, checked on every request."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select, update

from services.portal.settings import ABSOLUTE_LIMIT, IDLE_LIMIT
from services.register import audit
from services.register.database import Transaction
from services.register.states import OrganizationStatus, PersonStatus
from services.register.tables import Organization, Person, SecondFactor, SignIn

TOUCH_EVERY = timedelta(seconds=60)
"""``last_seen_at`` is written at most this often: a write per page view would queue readers behind the write lock."""


@dataclass(frozen=True)
class LiveSignIn:
    """A sign-in that still counts, with the person and (unless of the agency) the organization."""

    sign_in: SignIn
    person: Person
    organization: Organization | None
    has_second_factor: bool


def digest(token: str) -> str:
    """Return what is stored of a token."""
    return sha256(token.encode()).hexdigest()


async def begin(tx: Transaction, person_id: UUID, at: datetime, *, device: str | None = None) -> str:
    """Start a sign-in on a device (devices.py); returns its token, which is stored nowhere."""
    token = secrets.token_urlsafe(32)
    begun = SignIn(token_sha256=digest(token), person_id=person_id, device=device, created_at=at, last_seen_at=at)
    tx.add(begun)
    await tx.flush()
    return token


async def find(tx: Transaction, token: str, at: datetime) -> LiveSignIn | None:
    """Return the sign-in of a token, or None when unknown, ended, idle too long, too old, or its person is out."""
    query = (
        select(SignIn, Person, Organization, SecondFactor.confirmed_at)
        .join(Person, Person.id == SignIn.person_id)
        .outerjoin(Organization, Organization.id == Person.organization_id)
        .outerjoin(SecondFactor, SecondFactor.person_id == Person.id)
        .where(SignIn.token_sha256 == digest(token), SignIn.ended_at.is_(None))
    )
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        return None
    sign_in, person, organization, confirmed_at = row
    if at - sign_in.last_seen_at > IDLE_LIMIT or at - sign_in.created_at > ABSOLUTE_LIMIT:
        return None
    if person.status != PersonStatus.ACTIVE:
        return None
    shut_out = person.organization_id is not None and organization.status != OrganizationStatus.ACTIVE
    return None if shut_out else LiveSignIn(sign_in, person, organization, confirmed_at is not None)


async def touch(tx: Transaction, token: str, at: datetime) -> None:
    """Note that the sign-in was used."""
    await tx.execute(update(SignIn).where(SignIn.token_sha256 == digest(token)).values(last_seen_at=at))


async def end(tx: Transaction, token: str, at: datetime) -> None:
    """End one sign-in, and note in the audit log whose it was; nothing when it had ended already."""
    ended = update(SignIn).where(SignIn.token_sha256 == digest(token), SignIn.ended_at.is_(None)).values(ended_at=at)
    person_id = await tx.scalar(ended.returning(SignIn.person_id))
    if person_id is not None:
        await audit.record(tx, act="person.signed_out", actor=audit.person_actor(person_id), at=at)


async def live_of(tx: Transaction, person_id: UUID, at: datetime) -> list[SignIn]:
    """Return a person's sign-ins that still count, the last used first."""
    query = (
        select(SignIn)
        .where(SignIn.person_id == person_id, SignIn.ended_at.is_(None))
        .where(SignIn.last_seen_at >= at - IDLE_LIMIT, SignIn.created_at >= at - ABSOLUTE_LIMIT)
    )
    return list(await tx.scalars(query.order_by(SignIn.last_seen_at.desc(), SignIn.created_at.desc(), SignIn.id)))


async def end_one_of(tx: Transaction, person_id: UUID, sign_in_id: UUID, at: datetime) -> bool:
    """End one of a person's own sign-ins; False when it is another's, ended already or not there."""
    mine = (SignIn.id == sign_in_id, SignIn.person_id == person_id, SignIn.ended_at.is_(None))
    ended = await tx.scalar(update(SignIn).where(*mine).values(ended_at=at).returning(SignIn.id))
    if ended is None:
        return False
    detail = {"sign_in": str(sign_in_id)}
    await audit.record(tx, act="person.sign_in_ended", actor=audit.person_actor(person_id), at=at, detail=detail)
    return True


async def end_others_of(tx: Transaction, person_id: UUID, token: str, at: datetime) -> None:
    """End every sign-in of a person but the one with this token."""
    others = (SignIn.person_id == person_id, SignIn.ended_at.is_(None), SignIn.token_sha256 != digest(token))
    ended = (await tx.scalars(update(SignIn).where(*others).values(ended_at=at).returning(SignIn.id))).all()
    actor, detail = audit.person_actor(person_id), {"count": len(ended)}
    await audit.record(tx, act="person.other_sign_ins_ended", actor=actor, at=at, detail=detail)


async def end_all_of(tx: Transaction, person_id: UUID, at: datetime) -> None:
    """End every sign-in of a person: at deactivation, and when a password is set."""
    await tx.execute(update(SignIn).where(SignIn.person_id == person_id, SignIn.ended_at.is_(None)).values(ended_at=at))
