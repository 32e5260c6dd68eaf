"""A broker inside the test's own process: the same event processor, no Kafka. Passes the same contract suite."""

import asyncio
import zlib
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from schemas.event import Event, attributes_for
from schemas.topics import DEAD_LETTER_PREFIX, PARTITIONS, topic_for
from services.register.database import Database
from services.runtime.clock import Clock, utc_now
from services.runtime.event_processor import EventProcessor, Outcome
from services.runtime.failures import TemporarilyUnavailable
from services.runtime.record import OutgoingRecord, Record
from services.runtime.relay import OutgoingRelay
from services.runtime.stage import Stage
from services.runtime.worker_status import WorkerStatus

MOST_PAUSES = 50
"""A dependency that stays away this many attempts is taken to stay away for good: its events are left."""


class InMemoryBroker:
    """Topics with partitions, consumer groups with committed offsets, and stages that run on them.

    Args:
        database: the register that the stages share.
        clock: the time.
        dead_letter_limit: as in ``RuntimeSettings``.

    Attributes:
        away: while True, publishing fails as it does when the broker is down.
    """

    def __init__(self, database: Database, *, clock: Clock = utc_now, dead_letter_limit: int = 20) -> None:
        self.away = False
        self._database = database
        self._clock = clock
        self._limit = dead_letter_limit
        self._logs: dict[tuple[str, int], list[Record]] = defaultdict(list)
        self._committed: dict[tuple[str, str, int], int] = defaultdict(int)
        self._stages: list[tuple[Stage, EventProcessor, OutgoingRelay]] = []
        self._pauses = 0

    def run_stage(self, stage: Stage) -> None:
        """Let a stage take part; ``run_until_idle`` drives it."""
        status = WorkerStatus(stage.name.value, None, self._clock)
        relay = OutgoingRelay(self._database, _MemoryPublisher(self), stage.name, self._clock)
        processor = EventProcessor(
            stage,
            database=self._database,
            relay=relay,
            status=status,
            clock=self._clock,
            pause=self._pause,
            dead_letter_limit=self._limit,
        )
        self._stages.append((stage, processor, relay))

    async def publish(self, event: Event, *, parent: UUID, ordinal: int = 0) -> UUID:
        """Publish an event as its writer would, and return its id; the same parent gives the same id."""
        topic = topic_for(event)
        attributes = attributes_for(event, parent=parent, writer=topic.writer, ordinal=ordinal, time=self._clock())
        key = str(event.consent_id).encode()
        self.append(OutgoingRecord(topic.name, None, key, event.value(), tuple(attributes.headers())))
        return attributes.id

    def append(self, record: OutgoingRecord) -> Record:
        """Append any record, however malformed, as whoever can reach a broker could."""
        partition = record.partition
        if partition is None:
            partition = zlib.crc32(record.key or b"") % PARTITIONS
        log = self._logs[record.topic, partition]
        log.append(Record(record.topic, partition, len(log), record.key, record.value, record.headers))
        return log[-1]

    def records(self, topic: str) -> list[Record]:
        """Return every record of a topic, partition by partition, in order."""
        return [record for partition in range(PARTITIONS) for record in self._logs[topic, partition]]

    def dead_letters(self, topic: str) -> list[Record]:
        """Return every record of a topic's dead-letter topic."""
        return self.records(DEAD_LETTER_PREFIX + topic)

    def committed(self, group: str, topic: str, partition: int) -> int:
        """Return the offset that the group goes on from."""
        return self._committed[group, topic, partition]

    def deliver_again(self, group: str, topic: str, *, back: int = 1) -> None:
        """Move the group back by some records in every partition, as a crash before the commit does."""
        for partition in range(PARTITIONS):
            place = (group, topic, partition)
            self._committed[place] = max(0, self._committed[place] - back)

    async def run_until_idle(self) -> None:
        """Run every stage until no partition moves any more; what is left waits for a dependency that stays away."""
        moved = True
        while moved:
            self._pauses = 0
            for _stage, _processor, relay in self._stages:
                if not self.away:
                    await relay.publish_waiting()
            tasks = [
                self._run_partition(processor, stage.name.value, consumer.reads.name, partition)
                for stage, processor, _relay in self._stages
                for consumer in stage.consumers
                for partition in range(PARTITIONS)
            ]
            moved = any(await asyncio.gather(*tasks))

    async def _run_partition(self, processor: EventProcessor, group: str, topic: str, partition: int) -> bool:
        moved = False
        log = self._logs[topic, partition]
        while (offset := self._committed[group, topic, partition]) < len(log) and not processor.limit_reached:
            if await processor.process(log[offset]) is Outcome.LEFT:
                return moved
            self._committed[group, topic, partition] = offset + 1
            moved = True
        return moved

    async def _pause(self, _seconds: float) -> bool:
        await asyncio.sleep(0)
        self._pauses += 1
        return self._pauses < MOST_PAUSES


class _MemoryPublisher:
    def __init__(self, broker: InMemoryBroker) -> None:
        self._broker = broker

    async def publish(self, records: Sequence[OutgoingRecord]) -> None:
        if self._broker.away:
            raise TemporarilyUnavailable("kafka")
        for record in records:
            self._broker.append(record)

    async def close(self) -> None:
        pass
