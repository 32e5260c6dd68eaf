"""A new password: every sign-in ends, links for a forgotten one stop working, and the person is told by e-mail.

Such a link is a one-time token, nowhere in clear: its SHA-256 in ``password_resets``, and sealed in the message that
the notifier sends. Setting a password with it signs nobody in: whoever holds the link still signs in as always.
"""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from services.portal import second_steps, sign_ins
from services.portal.settings import RESET_LIFETIME
from services.portal.sign_ins import digest
from services.register import audit, messages, people
from services.register.database import Transaction
from services.register.states import PersonStatus
from services.register.tables import PasswordReset, Person
from services.vault.standing_keys import PurposeKeys


async def change(tx: Transaction, person_id: UUID, *, password_hash: str, instead_of: str, at: datetime) -> bool:
    """Set the password of somebody who typed the old one; False when it was changed in between."""
    if not await people.set_password(tx, person_id, password_hash=password_hash, instead_of=instead_of):
        return False
    await _is_new(tx, person_id, at)
    await audit.record(tx, act="password.changed", actor=audit.person_actor(person_id), at=at)
    return True


async def send_link(tx: Transaction, keys: PurposeKeys, person: Person, at: datetime) -> None:
    """Make a link for a person and queue its e-mail; earlier links of theirs stop working, the password stays."""
    await _end_links(tx, person.id, at)
    token = secrets.token_urlsafe(32)
    tx.add(
        PasswordReset(token_sha256=digest(token), person_id=person.id, created_at=at, expires_at=at + RESET_LIFETIME)
    )
    await messages.send_reset_link(tx, keys, person_id=person.id, token=token, at=at)


async def asked_for_link(tx: Transaction, keys: PurposeKeys, email: str, at: datetime) -> None:
    """Send a link to an active person with this address. Recorded either way."""
    person = await people.by_email(tx, email)
    if person is None or person.status is not PersonStatus.ACTIVE:
        await audit.record(tx, act="password.reset_asked", actor=audit.SYSTEM, at=at)
        return
    await send_link(tx, keys, person, at)
    await audit.record(tx, act="password.reset_asked", actor=audit.SYSTEM, at=at, detail={"person": str(person.id)})


async def owner_of(tx: Transaction, token: str, at: datetime) -> Person | None:
    """Return whose password a link sets; None when it is unknown, used, too old, or the person is not active."""
    query = (
        select(Person)
        .join(PasswordReset, PasswordReset.person_id == Person.id)
        .where(PasswordReset.token_sha256 == digest(token), PasswordReset.used_at.is_(None))
        .where(PasswordReset.expires_at > at, Person.status == PersonStatus.ACTIVE)
    )
    person: Person | None = await tx.scalar(query)
    return person


async def reset(tx: Transaction, token: str, *, password_hash: str, at: datetime) -> bool:
    """Set the password of a link's owner and use the link up; False when somebody was faster or it is over."""
    used = (
        update(PasswordReset)
        .where(PasswordReset.token_sha256 == digest(token), PasswordReset.used_at.is_(None))
        .where(PasswordReset.expires_at > at)
        .values(used_at=at)
    )
    person_id = await tx.scalar(used.returning(PasswordReset.person_id))
    if person_id is None or not await people.set_password(tx, person_id, password_hash=password_hash):
        return False
    await _is_new(tx, person_id, at)
    await audit.record(tx, act="password.reset", actor=audit.person_actor(person_id), at=at)
    return True


async def _is_new(tx: Transaction, person_id: UUID, at: datetime) -> None:
    await sign_ins.end_all_of(tx, person_id, at)
    await second_steps.end_all_of(tx, person_id, at)
    await _end_links(tx, person_id, at)
    await messages.tell_password_changed(tx, person_id=person_id, at=at)


async def _end_links(tx: Transaction, person_id: UUID, at: datetime) -> None:
    unused = (PasswordReset.person_id == person_id, PasswordReset.used_at.is_(None))
    await tx.execute(update(PasswordReset).where(*unused).values(used_at=at))
