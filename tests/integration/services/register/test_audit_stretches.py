"""Several processes find what one finds, wherever the log was tampered with."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from services.register import audit
from services.register.audit_stretches import verify_register
from services.register.database import Database
from tests.support.register_builders import NOON

ENTRIES, PROCESSES = 31, 3
"""Borders after entries 10 and 20."""


async def _fill(database: Database) -> dict[int, str]:
    async with database.transaction() as tx:
        for _ in range(ENTRIES):
            await audit.record(tx, act="disclosure.allowed", actor=audit.person_actor(uuid4()), at=NOON)
        rows = (await tx.execute(text("SELECT sequence, entry_hash FROM audit_entries"))).all()
    return {sequence: entry_hash for sequence, entry_hash in rows if sequence in {10, 15, 31}}


@pytest.mark.parametrize(
    ("change", "broken_at", "contradicted_at"),
    [
        ("", None, None),
        ("UPDATE audit_entries SET act = 'x' WHERE sequence IN (9, 25)", 9, None),
        ("UPDATE audit_entries SET entry_hash = 'f' WHERE sequence = 10", 10, None),
        ("DELETE FROM audit_entries WHERE sequence = 20", 20, None),
        ("DELETE FROM audit_entries WHERE sequence > 24", None, 31),
    ],
)
async def test_several_processes_find_what_one_finds(
    sqlite_register: Database, sqlite_register_url: str, change: str, broken_at: int | None, contradicted_at: int | None
) -> None:
    signed = await _fill(sqlite_register)
    if change:
        async with sqlite_register.transaction() as tx:
            await tx.execute(text(change))
    async with sqlite_register.reading() as tx:
        alone = await audit.verify(tx, signed)
    together = await verify_register(sqlite_register_url, signed, processes=PROCESSES, least=20)
    assert together == alone
    assert (alone.broken_at, alone.contradicted_at) == (broken_at, contradicted_at)


@pytest.mark.postgres
async def test_several_processes_read_one_postgresql(postgres_register_url: str) -> None:
    database = Database(postgres_register_url)
    signed = await _fill(database)
    report = await verify_register(postgres_register_url, signed, processes=2, least=20)
    assert (report.intact, report.entries) == (True, ENTRIES)
    await database.close()
