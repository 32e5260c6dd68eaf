"""The outbox: events are written in the transaction of what they tell, and published after it."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import CursorResult, delete

from schemas.event import Event, EventAttributes, attributes_for
from schemas.topics import DEAD_LETTER_PREFIX, Topic, Writer, topic_for
from services.register.database import Transaction
from services.register.tables import OutgoingEvent
from services.runtime.record import header_texts


async def queue(tx: Transaction, *, writer: Writer, parent: UUID, events: Sequence[Event], at: datetime) -> list[UUID]:
    """Add events to the outbox; they are published once ``tx`` has committed.

    Args:
        tx: the transaction of what the events tell.
        writer: the process that makes them; it must be the single writer of their topics.
        parent: what they are made from: the id of the event in hand, or of the row that a person's act made. Event
            ids derive from it, so that the same act gives the same ids.
        events: in the order in which they are to be published.
        at: when it happened, UTC and aware.

    Returns:
        The events' ids, in order.

    Raises:
        ValueError: an event belongs to another writer's topic.
        KeyError: an event belongs to no topic.
    """
    ordinals: Counter[str] = Counter()
    ids: list[UUID] = []
    for event in events:
        topic = topic_for(event)
        if topic.writer is not writer:
            raise ValueError(f"{writer} may not write to {topic.name}")
        attributes = attributes_for(event, parent=parent, writer=writer, ordinal=ordinals[event.event_type], time=at)
        ordinals[event.event_type] += 1
        tx.add(_row(event, topic, attributes, writer=writer, at=at))
        ids.append(attributes.id)
    await tx.flush()
    return ids


async def forget(tx: Transaction, *, before: datetime) -> int:
    """Drop records that were published before a moment; return how many. Dead letters stay: they can be replayed."""
    done = OutgoingEvent.published_at < before, OutgoingEvent.topic.not_like(f"{DEAD_LETTER_PREFIX}%")
    result = await tx.execute(delete(OutgoingEvent).where(*done))
    return cast("CursorResult[tuple[()]]", result).rowcount


def _row(event: Event, topic: Topic, attributes: EventAttributes, *, writer: Writer, at: datetime) -> OutgoingEvent:
    return OutgoingEvent(
        event_id=attributes.id,
        writer=writer.value,
        topic=topic.name,
        partition=None,
        key=str(event.consent_id).encode(),
        value=event.value(),
        headers=header_texts(attributes.headers()),
        created_at=at,
        published_at=None,
    )
