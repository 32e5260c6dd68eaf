"""Rows of an audit log as a database holds them, made and tampered with in memory."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from uuid import UUID

from services.register.audit_chain import (
    NO_ENTRY_HASH,
    Link,
    StoredEntry,
    in_canonical_order,
    link_hash,
    link_json,
    parsed,
    stored_texts,
)
from tests.support.register_builders import NOON

Rows = list[StoredEntry]


def stored(link: Link) -> StoredEntry:
    """Return an entry as ``services.register.audit.record`` stores it."""
    at, consent = stored_texts(link)
    text = link_json(link)
    detail = text[text.index('"detail":') + 9 : text.rindex(',"previous_hash"')]
    return (link.sequence, at, link.act, link.actor, consent, detail, link.previous_hash, link_hash(link))


def sound_rows(count: int, random: Random) -> Rows:
    """Return a sound chain of entries that look like the gate's."""
    rows: Rows = []
    for number in range(1, count + 1):
        person, consent = UUID(int=random.getrandbits(128)), UUID(int=random.getrandbits(128))
        detail = in_canonical_order({"rule": "gate-1", "reason": None, "inputs": {"day": "2026-11-16", "n": number}})
        at = NOON + timedelta(microseconds=random.randrange(10**9))
        subject = consent if number % 3 else None
        before = rows[-1][7] if rows else NO_ENTRY_HASH
        rows.append(stored(Link(number, at, "disclosure.allowed", f"person:{person}", subject, detail, before)))
    return rows


def rehashed(rows: Sequence[StoredEntry], *, since: int) -> Rows:
    """Return rows as somebody leaves them who knows the algorithm: numbered and hashed anew from an index on."""
    made = list(rows[:since])
    for row in rows[since:]:
        before = made[-1][7] if made else NO_ENTRY_HASH
        made.append(stored(parsed(row)._replace(sequence=len(made) + 1, previous_hash=before)))
    return made


def with_column(row: StoredEntry, column: int, value: object) -> StoredEntry:
    """Return a row with another value in one column."""
    return (*row[:column], value, *row[column + 1 :])
