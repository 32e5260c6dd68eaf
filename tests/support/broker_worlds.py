"""One way to drive a stage on either broker, so that the same tests say the same of both."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol
from uuid import UUID

from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.errors import CoordinatorNotAvailableError
from kafka.structs import OffsetAndMetadata

from schemas.event import Event, attributes_for
from schemas.topics import CONSENT_UPLOADED, PARTITIONS, Writer, topic_for
from services.register.database import Database
from services.runtime.clock import utc_now
from services.runtime.in_memory_broker import InMemoryBroker
from services.runtime.publisher import KafkaPublisher
from services.runtime.record import OutgoingRecord, Record
from services.runtime.relay import OutgoingRelay
from tests.support.echo_stage import echo_stage

REPOSITORY = Path(__file__).resolve().parents[2]
GROUP = Writer.CONSENT_INTAKE.value
GIVE_UP_SECONDS = 120.0


class BrokerWorld(Protocol):
    """A broker, a register and the echo stage."""

    home: Path
    database: Database

    async def append(self, *records: OutgoingRecord) -> None: ...

    async def run_until_idle(self) -> None:
        """Run the stage until every record is done with or waits for a dependency, and stop it."""

    async def records(self, topic: str) -> list[Record]: ...

    async def deliver_again(self) -> None:
        """Deliver everything since the test began once more."""

    async def waiting(self) -> int:
        """How many records are not done with."""

    async def close(self) -> None: ...


def record_of(event: Event, *, parent: UUID, partition: int | None = None) -> OutgoingRecord:
    """The record that the event's writer would publish."""
    topic = topic_for(event)
    attributes = attributes_for(event, parent=parent, writer=topic.writer, ordinal=0, time=utc_now())
    key = str(event.consent_id).encode()
    return OutgoingRecord(topic.name, partition, key, event.value(), tuple(attributes.headers()))


class MemoryWorld:
    def __init__(self, home: Path, database: Database) -> None:
        self.home = home
        self.database = database
        self.broker = InMemoryBroker(database)
        self.broker.run_stage(echo_stage(home))

    async def append(self, *records: OutgoingRecord) -> None:
        for record in records:
            self.broker.append(record)

    async def run_until_idle(self) -> None:
        await self.broker.run_until_idle()

    async def records(self, topic: str) -> list[Record]:
        return self.broker.records(topic)

    async def deliver_again(self) -> None:
        self.broker.deliver_again(GROUP, CONSENT_UPLOADED.name, back=1_000)

    async def waiting(self) -> int:
        done = sum(self.broker.committed(GROUP, CONSENT_UPLOADED.name, number) for number in range(PARTITIONS))
        return len(self.broker.records(CONSENT_UPLOADED.name)) - done

    async def close(self) -> None:
        pass


class Worker:
    """The echo stage as a process of its own."""

    def __init__(self, brokers: str, home: Path, database_url: str, **settings: str) -> None:
        environment = {
            **os.environ,
            "SNAPSHOT_HOME": str(home),
            "SNAPSHOT_KAFKA_BROKERS": brokers,
            "SNAPSHOT_DATABASE_URL": database_url,
            **settings,
        }
        self.log = home / f"worker-{time.monotonic_ns()}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.echo_stage"], cwd=REPOSITORY, env=environment, stderr=log
            )
        self.status = home / "status" / f"{GROUP}-{self.process.pid}.json"

    def assigned(self) -> list[tuple[str, int]]:
        if not self.status.exists():
            return []
        return [(topic, partition) for topic, partition in json.loads(self.status.read_text())["assigned"]]

    def terminate(self) -> int:
        self.process.terminate()
        return self.process.wait(GIVE_UP_SECONDS)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


