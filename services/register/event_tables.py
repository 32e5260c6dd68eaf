"""The register's tables that move events: inbox, outbox and dead letters. Others meet them in ``tables``."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.register.database import Base, UtcDateTime, Word
from services.register.states import DeadLetterState


class ProcessedEvent(Base):
    """Inbox: an event a consumer group has finished with. Runtime only."""

    __tablename__ = "processed_events"

    group: Mapped[str] = mapped_column("consumer_group", String(40), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    processed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OutgoingEvent(Base):
    """Outbox: a record to publish, written in the transaction of what it tells. Runtime and portal."""

    __tablename__ = "outgoing_events"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    event_id: Mapped[UUID]
    writer: Mapped[str] = mapped_column(String(40))
    topic: Mapped[str] = mapped_column(String(80))
    partition: Mapped[int | None] = mapped_column(doc="None: by key")
    key: Mapped[bytes] = mapped_column(LargeBinary)
    value: Mapped[bytes] = mapped_column(LargeBinary)
    headers: Mapped[list[list[str]]] = mapped_column(JSON, doc="[name, text] pairs")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("event_id", "topic"),
        Index("ix_outgoing_unpublished", "writer", "published_at", "id"),
    )


class DeadLetter(Base):
    """A record that went to a dead-letter topic, and what became of it. Runtime and the operators' commands."""

    __tablename__ = "dead_letters"

    group: Mapped[str] = mapped_column("consumer_group", String(40), primary_key=True)
    topic: Mapped[str] = mapped_column(String(80), primary_key=True)
    partition: Mapped[int] = mapped_column(primary_key=True)
    offset: Mapped[int] = mapped_column("record_offset", BigInteger, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(Text, doc="the consent id, or a hash of a key that is not one")
    event_id: Mapped[UUID | None]
    code: Mapped[str] = mapped_column(String(60))
    disposition: Mapped[str] = mapped_column(String(20), doc="permanent, exhausted, quarantined or unclassified")
    parks_later_events: Mapped[bool]
    state: Mapped[DeadLetterState] = mapped_column(Word(DeadLetterState, 12))
    failed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by: Mapped[str | None] = mapped_column(String(80))
    settled_why: Mapped[str | None] = mapped_column(String(200))
    replays: Mapped[int] = mapped_column(default=0)

    __table_args__ = (Index("ix_dead_letters_group_key", "consumer_group", "key", "state"),)
