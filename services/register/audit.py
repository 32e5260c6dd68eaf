"""The audit log: an append-only chain in which each entry carries the hash of the one before.

A changed, removed, inserted or swapped entry breaks the chain (audit_chain.py). What a chain alone can't show is that
its end was cut off or rewritten as a whole; signed checkpoints kept elsewhere do (checkpoints.py).

Appending is serialised. Take the row locks that a transaction needs before its first entry, and touch one consent a
transaction: a transaction that waits for a row while it holds the end of the chain can deadlock with the gate.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NewType
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import func, select

from schemas.values import CASE_IDENTIFIER_PATTERN
from services.register.audit_chain import NO_ENTRY_HASH, ChainReport, Link, in_canonical_order, link_hash
from services.register.audit_reading import end_of_chain, verify
from services.register.database import Transaction
from services.register.tables import AuditEntry

__all__ = [
    "NO_ENTRY_HASH",
    "SYSTEM",
    "Actor",
    "ChainReport",
    "Link",
    "key_actor",
    "link_hash",
    "person_actor",
    "record",
    "stage_actor",
    "verify",
]

Actor = NewType("Actor", str)
"""Who did something: ``person:<id>``, ``stage:<name>``, ``key:<id>`` or ``system``."""

SYSTEM = Actor("system")
"""A scheduled job."""

CHAIN_LOCK = 0x5EA1_C4A1
"""Key of PostgreSQL's advisory lock on the end of the chain; any fixed number nobody else uses."""

_CODE = re.compile(r"[A-Za-z0-9_.:+-]{0,160}")
_CASE_IDENTIFIER = re.compile(CASE_IDENTIFIER_PATTERN)


def person_actor(person_id: UUID) -> Actor:
    """Return the actor for a signed-in person."""
    return Actor(f"person:{person_id}")


def stage_actor(name: str) -> Actor:
    """Return the actor for a stage's worker."""
    return Actor(f"stage:{name}")


def key_actor(key_id: UUID) -> Actor:
    """Return the actor for an API key."""
    return Actor(f"key:{key_id}")


async def record(
    tx: Transaction,
    *,
    act: str,
    actor: Actor,
    at: datetime,
    consent_id: UUID | None = None,
    detail: Mapping[str, JsonValue] | None = None,
) -> int:
    """Append one entry and return its sequence number.

    Args:
        tx: the transaction of what is recorded: both commit, or neither.
        act: what was done, such as ``disclosure.allowed``.
        actor: who did it.
        at: when, aware; the hash and the table's column hold it in UTC.
        consent_id: about which consent, if any.
        detail: ids, codes, hashes and times; text with spaces, an ``@`` or a case identifier is refused.

    Raises:
        ValueError: the detail holds something that is not a code.
    """
    facts = in_canonical_order(detail or {})
    _refuse_what_is_no_code(facts)
    last = await _locked_end(tx)
    sequence, previous = (last[0] + 1, last[1]) if last else (1, NO_ENTRY_HASH)
    link = Link(sequence, at, act, actor, consent_id, facts, previous)
    tx.add(AuditEntry(**link._asdict(), entry_hash=link_hash(link)))
    await tx.flush()
    return sequence


async def _locked_end(tx: Transaction) -> tuple[int, str] | None:
    if tx.get_bind().dialect.name == "postgresql":
        await tx.execute(select(func.pg_advisory_xact_lock(CHAIN_LOCK)))
    return await end_of_chain(tx)


def _refuse_what_is_no_code(detail: Mapping[str, JsonValue]) -> None:
    for text in _texts(detail):
        if not _CODE.fullmatch(text) or _CASE_IDENTIFIER.fullmatch(text):
            raise ValueError("an audit entry holds ids, codes, hashes and times only")


def _texts(value: JsonValue | Mapping[str, JsonValue]) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield name
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