class KafkaWorld:
    """A real broker shared by the tests of a session: each starts where the one before ended."""

    def __init__(
        self,
        brokers: str,
        home: Path,
        database: Database,
        database_url: str,
        *,
        rewind: bool = True,
        workers: Sequence[Worker] = (),
    ) -> None:
        self.brokers = brokers
        self.home = home
        self.database = database
        self.database_url = database_url
        self._publisher = KafkaPublisher(brokers)
        self._admin = KafkaAdminClient(bootstrap_servers=brokers)
        self._partitions = [TopicPartition(CONSENT_UPLOADED.name, number) for number in range(PARTITIONS)]
        self._workers: list[Worker] = list(workers)
        self._first = self._ends(self._partitions)
        self._starts: dict[str, dict[TopicPartition, int]] = {}
        for topic in (CONSENT_UPLOADED.name, CONSENT_UPLOADED.dead_letters, "consent.review"):
            self._starts[topic] = self._ends([TopicPartition(topic, number) for number in range(PARTITIONS)])
        if rewind:
            self._commit(self._first)

    def start_worker(self, **settings: str) -> Worker:
        worker = Worker(self.brokers, self.home, self.database_url, **settings)
        self._workers.append(worker)
        return worker

    async def append(self, *records: OutgoingRecord) -> None:
        await self._publisher.publish(records)

    async def run_until_idle(self) -> None:
        await OutgoingRelay(self.database, self._publisher, Writer.CONSENT_INTAKE, utc_now).publish_waiting()
        worker = self.start_worker()
        await self.until(lambda: self.lag() == self._blocked(worker), "the stage is idle")
        assert worker.terminate() == 0

    async def until(self, happened: Callable[[], bool], what: str) -> None:
        give_up_at = time.monotonic() + GIVE_UP_SECONDS
        while not await asyncio.to_thread(happened):
            assert time.monotonic() < give_up_at, f"never happened: {what}\n{self._workers[-1].log.read_text()[-3000:]}"
            await asyncio.sleep(0.1)

    async def records(self, topic: str) -> list[Record]:
        return await asyncio.to_thread(self._read, topic)

    async def deliver_again(self) -> None:
        await asyncio.to_thread(self._commit, self._first)

    async def waiting(self) -> int:
        return await asyncio.to_thread(self.lag)

    def committed(self) -> dict[TopicPartition, int]:
        found = self._admin.list_group_offsets([GROUP])[GROUP]
        return {
            partition: found[partition].offset if partition in found else first
            for partition, first in self._first.items()
        }

    def lag(self) -> int:
        committed = self.committed()
        return sum(end - committed[partition] for partition, end in self._ends(self._partitions).items())

    def in_hand(self) -> list[str]:
        log = self.home / "in_hand"
        return log.read_text().splitlines() if log.exists() else []

    async def close(self) -> None:
        for worker in self._workers:
            if worker.process.poll() is None:
                worker.kill()
        await self.close_clients()

    async def close_clients(self) -> None:
        self._admin.close()
        await self._publisher.close()

    def _blocked(self, worker: Worker) -> int:
        """How many records stand behind ones that wait for a dependency; 0 while nothing does."""
        if not worker.status.exists() or '"echo_source"' not in worker.status.read_text():
            return 0
        return self.lag()

    def _ends(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        consumer = KafkaConsumer(bootstrap_servers=self.brokers)
        try:
            return dict(consumer.end_offsets(list(partitions)))
        finally:
            consumer.close()

    def _commit(self, offsets: dict[TopicPartition, int]) -> None:
        wanted = {partition: OffsetAndMetadata(offset, "", -1) for partition, offset in offsets.items()}
        give_up_at = time.monotonic() + GIVE_UP_SECONDS
        while time.monotonic() < give_up_at:
            # A fresh broker has no coordinator yet, and a killed worker is a member until its session ends.
            try:
                if all(not error.errno for error in self._admin.alter_group_offsets(GROUP, wanted).values()):
                    return
            except CoordinatorNotAvailableError:
                pass
            time.sleep(0.3)
        raise AssertionError("the group's offsets could not be set")

    def _read(self, topic: str) -> list[Record]:
        starts = self._starts[topic]
        ends = self._ends(list(starts))
        consumer = KafkaConsumer(bootstrap_servers=self.brokers, group_id=None, enable_auto_commit=False)
        consumer.assign(list(starts))
        for partition, start in starts.items():
            consumer.seek(partition, start)
        found: list[Record] = []
        while sum(ends.values()) - sum(starts.values()) > len(found):
            for batch in consumer.poll(timeout_ms=500).values():
                found += [
                    Record(one.topic, one.partition, one.offset, one.key, one.value, tuple(one.headers))
                    for one in batch
                ]
        consumer.close()
        return sorted(found, key=lambda record: (record.partition, record.offset))
