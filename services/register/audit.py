"""The audit log: an append-only chain in which each entry carries the hash of the one before.

A changed, removed, inserted or swapped entry breaks the chain. What a chain alone can't show is that its end was cut
off or rewritten as a whole; checkpoints kept elsewhere will.

Appending is serialised. Take the row locks that a transaction needs before its first entry, and touch one consent a
transaction: a transaction that waits for a row while it holds the end of the chain can deadlock with the gate.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, NewType
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import func, select

from schemas.values import CASE_IDENTIFIER_PATTERN
from services.register.database import Transaction
from services.register.tables import AuditEntry

Actor = NewType("Actor", str)
"""Who did something: ``person:<id>``, ``stage:<name>``, ``key:<id>`` or ``system``."""

SYSTEM = Actor("system")
"""A scheduled job."""

NO_ENTRY_HASH = "0" * 64
"""What the first entry carries in place of its predecessor's hash."""

CHAIN_LOCK = 0x5EA1_C4A1
"""Key of PostgreSQL's advisory lock on the end of the chain; any fixed number nobody else uses."""

PAGE = 1_000
"""Entries read at a time when the chain is verified."""

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


class Link(NamedTuple):
    """What an entry's hash covers."""

    sequence: int
    at: datetime
    act: str
    actor: str
    consent_id: UUID | None
    detail: Mapping[str, JsonValue]
    previous_hash: str


@dataclass(frozen=True)
class ChainReport:
    """What a verification found. ``head`` is the hash of the last sound entry."""

    entries: int
    head: str
    broken_at: int | None = None

    @property
    def intact(self) -> bool:
        """Whether every entry is sound."""
        return self.broken_at is None


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
        at: when, aware.
        consent_id: about which consent, if any.
        detail: ids, codes, hashes and times; text with spaces, an ``@`` or a case identifier is refused.

    Raises:
        ValueError: the detail holds something that is not a code.
    """
    facts = dict(detail or {})
    _refuse_what_is_no_code(facts)
    last = await _end_of_chain(tx)
    sequence, previous = (last[0] + 1, last[1]) if last else (1, NO_ENTRY_HASH)
    link = Link(sequence, at.astimezone(UTC), act, actor, consent_id, facts, previous)
    tx.add(AuditEntry(**link._asdict(), entry_hash=link_hash(link)))
    await tx.flush()
    return sequence


def link_hash(link: Link) -> str:
    """Return the SHA-256 (hexadecimal) over an entry's canonical JSON, which includes its predecessor's hash."""
    at = link.at.astimezone(UTC).isoformat(timespec="microseconds")
    consent_id = str(link.consent_id) if link.consent_id else None
    content = link._asdict() | {"at": at, "consent_id": consent_id}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


async def verify(tx: Transaction) -> ChainReport:
    """Recompute every hash and link, and report the first entry that does not fit, if any."""
    sequences = (await tx.scalars(select(AuditEntry.sequence).order_by(AuditEntry.sequence))).all()
    report = ChainReport(entries=0, head=NO_ENTRY_HASH)
    for start in range(0, len(sequences), PAGE):
        for entry in await _entries(tx, sequences[start : start + PAGE]):
            expected = report.entries + 1
            if entry is None or not _follows(*entry, sequence=expected, previous_hash=report.head):
                return ChainReport(entries=len(sequences), head=report.head, broken_at=expected)
            report = ChainReport(entries=expected, head=entry[1])
    return report


def _follows(link: Link, stored_hash: str, *, sequence: int, previous_hash: str) -> bool:
    in_place = link.sequence == sequence and link.previous_hash == previous_hash
    return in_place and link_hash(link) == stored_hash


async def _entries(tx: Transaction, sequences: Sequence[int]) -> Sequence[tuple[Link, str] | None]:
    """Read entries with their stored hashes; None stands for one whose stored bytes can't even be read."""
    columns = [getattr(AuditEntry, name) for name in (*Link._fields, "entry_hash")]
    query = select(*columns).where(AuditEntry.sequence.between(sequences[0], sequences[-1]))
    try:
        rows = (await tx.execute(query.order_by(AuditEntry.sequence))).all()
    except (ValueError, TypeError):
        if len(sequences) == 1:
            return [None]
        return [entry for one in sequences for entry in await _entries(tx, [one])]
    return [(Link(*row[:-1]), row[-1]) for row in rows]


async def _end_of_chain(tx: Transaction) -> tuple[int, str] | None:
    if tx.get_bind().dialect.name == "postgresql":
        await tx.execute(select(func.pg_advisory_xact_lock(CHAIN_LOCK)))
    query = select(AuditEntry.sequence, AuditEntry.entry_hash).order_by(AuditEntry.sequence.desc()).limit(1)
    row = (await tx.execute(query)).first()
    return (row[0], row[1]) if row else None


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
