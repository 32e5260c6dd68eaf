"""People who sign in: organization staff, reviewers, agency and operations."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import JsonValue
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from schemas.values import Language
from services.register import audit
from services.register.audit import SYSTEM, Actor
from services.register.database import Database, Transaction
from services.register.states import PersonRole, PersonStatus
from services.register.tables import Person, SecondFactor

PASSWORD_MIN_LENGTH = 12
PASSWORD_MAX_LENGTH = 256
"""Length is the only rule on composition (NIST SP 800-63B-4: at least 8, no composition rules)."""

FAILURES_BEFORE_LOCK = 10
"""As GOV.UK Notify does; NIST allows at most 100."""

LOCKED_FOR = timedelta(minutes=15)

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""Argon2id, 19 MiB, t=2, p=1: the least that the OWASP Password Storage sheet recommends, for small machines."""

_NOBODYS_HASH = "$argon2id$v=19$m=19456,t=2,p=1$uLcZB8Kwna4zQ+19wyNeOw$UYAmKd3iVdhiiqtLTtzqrArJXAdGZxIWrmSp1teNbTE"
"""Checked when nobody has the e-mail address, so that the answer takes as long; no password is known to fit."""


class PersonUnknown(Exception):
    """No person has this id."""


class EmailTaken(Exception):
    """Somebody has this e-mail address already."""


class PasswordUnsuitable(Exception):
    """The password is too short or too long."""


async def add(
    tx: Transaction,
    *,
    email: str,
    display_name: str,
    role: PersonRole,
    language: Language,
    at: datetime,
    actor: Actor,
    organization_id: UUID | None = None,
    status: PersonStatus = PersonStatus.INVITED,
    password_hash: str | None = None,
) -> Person:
    """Add a person; one of the agency has no organization.

    Raises:
        EmailTaken: see there.
    """
    if await by_email(tx, email) is not None:
        raise EmailTaken
    person = Person(
        id=uuid4(),
        organization_id=organization_id,
        email=normal_email(email),
        display_name=display_name.strip(),
        role=role,
        status=status,
        language=language,
        password_hash=password_hash,
        created_at=at,
    )
    try:
        async with tx.begin_nested():
            tx.add(person)
    except IntegrityError:
        raise EmailTaken from None  # somebody was faster; PostgreSQL's error quotes the address
    detail = {"person": str(person.id), "role": role.value}
    await audit.record(tx, act="person.added", actor=actor, at=at, detail=detail)
    return person


async def get(tx: Transaction, person_id: UUID) -> Person:
    """Return a person.

    Raises:
        PersonUnknown: see there.
    """
    person = await tx.get(Person, person_id)
    if person is None:
        raise PersonUnknown
    return person


async def by_email(tx: Transaction, email: str) -> Person | None:
    """Return the person with this address, whatever the case of its letters."""
    person: Person | None = await tx.scalar(select(Person).where(Person.email == normal_email(email)))
    return person


async def members(tx: Transaction, organization_id: UUID) -> list[Person]:
    """Return an organization's people, by name."""
    query = select(Person).where(Person.organization_id == organization_id)
    return list(await tx.scalars(query.order_by(Person.display_name, Person.id)))


async def with_role(tx: Transaction, role: PersonRole) -> list[Person]:
    """Return the active people in a role."""
    query = select(Person).where(Person.role == role, Person.status == PersonStatus.ACTIVE)
    return list(await tx.scalars(query.order_by(Person.created_at, Person.id)))


async def activate(tx: Transaction, person_id: UUID, *, password_hash: str, at: datetime) -> None:
    """Let an invited person in, with the password they chose; also sets a new one for an active person.

    Raises:
        PersonUnknown: no such person, or a deactivated one.
    """
    person = await lock(tx, person_id)
    if person.status is PersonStatus.DEACTIVATED:
        raise PersonUnknown
    person.status, person.password_hash = PersonStatus.ACTIVE, password_hash
    person.failed_sign_ins, person.locked_until = 0, None
    await audit.record(tx, act="person.activated", actor=audit.person_actor(person_id), at=at)


async def deactivate(tx: Transaction, person_id: UUID, *, actor: Actor, at: datetime) -> bool:
    """End a person's access at once; False when it had ended.

    Raises:
        PersonUnknown: see there.
    """
    person = await lock(tx, person_id)
    if person.status is PersonStatus.DEACTIVATED:
        return False
    person.status, person.password_hash = PersonStatus.DEACTIVATED, None
    await audit.record(tx, act="person.deactivated", actor=actor, at=at, detail={"person": str(person_id)})
    return True


async def lock(tx: Transaction, person_id: UUID) -> Person:
    """Return a person as they are now, row-locked until the transaction ends.

    Raises:
        PersonUnknown: see there.
    """
    query = select(Person).where(Person.id == person_id).with_for_update()
    person: Person | None = await tx.scalar(query.execution_options(populate_existing=True))
    if person is None:
        raise PersonUnknown
    return person


