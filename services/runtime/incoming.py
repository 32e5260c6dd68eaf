"""From a record to an event, or to the reason why it is none."""

from dataclasses import dataclass
from uuid import UUID

from pydantic import ValidationError

from schemas.event import Event, EventAttributes
from schemas.reason_codes import ReasonCode
from schemas.topics import Topic
from services.runtime.failures import CannotBeProcessed
from services.runtime.record import Record


@dataclass(frozen=True)
class Incoming:
    """An event in hand."""

    event_id: UUID
    event: Event


def read_event(record: Record, topic: Topic) -> Incoming:
    """Decode a record of this topic.

    Raises:
        CannotBeProcessed: its envelope, type, value or key is wrong. Such a record proves nothing about the consent
            that it names, so later events of that consent do not wait behind it.
    """
    try:
        attributes = EventAttributes.from_headers(list(record.headers))
    except ValueError:
        raise _unreadable(ReasonCode.EVENT_MALFORMED) from None
    if attributes.type != topic.event.event_type:
        raise _unreadable(ReasonCode.EVENT_TYPE_UNKNOWN)
    try:
        event = topic.event.read(record.value or b"")
    except ValidationError:
        raise _unreadable(ReasonCode.EVENT_MALFORMED) from None
    if record.consent_id != event.consent_id:
        raise _unreadable(ReasonCode.EVENT_MALFORMED)
    return Incoming(attributes.id, event)


def event_id_of(record: Record) -> UUID | None:
    """Return the event id that the record claims, if it can be read."""
    try:
        return EventAttributes.from_headers(list(record.headers)).id
    except ValueError:
        return None


def _unreadable(code: ReasonCode) -> CannotBeProcessed:
    return CannotBeProcessed(code, parks_later_events=False)
