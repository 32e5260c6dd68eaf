"""Events that were set aside: storing them, and what operators do with them (list, replay, discard).

While a consent has an open dead letter that parks, later events of the same consent and group are set aside behind it,
and replaying the first replays them all in order. The outbox row of a dead letter keeps the original bytes until it is
discarded: who wrote them, and about whom, nobody knows.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from pydantic import JsonValue
from sqlalchemy import Select, select

from schemas.event import EVENT_NAMESPACE
from schemas.topics import Writer
from services.register.audit import Actor, stage_actor
from services.register.audit import record as audit
from services.register.database import Transaction
from services.register.states import DeadLetterState
from services.register.tables import DeadLetter, OutgoingEvent
from services.runtime.dead_letter_record import (
    NULLS,
    REPLAY_COUNT,
    REPLAY_GROUP,
    REPLAY_OF,
    Verdict,
    dead_letter_headers,
    dead_letter_id,
    dead_letter_topic,
    original_headers,
)
from services.runtime.incoming import event_id_of
from services.runtime.record import Record, header_bytes, header_texts


class DeadLetterUnknown(Exception):
    """There is no open dead letter at these coordinates."""


class EarlierOneWaits(Exception):
    """An earlier dead letter of the same consent has to be replayed or discarded first."""


@dataclass(frozen=True)
class Coordinates:
    """Which record of which group; the primary key of a dead letter."""

    group: str
    topic: str
    partition: int
    offset: int


@dataclass(frozen=True)
class Replayed:
    """What a replay sends, or would send: events in order, and the time of the oldest failure."""

    event_ids: tuple[UUID | None, ...]
    key: str
    oldest: datetime


def key_name(record: Record) -> str:
    """Return the consent id of the key, or a hash of a key that names none."""
    if record.consent_id is not None:
        return str(record.consent_id)
    return "sha256:" + hashlib.sha256(record.key or b"").hexdigest()


async def is_set_aside(tx: Transaction, record: Record, *, group: Writer, event_id: UUID | None) -> bool:
    """Return whether this very record is a dead letter of the group already (it was delivered again)."""
    row = await tx.get(DeadLetter, (group.value, record.topic, record.partition, record.offset))
    return row is not None and row.event_id == event_id


async def is_parked(tx: Transaction, record: Record, *, group: Writer) -> bool:
    """Return whether an earlier event of the same consent waits as a dead letter of this group."""
    return await tx.scalar(_open_and_parking(group.value, key_name(record)).limit(1)) is not None


async def set_aside(tx: Transaction, record: Record, verdict: Verdict, *, group: Writer, at: datetime) -> None:
    """Write the dead letter: its row, its outbox record and its audit entry.

    A row with the same coordinates is replaced: the broker has lost its data and counts from nought again.
    """
    row = DeadLetter(
        group=group.value,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=key_name(record),
        event_id=event_id_of(record),
        code=verdict.code.value,
        disposition=verdict.disposition.value,
        parks_later_events=verdict.parks_later_events,
        state=DeadLetterState.OPEN,
        failed_at=at,
        settled_at=None,
        settled_by=None,
        settled_why=None,
        replays=_replays(record),
    )
    await tx.merge(row)
    tx.add(
        OutgoingEvent(
            event_id=_outbox_id(row),
            writer=group.value,
            topic=dead_letter_topic(record.topic),
            partition=record.partition,
            key=record.key or b"",
            value=record.value or b"",
            headers=header_texts(dead_letter_headers(record, verdict, group=group.value, at=at)),
            created_at=at,
            published_at=None,
        )
    )
    await tx.flush()
    await _audit(tx, "event.dead_lettered", stage_actor(group.value), row, at)


async def list_open(tx: Transaction, *, group: str | None = None, code: str | None = None) -> Sequence[DeadLetter]:
    """Return the open dead letters, oldest first."""
    query = select(DeadLetter).where(DeadLetter.state == DeadLetterState.OPEN)
    if group is not None:
        query = query.where(DeadLetter.group == group)
    if code is not None:
        query = query.where(DeadLetter.code == code)
    return (await tx.scalars(query.order_by(DeadLetter.failed_at, DeadLetter.topic, DeadLetter.offset))).all()


async def replay(
    tx: Transaction, where: Coordinates, *, actor: Actor, why: str, at: datetime, dry_run: bool = False
) -> Replayed:
    """Send a dead letter to its topic again, and after it, in order, the events parked behind it.

    They are written to the outbox in ``tx``; whoever commits it publishes them (``OutgoingRelay`` of the group). The
    record keeps its key, value, partition and event id, so that replaying twice does nothing more.

    Args:
        tx: an open transaction.
        where: the dead letter.
        actor: who decided.
        why: their reason, at most 200 characters, kept in the row.
        at: now.
        dry_run: only say what would be sent.

    Raises:
        DeadLetterUnknown: none is open there.
        EarlierOneWaits: it is parked behind another, which has to go first.
    """
    chosen = await _open_row(tx, where)
    waiting = (await tx.scalars(_open_and_parking(chosen.group, chosen.key))).all() if chosen.parks_later_events else []
    if waiting and waiting[0] is not chosen:
        raise EarlierOneWaits
    rows = list(waiting) or [chosen]
    if not dry_run:
        for row in rows:
            await _send_again(tx, row, at)
            _settle(row, DeadLetterState.REPLAYED, actor=actor, why=why, at=at)
            row.replays += 1
            await _audit(tx, "event.replayed", actor, row, at)
    return Replayed(tuple(row.event_id for row in rows), chosen.key, rows[0].failed_at)


async def discard(
    tx: Transaction, where: Coordinates, *, actor: Actor, why: str, at: datetime, dry_run: bool = False
) -> DeadLetter:
    """Give a dead letter up for good. What is parked behind it stays parked until it is replayed or discarded too.

    Its bytes go from the register at once, and from the broker when its topic's retention is over.

    Raises:
        DeadLetterUnknown: none is open there.
    """
    row = await _open_row(tx, where)
    if not dry_run:
        _settle(row, DeadLetterState.DISCARDED, actor=actor, why=why, at=at)
        for kept in await tx.scalars(select(OutgoingEvent).where(OutgoingEvent.event_id == _outbox_id(row))):
            kept.key, kept.value, kept.headers = b"", b"", []
        await _audit(tx, "event.discarded", actor, row, at)
    return row


def _open_and_parking(group: str, key: str) -> Select[DeadLetter]:
    return (
        select(DeadLetter)
        .where(
            DeadLetter.group == group,
            DeadLetter.key == key,
            DeadLetter.state == DeadLetterState.OPEN,
            DeadLetter.parks_later_events,
        )
        .order_by(DeadLetter.failed_at, DeadLetter.topic, DeadLetter.offset)
    )


async def _open_row(tx: Transaction, where: Coordinates) -> DeadLetter:
    primary_key = (where.group, where.topic, where.partition, where.offset)
    row = await tx.get(DeadLetter, primary_key, with_for_update=True)
    if row is None or row.state != DeadLetterState.OPEN:
        raise DeadLetterUnknown
    return row


async def _send_again(tx: Transaction, row: DeadLetter, at: datetime) -> None:
    kept = await tx.scalar(select(OutgoingEvent).where(OutgoingEvent.event_id == _outbox_id(row)))
    if kept is None:
        raise DeadLetterUnknown
    of = f"{row.topic}/{row.partition}/{row.offset}"
    # One that had no key or no value is sent with an empty one: the outbox holds no nulls, and it fails either way.
    headers = [pair for pair in original_headers(header_bytes(kept.headers)) if pair[0] != NULLS]
    headers += [
        (REPLAY_COUNT, str(row.replays + 1).encode()),
        (REPLAY_OF, of.encode()),
        (REPLAY_GROUP, row.group.encode()),
    ]
    tx.add(
        OutgoingEvent(
            event_id=uuid5(EVENT_NAMESPACE, f"replay/{row.group}/{of}/{row.failed_at.isoformat()}"),
            writer=row.group,
            topic=row.topic,
            partition=row.partition,
            key=kept.key,
            value=kept.value,
            headers=header_texts(headers),
            created_at=at,
            published_at=None,
        )
    )
    await tx.flush()


def _settle(row: DeadLetter, state: DeadLetterState, *, actor: Actor, why: str, at: datetime) -> None:
    row.state = state
    row.settled_at = at
    row.settled_by = actor
    row.settled_why = why[:200]


def _replays(record: Record) -> int:
    text = record.header(REPLAY_COUNT) or "0"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0  # noqa: PLR2004 - a forged count


def _outbox_id(row: DeadLetter) -> UUID:
    return dead_letter_id(
        group=row.group, topic=row.topic, partition=row.partition, offset=row.offset, failed_at=row.failed_at
    )


async def _audit(tx: Transaction, act: str, actor: Actor, row: DeadLetter, at: datetime) -> None:
    consent_id = None if row.key.startswith("sha256:") else UUID(row.key)
    detail: dict[str, JsonValue] = {
        "group": row.group,
        "topic": row.topic,
        "partition": row.partition,
        "offset": row.offset,
        "event_id": str(row.event_id) if row.event_id else None,
        "code": row.code,
        "disposition": row.disposition,
    }
    await audit(tx, act=act, actor=actor, at=at, consent_id=consent_id, detail=detail)
