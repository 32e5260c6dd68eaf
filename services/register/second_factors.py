"""Second factors of people: an authenticator app, and recovery codes for the day it is lost.

The app's seed is sealed under a standing key for one person; of a recovery code only the hash is kept.
"""

from base64 import b32decode
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, func, select, update

from services.register import audit, one_time_codes, people
from services.register.database import Database, Transaction
from services.register.tables import RecoveryCode, SecondFactor, SecondStep, SignIn
from services.vault.sealed_text import open_text, seal_text
from services.vault.standing_keys import PurposeKeys


class How(StrEnum):
    """What somebody proved themselves with."""

    APP = "app"
    RECOVERY_CODE = "recovery_code"


async def begin(tx: Transaction, keys: PurposeKeys, person_id: UUID, at: datetime) -> str:
    """Make a seed that counts once a code of it is confirmed; returns it in base 32. One that counts stays."""
    factor = await _locked(tx, person_id)
    if factor is not None and factor.confirmed_at is not None:
        return _seed(keys, factor)
    seed = one_time_codes.new_seed()
    await tx.execute(delete(SecondFactor).where(SecondFactor.person_id == person_id))
    sealed = seal_text(keys, _purpose(person_id), seed)
    tx.add(SecondFactor(person_id=person_id, sealed_seed=sealed, made_at=at))
    await tx.flush()
    return seed


async def waiting_seed(tx: Transaction, keys: PurposeKeys, person_id: UUID) -> str | None:
    """Return the seed that no code was confirmed of yet, in base 32."""
    factor = await tx.get(SecondFactor, person_id)
    return _seed(keys, factor) if factor is not None and factor.confirmed_at is None else None


async def confirm(tx: Transaction, keys: PurposeKeys, person_id: UUID, *, typed: str, at: datetime) -> list[str] | None:
    """Let the waiting seed count when a code of it is right; returns the recovery codes, this once."""
    factor = await _locked(tx, person_id)
    if factor is None or factor.confirmed_at is not None or not _takes(keys, factor, typed, at):
        return None
    factor.confirmed_at = at
    codes = await _new_recovery_codes(tx, person_id, at)
    await audit.record(tx, act="factor.added", actor=audit.person_actor(person_id), at=at)
    return codes


async def renew_recovery_codes(tx: Transaction, person_id: UUID, at: datetime) -> list[str]:
    """Replace the recovery codes; returns the new ones, this once. None for whoever has no second factor."""
    if not await is_on(tx, person_id):
        return []
    codes = await _new_recovery_codes(tx, person_id, at)
    await audit.record(tx, act="factor.codes_renewed", actor=audit.person_actor(person_id), at=at)
    return codes


async def is_on(tx: Transaction, person_id: UUID) -> bool:
    """Whether a person has a second factor that counts."""
    return bool(await with_one(tx, [person_id]))


async def with_one(tx: Transaction, person_ids: list[UUID]) -> set[UUID]:
    """Return who of these has a second factor that counts."""
    query = select(SecondFactor.person_id).where(SecondFactor.person_id.in_(person_ids))
    return set(await tx.scalars(query.where(SecondFactor.confirmed_at.is_not(None))))


async def recovery_codes_left(tx: Transaction, person_id: UUID) -> int:
    """Return how many recovery codes are unused."""
    query = select(func.count()).select_from(RecoveryCode)
    unused = query.where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    return (await tx.execute(unused)).scalar_one()


async def remove(tx: Transaction, person_id: UUID, *, actor: audit.Actor, at: datetime) -> bool:
    """Forget seed and recovery codes; False when there were none."""
    factor = await _locked(tx, person_id)
    if factor is None:
        return False
    await tx.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    await tx.execute(delete(SecondFactor).where(SecondFactor.person_id == person_id))
    detail = {"person": str(person_id)}
    await audit.record(tx, act="factor.removed", actor=actor, at=at, detail=detail)
    return True


async def take_away(tx: Transaction, person_id: UUID, *, actor: audit.Actor, at: datetime) -> bool:
    """Forget the second factor of somebody who lost it, and sign them out everywhere; False when there was none."""
    for table, ended in ((SignIn, SignIn.ended_at), (SecondStep, SecondStep.used_at)):
        await tx.execute(update(table).where(table.person_id == person_id, ended.is_(None)).values({ended: at}))
    return await remove(tx, person_id, actor=actor, at=at)


async def finish_sign_in(database: Database, keys: PurposeKeys, person_id: UUID, *, typed: str, at: datetime) -> bool:
    """Whether a code finishes the sign-in of somebody whose password was right. Each code counts once.

    A wrong one counts as a wrong password does: after ten the person is locked out for fifteen minutes.

    Raises:
        PersonUnknown: see there.
        ObjectDamaged: the seed was sealed with another key.
    """
    async with database.transaction() as tx:
        person = await people.lock(tx, person_id)
        how = None if people.is_locked(person, at) else await _check(tx, keys, person_id, typed, at)
        if not await people.noted(tx, person, how is not None, at, wrong="factor.refused") or how is None:
            return False
        actor, detail = audit.person_actor(person_id), {"second_factor": how.value}
        await audit.record(tx, act="person.signed_in", actor=actor, at=at, detail=detail)
        return True


async def _check(tx: Transaction, keys: PurposeKeys, person_id: UUID, typed: str, at: datetime) -> How | None:
    factor = await _locked(tx, person_id)
    if factor is None or factor.confirmed_at is None:
        return None
    if _takes(keys, factor, typed, at):
        return How.APP
    unused = (RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    named = RecoveryCode.code_sha256 == one_time_codes.recovery_digest(typed)
    used = await tx.scalar(
        update(RecoveryCode).where(named, *unused).values(used_at=at).returning(RecoveryCode.person_id)
    )
    return How.RECOVERY_CODE if used is not None else None


def _takes(keys: PurposeKeys, factor: SecondFactor, typed: str, at: datetime) -> bool:
    step = one_time_codes.matching_step(b32decode(_seed(keys, factor)), typed, at, after=factor.last_step)
    if step is None:
        return False
    factor.last_step = step
    return True


async def _new_recovery_codes(tx: Transaction, person_id: UUID, at: datetime) -> list[str]:
    await tx.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = one_time_codes.new_recovery_codes()
    digests = [one_time_codes.recovery_digest(code) for code in codes]
    tx.add_all([RecoveryCode(code_sha256=digest, person_id=person_id, made_at=at) for digest in digests])
    await tx.flush()
    return codes


async def _locked(tx: Transaction, person_id: UUID) -> SecondFactor | None:
    query = select(SecondFactor).where(SecondFactor.person_id == person_id).with_for_update()
    factor: SecondFactor | None = await tx.scalar(query.execution_options(populate_existing=True))
    return factor


def _seed(keys: PurposeKeys, factor: SecondFactor) -> str:
    return open_text(keys, _purpose(factor.person_id), factor.sealed_seed)


def _purpose(person_id: UUID) -> str:
    return f"second-factor/{person_id}"
