"""Changing the master key: stored keys are wrapped anew, one by one, while the line works; objects stay as they are."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import ColumnElement, func, select, text, update
from sqlalchemy.exc import OperationalError

from services.register import audit
from services.register.database import Database, Transaction
from services.register.tables import VaultKey, VaultStandingKey
from services.runtime.clock import Clock
from services.vault.data_keys import data_key_of
from services.vault.key_ring import KeyRing, MasterKeyMismatch, current, version
from services.vault.key_wrapping import BoundTo, KeyWrapper
from services.vault.standing_keys import standing_key_of
from services.vault.vault import ObjectDamaged

AT_ONCE: Final = 100
"""Keys that are stored anew in one transaction; they are wrapped before it begins, so it holds its locks briefly."""

LOCK_TRIES: Final = 100
LOCK_PAUSE_SECONDS: Final = 0.1

Stored = VaultKey | VaultStandingKey


class StillInUse(Exception):
    """A version can't be retired: ``count`` keys are wrapped with it."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


@dataclass(frozen=True)
class Rotated:
    """What a rotation did.

    Attributes:
        to: id of the version that wraps now.
        rewrapped: how many keys were wrapped anew.
        left: how many could not be: damaged, or wrapped with a version that is not in the ring.
    """

    to: str
    rewrapped: int
    left: int


async def wrapped_with(tx: Transaction) -> dict[str, int]:
    """Return how many stored keys each version wraps, by its id; destroyed keys don't count."""
    found: dict[str, int] = {}
    for table in (VaultKey, VaultStandingKey):
        query = select(table.master_key_id, func.count()).where(table.wrapped_key.is_not(None))
        for key_id, count in await tx.execute(query.group_by(table.master_key_id)):
            found[key_id] = found.get(key_id, 0) + count
    return found


async def rotate(database: Database, ring: KeyRing, *, actor: audit.Actor, clock: Clock) -> Rotated:
    """Wrap every stored key with the current version. Run it again after it was interrupted: it goes on with the rest.

    A key that is destroyed meanwhile stays destroyed. Both ends are in the audit log, with counts.

    Raises:
        TemporarilyUnavailable: the master key can't be reached; what was done so far counts.
    """
    wrapper = current(ring)
    async with database.transaction() as tx:
        waiting = sum(count for key_id, count in (await wrapped_with(tx)).items() if key_id != wrapper.id)
        if waiting:
            await _record(tx, "key.rotation_started", actor, clock, {"to": wrapper.id, "waiting": waiting})
    rewrapped = 0
    for table in (VaultStandingKey, VaultKey):
        rewrapped += await _rewrap_all(database, ring, wrapper, table)
    async with database.transaction() as tx:
        left = sum(count for key_id, count in (await wrapped_with(tx)).items() if key_id != wrapper.id)
        if waiting:
            detail: dict[str, JsonValue] = {"to": wrapper.id, "rewrapped": rewrapped, "left": left}
            await _record(tx, "key.rotated", actor, clock, detail)
    return Rotated(wrapper.id, rewrapped, left)


async def retire(
    database: Database, key_id: str, *, take_away: Callable[[], None], actor: audit.Actor, clock: Clock
) -> None:
    """Take a version away for ever, once nothing is wrapped with it; nobody stores a key meanwhile.

    Args:
        database: the register.
        key_id: of the version; the caller has seen that it is not the current one.
        take_away: removes it from where it is kept.
        actor: who asked.
        clock: the time.

    Raises:
        StillInUse: see there.
        OperationalError: the tables were never free.
    """
    for left in range(LOCK_TRIES, 0, -1):
        try:
            async with database.transaction() as tx:
                await _record(tx, "key.retired", actor, clock, {"key": key_id})
                await _lock_tables(tx)
                if count := (await wrapped_with(tx)).get(key_id, 0):
                    raise StillInUse(count)
                take_away()
                return
        except OperationalError:
            if left == 1:
                raise
        await asyncio.sleep(LOCK_PAUSE_SECONDS)


async def _lock_tables(tx: Transaction) -> None:
    """Wait for nobody: whoever holds a row may be waiting for the audit log, which this transaction holds."""
    if tx.get_bind().dialect.name == "postgresql":
        await tx.execute(text("LOCK TABLE vault_keys, vault_standing_keys IN SHARE MODE NOWAIT"))


async def _rewrap_all(database: Database, ring: KeyRing, wrapper: KeyWrapper, table: type[Stored]) -> int:
    rewrapped, after = 0, None
    while True:
        async with database.reading() as tx:
            rows = await _next(tx, table, wrapper.id, after)
        if not rows:
            return rewrapped
        after = _name(rows[-1])
        work = partial(_rewrapped, ring, wrapper, rows)
        changes = await asyncio.to_thread(work)
        async with database.transaction() as tx:
            for row, wrapped in changes:
                rewrapped += await _store(tx, table, row, wrapped, wrapper.id)


async def _next(tx: Transaction, table: type[Stored], current_id: str, after: UUID | str | None) -> Sequence[Stored]:
    name = _column(table)
    query = select(table).where(table.wrapped_key.is_not(None), table.master_key_id != current_id)
    if after is not None:
        query = query.where(name > after)
    found = await tx.scalars(query.order_by(name).limit(AT_ONCE))
    return [row for row in found if isinstance(row, VaultKey | VaultStandingKey)]


def _rewrapped(ring: KeyRing, wrapper: KeyWrapper, rows: Sequence[Stored]) -> list[tuple[Stored, bytes]]:
    """Return each row with its key wrapped anew; not those that nothing in the ring opens."""
    changes = []
    for row in rows:
        bound_to = _bound_to(row)
        with suppress(ObjectDamaged, MasterKeyMismatch):
            key = version(ring, row.master_key_id).unwrap(row.wrapped_key or b"", bound_to)
            changes.append((row, wrapper.wrap(key, bound_to)))
    return changes


async def _store(tx: Transaction, table: type[Stored], row: Stored, wrapped: bytes, key_id: str) -> int:
    """Replace exactly what was read: a key that was destroyed or wrapped anew by somebody else stays as it is."""
    as_read = (_column(table) == _name(row), table.wrapped_key == row.wrapped_key)
    done = await tx.execute(update(table).where(*as_read).values(wrapped_key=wrapped, master_key_id=key_id))
    return int(getattr(done, "rowcount", 0))


def _column(table: type[Stored]) -> ColumnElement[UUID] | ColumnElement[str]:
    return VaultKey.consent_id.expression if table is VaultKey else VaultStandingKey.name.expression


def _name(row: Stored) -> UUID | str:
    return row.consent_id if isinstance(row, VaultKey) else row.name


def _bound_to(row: Stored) -> BoundTo:
    return data_key_of(row.consent_id) if isinstance(row, VaultKey) else standing_key_of(row.name)


async def _record(tx: Transaction, act: str, actor: audit.Actor, clock: Clock, detail: Mapping[str, JsonValue]) -> None:
    await audit.record(tx, act=act, actor=actor, at=clock(), detail=detail)
