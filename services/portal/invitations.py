"""Invitations: a one-time link by e-mail with which a person sets their first password.

The link's token is nowhere in clear: its SHA-256 in ``invitations``, and sealed in the message that the notifier sends.
"""

import secrets
from datetime import datetime

from sqlalchemy import select, update

from services.portal.settings import INVITATION_LIFETIME
from services.portal.sign_ins import digest
from services.register import messages
from services.register.database import Transaction
from services.register.states import PersonStatus
from services.register.tables import Invitation, Person
from services.vault.standing_keys import PurposeKeys


async def invite(tx: Transaction, keys: PurposeKeys, person: Person, at: datetime) -> None:
    """Make a link for an invited person and queue its e-mail; earlier links of theirs stop working."""
    await tx.execute(
        update(Invitation).where(Invitation.person_id == person.id, Invitation.used_at.is_(None)).values(used_at=at)
    )
    token = secrets.token_urlsafe(32)
    tx.add(
        Invitation(
            token_sha256=digest(token),
            person_id=person.id,
            created_at=at,
            expires_at=at + INVITATION_LIFETIME,
            used_at=None,
        )
    )
    await messages.invite(tx, keys, person_id=person.id, token=token, at=at)


async def invited_by(tx: Transaction, token: str, at: datetime) -> Person | None:
    """Return whom a link invites; None when it is unknown, used, too old, or the person is no longer invited."""
    query = (
        select(Person)
        .join(Invitation, Invitation.person_id == Person.id)
        .where(Invitation.token_sha256 == digest(token), Invitation.used_at.is_(None), Invitation.expires_at > at)
        .where(Person.status == PersonStatus.INVITED)
    )
    person: Person | None = await tx.scalar(query)
    return person


async def use_up(tx: Transaction, token: str, at: datetime) -> bool:
    """Mark a link as used; False when somebody was faster."""
    result = await tx.execute(
        update(Invitation)
        .where(Invitation.token_sha256 == digest(token), Invitation.used_at.is_(None))
        .values(used_at=at)
        .returning(Invitation.person_id)
    )
    return result.first() is not None
