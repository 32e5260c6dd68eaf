"""Between password and code: a browser that proved the password waits for the code, with a token of its own."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from services.portal.settings import SECOND_STEP_LIFETIME
from services.portal.sign_ins import digest
from services.register.database import Transaction
from services.register.states import PersonStatus
from services.register.tables import Person, SecondStep


async def begin(tx: Transaction, person_id: UUID, at: datetime) -> str:
    """Start to wait for a code; returns the token, which is stored nowhere and opens no page."""
    token = secrets.token_urlsafe(32)
    tx.add(SecondStep(token_sha256=digest(token), person_id=person_id, expires_at=at + SECOND_STEP_LIFETIME))
    await tx.flush()
    return token


async def person_of(tx: Transaction, token: str, at: datetime) -> Person | None:
    """Return whose code is waited for; None when it is unknown, used, too long ago, or the person is not active."""
    query = (
        select(Person)
        .join(SecondStep, SecondStep.person_id == Person.id)
        .where(SecondStep.token_sha256 == digest(token), SecondStep.used_at.is_(None))
        .where(SecondStep.expires_at > at, Person.status == PersonStatus.ACTIVE)
    )
    person: Person | None = await tx.scalar(query)
    return person


async def use_up(tx: Transaction, token: str, at: datetime) -> bool:
    """End the wait; False when somebody was faster or the password changed."""
    unused = (SecondStep.token_sha256 == digest(token), SecondStep.used_at.is_(None))
    used = await tx.scalar(update(SecondStep).where(*unused).values(used_at=at).returning(SecondStep.person_id))
    return used is not None


async def end_all_of(tx: Transaction, person_id: UUID, at: datetime) -> None:
    """Stop waiting for any code of a person: their password or their second factor changed."""
    unused = (SecondStep.person_id == person_id, SecondStep.used_at.is_(None))
    await tx.execute(update(SecondStep).where(*unused).values(used_at=at))