async def sign_in(database: Database, *, email: str, password: str, at: datetime) -> Person | None:
    """Return the person when address and password fit, else None, whichever part was wrong.

    A wrong password counts; after ten the person is locked out for fifteen minutes, right password or not. The slow
    hash is computed outside any transaction. Who has a second factor is signed in by second_factors.finish_sign_in.
    """
    async with database.reading() as tx:
        found = await by_email(tx, email)
    stored = found.password_hash if found else None
    fits = await asyncio.to_thread(check_password, stored, password)
    if found is None:  # as much is written as about a person: that an address is unknown shows in no answering time
        async with database.transaction() as tx:
            await audit.record(tx, act="person.unknown", actor=SYSTEM, at=at)
        return None
    async with database.transaction() as tx:
        person = await lock(tx, found.id)
        # allowed: secrets-in-constant-time - two readings of one column: was the password changed in between?
        fits = fits and person.password_hash == stored
        factor = await tx.get(SecondFactor, person.id)
        half = factor is not None and factor.confirmed_at is not None
        if not await noted(tx, person, fits, at, wrong="person.sign_in_failed", half=half):
            return None
        act = "person.password_accepted" if half else "person.signed_in"
        await audit.record(tx, act=act, actor=audit.person_actor(person.id), at=at)
        return person


async def confirm_password(database: Database, person_id: UUID, *, password: str, at: datetime) -> str | None:
    """Return the stored hash when somebody signed in types their password once more, else None.

    Whoever sits down at an open browser guesses no better than at sign-in: the same count, the same lock.

    Raises:
        PersonUnknown: see there.
    """
    async with database.reading() as tx:
        stored = (await get(tx, person_id)).password_hash
    fits = await asyncio.to_thread(check_password, stored, password)
    async with database.transaction() as tx:
        person = await lock(tx, person_id)
        return stored if await noted(tx, person, fits, at, wrong="password.refused") else None


async def set_password(tx: Transaction, person_id: UUID, *, password_hash: str, instead_of: str | None = None) -> bool:
    """Give an active person another password; False when they are not active or it was changed in between.

    A lock ends; sign-ins and API keys are the caller's business.

    Args:
        tx: the transaction that also records why.
        person_id: whose.
        password_hash: of ``hash_password``.
        instead_of: the stored hash that was confirmed, if one was.

    Raises:
        PersonUnknown: see there.
    """
    person = await lock(tx, person_id)
    if person.status is not PersonStatus.ACTIVE or instead_of not in {None, person.password_hash}:
        return False
    person.password_hash = password_hash
    person.failed_sign_ins, person.locked_until = 0, None
    return True


def is_locked(person: Person, at: datetime) -> bool:
    """Whether too many tries shut a person out for now."""
    return person.locked_until is not None and at < person.locked_until


async def noted(tx: Transaction, person: Person, fits: bool, at: datetime, *, wrong: str, half: bool = False) -> bool:
    """Whether a try counts as right; a wrong one is counted and recorded, and the tenth locks.

    Args:
        tx: the transaction that holds the person's row.
        person: row-locked.
        fits: whether what was typed is right.
        at: when.
        wrong: the act that a wrong try is recorded as.
        half: a second factor is still to come; the count goes on, or a known password would buy ten codes each time.
    """
    if is_locked(person, at):
        detail: dict[str, JsonValue] = {"person": str(person.id), "locked": True}
        await audit.record(tx, act=wrong, actor=SYSTEM, at=at, detail=detail)
        return False
    if fits and person.status is PersonStatus.ACTIVE:
        if not half:
            person.failed_sign_ins, person.locked_until = 0, None
        return True
    person.failed_sign_ins += 1
    locks = person.failed_sign_ins >= FAILURES_BEFORE_LOCK
    if locks:
        person.failed_sign_ins, person.locked_until = 0, at + LOCKED_FOR
    act = "person.locked_out" if locks else wrong
    await audit.record(tx, act=act, actor=SYSTEM, at=at, detail={"person": str(person.id)})
    return False


def hash_password(password: str) -> str:
    """Return the Argon2id hash to store. Slow on purpose: call it in a thread.

    Raises:
        PasswordUnsuitable: shorter than 12 or longer than 256 characters.
    """
    if not PASSWORD_MIN_LENGTH <= len(password) <= PASSWORD_MAX_LENGTH:
        raise PasswordUnsuitable
    return _HASHER.hash(password)


def check_password(stored: str | None, password: str) -> bool:
    """Whether a password fits a stored hash; takes as long when nothing is stored."""
    if len(password) > PASSWORD_MAX_LENGTH:
        return False
    try:
        _HASHER.verify(stored or _NOBODYS_HASH, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def normal_email(email: str) -> str:
    """Return an address as it is stored and looked up: trimmed, lower case."""
    return email.strip().lower()
