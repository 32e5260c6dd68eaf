"""The inbox: which events a consumer group has finished with. A repeat is recognised by its event id."""

from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, insert
from sqlalchemy.exc import IntegrityError

from schemas.topics import Writer
from services.register.database import Transaction
from services.register.tables import ProcessedEvent


class AlreadyProcessed(Exception):
    """This group has finished with this event before."""


async def is_processed(tx: Transaction, *, group: Writer, event_id: UUID) -> bool:
    """Return whether this group has finished with this event."""
    return await tx.get(ProcessedEvent, (group.value, event_id)) is not None


async def mark(tx: Transaction, *, group: Writer, event_id: UUID, at: datetime) -> None:
    """Mark the event as finished with; the first thing in the transaction of its effects.

    When two workers hold the same event (a rebalance while it runs), the second waits here for the first.

    Raises:
        AlreadyProcessed: it is marked. The transaction can't be used any more.
    """
    try:
        await tx.execute(insert(ProcessedEvent).values(group=group.value, event_id=event_id, processed_at=at))
    except IntegrityError:
        raise AlreadyProcessed from None


async def forget(tx: Transaction, *, before: datetime) -> int:
    """Drop the marks of events processed before a moment that the topics no longer reach; return how many."""
    result = await tx.execute(delete(ProcessedEvent).where(ProcessedEvent.processed_at < before))
    return cast("CursorResult[tuple[()]]", result).rowcount
