"""The topic table: every topic's event, key, single writer, readers, partitions and retention, in one place.

Topics, groups, the lag page, the AsyncAPI document and deploy all come from this table.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from schemas.case_events import CaseFetched, CaseRefused, CaseReviewed
from schemas.consent_events import (
    ConsentApproved,
    ConsentRejected,
    ConsentReviewed,
    ConsentReviewNeeded,
    ConsentRevoked,
    ConsentUploaded,
)
from schemas.event import Event
from schemas.snapshot_events import SnapshotRefused, SnapshotRendered


class Writer(StrEnum):
    """A process that writes or reads topics; a stage's name is its consumer group."""

    PORTAL = "portal"
    CONSENT_INTAKE = "consent_intake"
    CASE_FETCHER = "case_fetcher"
    SNAPSHOT_RENDERER = "snapshot_renderer"
    NOTIFIER = "notifier"


PARTITIONS = 4
"""One slow consent holds up its own partition only; more partitions than workers costs little at this volume."""

RETENTION = timedelta(days=30)
"""Events hold references only, and a replay older than a month would meet erased documents."""

DEAD_LETTER_RETENTION = timedelta(days=90)
"""Long enough for an operator to come back from leave; the state of each entry is kept in the register."""

DEAD_LETTER_PREFIX = "dlq."
"""Default prefix of Kafka's own dead-letter topics (KIP-1191)."""


@dataclass(frozen=True)
class Topic:
    """One topic. The key of every record is the consent id, so that one consent's events stay in order."""

    name: str
    event: type[Event]
    writer: Writer
    readers: tuple[Writer, ...]
    partitions: int = PARTITIONS
    retention: timedelta = RETENTION

    @property
    def dead_letters(self) -> str:
        """Name of the topic that takes this topic's records that can never work."""
        return DEAD_LETTER_PREFIX + self.name


CONSENT_UPLOADED = Topic("consent.uploaded", ConsentUploaded, Writer.PORTAL, (Writer.CONSENT_INTAKE,))
CONSENT_REVIEWED = Topic("consent.reviewed", ConsentReviewed, Writer.PORTAL, (Writer.CONSENT_INTAKE,))
CONSENT_REVOKED = Topic("consent.revoked", ConsentRevoked, Writer.PORTAL, (Writer.NOTIFIER,))
CONSENT_APPROVED = Topic("consent.approved", ConsentApproved, Writer.CONSENT_INTAKE, (Writer.CASE_FETCHER,))
CONSENT_REJECTED = Topic("consent.rejected", ConsentRejected, Writer.CONSENT_INTAKE, (Writer.NOTIFIER,))
CONSENT_REVIEW = Topic("consent.review", ConsentReviewNeeded, Writer.CONSENT_INTAKE, (Writer.NOTIFIER,))
CASE_REVIEWED = Topic("case.reviewed", CaseReviewed, Writer.PORTAL, (Writer.CASE_FETCHER,))
CASE_FETCHED = Topic("case.fetched", CaseFetched, Writer.CASE_FETCHER, (Writer.SNAPSHOT_RENDERER,))
CASE_REFUSED = Topic("case.refused", CaseRefused, Writer.CASE_FETCHER, (Writer.NOTIFIER,))
SNAPSHOT_RENDERED = Topic("snapshot.rendered", SnapshotRendered, Writer.SNAPSHOT_RENDERER, (Writer.NOTIFIER,))
SNAPSHOT_REFUSED = Topic("snapshot.refused", SnapshotRefused, Writer.SNAPSHOT_RENDERER, (Writer.NOTIFIER,))

TOPICS: tuple[Topic, ...] = (
    CONSENT_UPLOADED,
    CONSENT_REVIEWED,
    CONSENT_REVOKED,
    CONSENT_APPROVED,
    CONSENT_REJECTED,
    CONSENT_REVIEW,
    CASE_REVIEWED,
    CASE_FETCHED,
    CASE_REFUSED,
    SNAPSHOT_RENDERED,
    SNAPSHOT_REFUSED,
)

STAGES: tuple[Writer, ...] = (
    Writer.CONSENT_INTAKE,
    Writer.CASE_FETCHER,
    Writer.SNAPSHOT_RENDERER,
    Writer.NOTIFIER,
)


def topic_for(event: Event) -> Topic:
    """Return the topic that carries this event.

    Raises:
        KeyError: the event's class is in no topic.
    """
    return _TOPIC_BY_EVENT[type(event)]


def topics_read_by(stage: Writer) -> tuple[Topic, ...]:
    """Return the topics a stage's consumer group reads, in table order."""
    return tuple(topic for topic in TOPICS if stage in topic.readers)


_TOPIC_BY_EVENT: dict[type[Event], Topic] = {topic.event: topic for topic in TOPICS}
