"""Publishing what lies in the outbox, in order, and remembering that it was published."""

import asyncio
from collections.abc import Collection, Sequence

from sqlalchemy import select, update

from schemas.topics import Writer
from services.register.database import Database
from services.register.tables import OutgoingEvent
from services.runtime.backoff import Backoff
from services.runtime.clock import Clock
from services.runtime.publisher import Publisher
from services.runtime.record import OutgoingRecord, header_bytes
from services.runtime.structured_log import get_logger
from services.runtime.unavailable import dependency_of, unavailable

BATCH = 200
"""Rows published at a time; they stay small, so this is a matter of round trips only."""


class OutgoingRelay:
    """Publishes one writer's outbox.

    Publishing comes after the commit of what the events tell, so a crash in between leaves rows that are published
    later, and one right after publishing publishes them twice, with the same event ids.

    Args:
        database: the register.
        publisher: the way to the broker.
        writer: whose rows.
        clock: for the time of publishing.
        poll_seconds: how often ``run`` looks for rows that nobody nudged it about.
    """

    def __init__(
        self, database: Database, publisher: Publisher, writer: Writer, clock: Clock, *, poll_seconds: float = 0.2
    ) -> None:
        self._database = database
        self._publisher = publisher
        self._writer = writer
        self._clock = clock
        self._poll_seconds = poll_seconds
        self._nudged = asyncio.Event()
        self._log = get_logger()

    async def publish_waiting(self, *, keys: Collection[bytes] | None = None) -> int:
        """Publish the rows that wait, oldest first, and return how many.

        Args:
            keys: only rows with these keys (a worker publishes its event's consent and leaves other workers' rows
                alone; one consent's events stay in order either way).

        Raises:
            TemporarilyUnavailable: the broker is away; what it did not acknowledge waits on.
        """
        published = 0
        while rows := await self._waiting(keys):
            await self._publisher.publish([_record(row) for row in rows])
            async with self._database.transaction() as tx:
                await tx.execute(
                    update(OutgoingEvent)
                    .where(OutgoingEvent.id.in_([row.id for row in rows]))
                    .values(published_at=self._clock())
                )
            published += len(rows)
            if len(rows) < BATCH:
                break
        return published

    async def run(self) -> None:
        """Publish for ever; a broker or a register that is away is waited for. Cancel to stop."""
        backoff = Backoff()
        while True:
            seconds = self._poll_seconds
            try:
                await self.publish_waiting()
                backoff = Backoff()
            except unavailable() as error:
                seconds = backoff.next_seconds()
                self._log.warning("publishing waits", dependency=dependency_of(error))
            await self._wait(seconds)

    def nudge(self) -> None:
        """Let ``run`` look at once; call it after the commit, in the same event loop."""
        self._nudged.set()

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._nudged.wait()
        except TimeoutError:
            return
        self._nudged.clear()

    async def _waiting(self, keys: Collection[bytes] | None) -> Sequence[OutgoingEvent]:
        query = select(OutgoingEvent).where(
            OutgoingEvent.writer == self._writer.value, OutgoingEvent.published_at.is_(None)
        )
        if keys is not None:
            query = query.where(OutgoingEvent.key.in_(list(keys)))
        async with self._database.reading() as tx:
            return (await tx.scalars(query.order_by(OutgoingEvent.id).limit(BATCH))).all()


def _record(row: OutgoingEvent) -> OutgoingRecord:
    return OutgoingRecord(row.topic, row.partition, row.key, row.value, header_bytes(row.headers))
