"""Keeping the shred list, and applying it to a register that a backup brought back."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import JsonValue
from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError

from schemas.consent_events import RevokedBy
from services.register import audit, consents
from services.register.database import Database, Transaction
from services.register.key_files import KeyFileUnusable, public_key_from
from services.register.states import ConsentStatus
from services.register.tables import Consent, VaultCaseKey, VaultKey
from services.runtime.clock import Clock
from services.runtime.structured_log import get_logger
from services.settings import AuditVerifySettings
from services.vault.shred_list import Shredded, ShredList, ShredListForged
from services.vault.vault import Vault

POLL_SECONDS: Final = 2.0
"""How soon a destroyed key is on the list: what was destroyed in the last seconds before a disaster is not."""

OVERLAP: Final = timedelta(hours=1)
"""How far back each look goes: a transaction commits later than the time it wrote, and clocks differ."""


async def newly_shredded(tx: Transaction, *, since: datetime | None) -> list[Shredded]:
    """Return the keys that were destroyed since then, oldest first, consents' own and those of their cases."""
    found = []
    for table in (VaultKey, VaultCaseKey):
        query = select(table.consent_id, table.destroyed_at, Consent.status).outerjoin(
            Consent, Consent.id == table.consent_id
        )
        query = query.where(table.destroyed_at.is_not(None))
        if since is not None:
            query = query.where(table.destroyed_at >= since)
        for consent_id, at, status in await tx.execute(query):
            case_only = table is VaultCaseKey
            found.append(Shredded(consent_id=consent_id, at=at, status=status, case_only=case_only))
    return sorted(found, key=lambda one: one.at)


async def reshred(database: Database, vault: Vault, listed: Sequence[Shredded], *, now: datetime) -> int:
    """Destroy again every listed key that the register holds, and end its consent as it had ended.

    Returns:
        How many had come back.
    """
    back: dict[tuple[UUID, bool], Shredded] = {}
    async with database.reading() as tx:
        for table in (VaultKey, VaultCaseKey):
            alive = set(await tx.scalars(select(table.consent_id).where(table.destroyed_at.is_(None))))
            case_only = table is VaultCaseKey
            back |= {_key(one): one for one in listed if one.case_only is case_only and one.consent_id in alive}
    for one in back.values():
        async with database.transaction() as tx:
            await _end_again(tx, vault, one, now)
    return len(back)


async def reshred_at_start(database: Database, vault: Vault, settings: AuditVerifySettings, *, now: datetime) -> int:
    """Apply the list before a process shows anything; without a list there is nothing to apply.

    Raises:
        ShredListForged: see there; the process must not start.
    """
    try:
        shred_list = ShredList(settings.audit_checkpoint_path, public_key_from(settings.audit_public_key_path))
    except KeyFileUnusable as error:
        get_logger().warning("no audit key: destroyed keys that a backup brought back stay", error=type(error).__name__)
        return 0
    return await reshred(database, vault, list(shred_list.read()), now=now)


async def keep_shred_list(
    database: Database,
    *,
    vault: Vault,
    shred_list: ShredList,
    private_key: Ed25519PrivateKey,
    clock: Clock,
    rest: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Apply the list to the register once, then add to it whatever is destroyed, for ever."""
    listed: set[tuple[UUID, bool]] | None = None
    since: datetime | None = None
    while True:
        try:
            if listed is None:
                known = list(await asyncio.to_thread(lambda: list(shred_list.read())))
                if back := await reshred(database, vault, known, now=clock()):
                    get_logger().critical("destroyed keys had come back and were destroyed again", count=back)
                listed = {_key(one) for one in known}
            async with database.reading() as tx:
                found = [one for one in await newly_shredded(tx, since=since) if _key(one) not in listed]
            await asyncio.to_thread(shred_list.append, found, private_key)
            listed |= {_key(one) for one in found}
            since = max([one.at - OVERLAP for one in found], default=since)
        except (OperationalError, InterfaceError, OSError) as away:
            get_logger().warning("shred list waits", companion="keep_shred_list", error=type(away).__name__)
        except ShredListForged as forged:
            get_logger().critical("the shred list was changed: nothing of it is applied", line=forged.line)
        await rest(POLL_SECONDS)


def _key(one: Shredded) -> tuple[UUID, bool]:
    return one.consent_id, one.case_only


async def _end_again(tx: Transaction, vault: Vault, one: Shredded, now: datetime) -> None:
    ended = not one.case_only and await _consent_ended(tx, vault, one, now)
    if one.case_only:
        await vault.erase_case(tx, one.consent_id)
    else:
        await vault.destroy_key(tx, one.consent_id)  # also of a consent that can't be revoked, a rejected one say
    detail: dict[str, JsonValue] = {
        "first_destroyed_at": one.at.isoformat(timespec="seconds"),
        "ended": ended,
        "case_only": one.case_only,
    }
    await audit.record(tx, act="vault.reshredded", actor=audit.SYSTEM, at=now, consent_id=one.consent_id, detail=detail)


async def _consent_ended(tx: Transaction, vault: Vault, one: Shredded, now: datetime) -> bool:
    try:
        if one.status is ConsentStatus.EXPIRED:
            return await consents.expire(tx, one.consent_id, actor=audit.SYSTEM, at=now, vault=vault)
        if one.status is ConsentStatus.REVOKED:
            by = RevokedBy.AGENCY
            return await consents.revoke(tx, one.consent_id, by=by, actor=audit.SYSTEM, at=now, vault=vault)
    except consents.ConsentUnknown:
        return False
    return False
