"""What a record on a dead-letter topic looks like.

Key and value are the original bytes and the original headers stay. Added are Kafka's own names for them (KIP-1191) and
what an operator needs to decide; together they stay far below 2 kB. No exception text and no stack trace: they may
quote a person's data.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from uuid import UUID, uuid5

from schemas.event import EVENT_NAMESPACE
from schemas.reason_codes import ReasonCode
from schemas.topics import DEAD_LETTER_PREFIX
from services.runtime.record import Record

REPLAY_COUNT = "dlq.replay.count"
REPLAY_OF = "dlq.replay.of"
REPLAY_GROUP = "dlq.replay.group"
"""Only this consumer group handles the replayed record; the others have handled the original."""

NULLS = "dlq.null"
"""Names the parts (``key``, ``value``) that were absent in the original and are empty here."""

_ADDED_PREFIXES = ("dlq.", "__dlq.")


class Disposition(StrEnum):
    """Why an event was set aside."""

    PERMANENT = "permanent"
    EXHAUSTED = "exhausted"
    QUARANTINED = "quarantined"
    UNCLASSIFIED = "unclassified"


_MESSAGES = {
    Disposition.PERMANENT: "This event can never be processed as it is.",
    Disposition.EXHAUSTED: "This event kept failing while others went through.",
    Disposition.QUARANTINED: "An earlier event of the same consent waits as a dead letter.",
    Disposition.UNCLASSIFIED: "An error that the stage does not know.",
}


@dataclass(frozen=True)
class Verdict:
    """The decision to set an event aside."""

    code: ReasonCode
    disposition: Disposition
    parks_later_events: bool
    error_class: str
    first_failed: datetime
    deliveries: int


def dead_letter_headers(record: Record, verdict: Verdict, *, group: str, at: datetime) -> list[tuple[str, bytes]]:
    """Return the headers of the dead letter: the original ones, then the added ones."""
    added = {
        "__dlq.errors.topic": record.topic,
        "__dlq.errors.partition": str(record.partition),
        "__dlq.errors.offset": str(record.offset),
        "__dlq.errors.group": group,
        "__dlq.errors.delivery.count": str(verdict.deliveries),
        "__dlq.errors.message": _MESSAGES[verdict.disposition],
        "dlq.error.code": verdict.code.value,
        "dlq.error.class": verdict.error_class,
        "dlq.stage": group,
        "dlq.app.version": app_version(),
        "dlq.disposition": verdict.disposition.value,
        "dlq.first.failed": verdict.first_failed.isoformat(),
        "dlq.last.failed": at.isoformat(),
        REPLAY_COUNT: record.header(REPLAY_COUNT) or "0",
        REPLAY_OF: record.header(REPLAY_OF) or "",
    }
    nulls = [name for name, part in (("key", record.key), ("value", record.value)) if part is None]
    if nulls:
        added[NULLS] = ",".join(nulls)
    return [*original_headers(record.headers), *((name, text.encode()) for name, text in added.items() if text)]


def original_headers(headers: Sequence[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Return the headers that the event's writer gave it."""
    return [(name, value) for name, value in headers if not name.startswith(_ADDED_PREFIXES)]


def dead_letter_topic(topic: str) -> str:
    """Return the topic that takes another topic's dead letters."""
    return DEAD_LETTER_PREFIX + topic


def dead_letter_id(*, group: str, topic: str, partition: int, offset: int, failed_at: datetime) -> UUID:
    """Return the id under which the dead letter lies in the outbox; it can be computed from its register row."""
    moment = failed_at.isoformat(timespec="microseconds")
    return uuid5(EVENT_NAMESPACE, f"dead-letter/{group}/{topic}/{partition}/{offset}/{moment}")


@cache
def app_version() -> str:
    """Return the version of the installed product."""
    try:
        return version("child-support-snapshot")
    except PackageNotFoundError:
        return "0"
