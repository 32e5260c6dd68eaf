"""Reading the audit log as it is stored, page by page, past SQLAlchemy's types: a million entries in seconds."""

import sqlite3
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from sqlalchemy import func, select

from services.register.audit_chain import ChainReport, StoredEntry, Walk
from services.register.database import Transaction
from services.register.tables import AuditEntry

PAGE: Final = 1_000
"""Entries read at a time: about a MiB, which stays in the processor's cache between reading and hashing."""

BEFORE_ALL: Final = -(2**62)
"""Below every sequence number, also below one that somebody smuggled in in front of the first."""

AFTER_ALL: Final = 2**62

_SQLITE: Final = """
SELECT sequence, at, act, actor, consent_id, detail, previous_hash, entry_hash
FROM audit_entries WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?
"""

_POSTGRESQL: Final = """
SELECT sequence, to_char("at" AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), act, actor,
       replace(consent_id::text, '-', ''), detail::text, previous_hash, entry_hash
FROM audit_entries WHERE sequence > %s AND sequence <= %s ORDER BY sequence LIMIT %s
"""


class EntryUnreadable(Exception):
    """The bytes of the entry after the last one that was read are no text at all."""


async def stored_pages(
    tx: Transaction, *, after: int = BEFORE_ALL, until: int = AFTER_ALL, page: int = PAGE
) -> AsyncIterator[list[StoredEntry]]:
    """Yield the entries with ``after < sequence <= until`` as they are stored, in the order of their numbers.

    Raises:
        EntryUnreadable: see there; every entry before it was yielded.
    """
    while rows := await _page(tx, after, until, page):
        yield rows
        after = rows[-1][0]


async def verify(tx: Transaction, signed_heads: Mapping[int, str] | None = None, *, page: int = PAGE) -> ChainReport:
    """Recompute every hash and link, and report the first entry that does not fit, if any.

    Args:
        tx: any transaction; nothing is written.
        signed_heads: entry hash by sequence number, from signed checkpoints: what shows a chain that was cut short or
            rewritten as a whole.
        page: entries to read at a time.
    """
    walk = Walk(signed_heads)
    try:
        async for rows in stored_pages(tx, page=page):
            if not walk.follow(rows):
                break
    except EntryUnreadable:
        walk.broken_at = walk.sequence + 1
    walk.end()
    entries = walk.sequence if walk.broken_at is None else await _count(tx)
    return ChainReport(entries, walk.head, walk.broken_at, walk.contradicted_at)


async def end_of_chain(tx: Transaction) -> tuple[int, str] | None:
    """Return the last entry's number and hash; None of an empty log."""
    query = select(AuditEntry.sequence, AuditEntry.entry_hash).order_by(AuditEntry.sequence.desc()).limit(1)
    row = (await tx.execute(query)).one_or_none()
    return (row[0], row[1]) if row else None


async def hash_at(tx: Transaction, sequence: int) -> str | None:
    """Return the stored hash of an entry; None when there is no such entry."""
    found: str | None = await tx.scalar(select(AuditEntry.entry_hash).where(AuditEntry.sequence == sequence))
    return found


async def _count(tx: Transaction) -> int:
    return (await tx.scalars(select(func.count()).select_from(AuditEntry))).one()


async def _page(tx: Transaction, after: int, until: int, limit: int) -> list[StoredEntry]:
    connection = await tx.connection()
    driver: Any = (await connection.get_raw_connection()).driver_connection
    if connection.dialect.name == "postgresql":
        cursor = await driver.execute(_POSTGRESQL, (after, until, limit))
        rows: list[StoredEntry] = await cursor.fetchall()
        return rows
    try:
        return list(await driver.execute_fetchall(_SQLITE, (after, until, limit)))
    except sqlite3.OperationalError as error:
        if "decode" not in str(error):
            raise
        if limit == 1:
            raise EntryUnreadable from error
        return await _page(tx, after, until, max(1, limit // 10))  # up to the unreadable one, in smaller pages
