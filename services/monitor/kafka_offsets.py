"""Reads lag from Kafka: committed offsets, log ends, and the exact age of the oldest waiting record.

Order matters: committed offsets first, ends second. The other way round a commit in between makes lag negative.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient, OffsetSpec
from kafka.errors import CoordinatorNotAvailableError, KafkaError
from kafka.protocol.consumer.offsets import IsolationLevel

from schemas.topics import STAGES, topics_read_by
from services.monitor.lag_rules import Sample
from services.runtime.failures import TemporarilyUnavailable

DEPENDENCY = "kafka"

FETCH_BYTES = 64 * 1024
"""Events are references of a few hundred bytes, so one small fetch holds the first waiting record."""

COORDINATOR_PAUSES = (0.5, 0.5, 1.0)
"""A new broker makes its offsets topic at the first question about it, and refuses that question."""

AGE_WAIT_SECONDS = 2.0
"""Longest wait for the first record behind a committed offset; after it the partition counts as empty (a transaction
marker or an aborted record leaves an offset that no consumer will ever read)."""


@dataclass(frozen=True)
class PartitionLag:
    """One partition of one consumer group, at one moment."""

    group: str
    topic: str
    partition: int
    sample: Sample
    members: int | None

    @property
    def waiting(self) -> int:
        """Records that wait: 0 when offsets differ but nothing can be read."""
        return 0 if self.sample.oldest_age is None else max(self.sample.end - self.sample.position, 0)


class KafkaOffsets:
    """A connection that looks and never touches: no group membership, no commit. Not safe to share between threads.

    Args:
        brokers: comma-separated host:port.
    """

    def __init__(self, brokers: str) -> None:
        try:
            self._admin = KafkaAdminClient(bootstrap_servers=brokers.split(","), client_id="snapshot-monitor")
            self._consumer = KafkaConsumer(
                bootstrap_servers=brokers.split(","),
                client_id="snapshot-monitor",
                group_id=None,
                enable_auto_commit=False,
                isolation_level="read_committed",
                max_partition_fetch_bytes=FETCH_BYTES,
            )
        except KafkaError as error:
            raise TemporarilyUnavailable(DEPENDENCY) from error
        self._first_seen: dict[tuple[TopicPartition, int], float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close both connections."""
        self._consumer.close()
        self._admin.close()

    def sweep(self) -> list[PartitionLag]:
        """Return the lag of every group, topic and partition of the topic table.

        Raises:
            TemporarilyUnavailable: Kafka is away or lacks a topic.
        """
        partitions = {
            stage.value: [
                TopicPartition(topic.name, n) for topic in topics_read_by(stage) for n in range(topic.partitions)
            ]
            for stage in STAGES
        }
        try:
            committed = self._committed(partitions)
            every = [tp for group in partitions.values() for tp in group]
            starts = self._admin.list_partition_offsets(dict.fromkeys(every, OffsetSpec.EARLIEST))
            ends = self._admin.list_partition_offsets(
                dict.fromkeys(every, OffsetSpec.LATEST), isolation_level=IsolationLevel.READ_COMMITTED
            )
            members = self._members(partitions)
            bare = [
                (group, tp, committed[group].get(tp), starts[tp].offset, ends[tp].offset)
                for group, owned in partitions.items()
                for tp in owned
            ]
            ages = self._ages(
                (tp, max(done or 0, start)) for _, tp, done, start, end in bare if max(done or 0, start) < end
            )
        except KafkaError as error:
            raise TemporarilyUnavailable(DEPENDENCY) from error
        now = time.time()
        return [
            PartitionLag(group, tp.topic, tp.partition, Sample(now, done, start, end, ages.get(tp)), members.get(group))
            for group, tp, done, start, end in bare
        ]

    def _committed(
        self, partitions: Mapping[str, Sequence[TopicPartition]]
    ) -> dict[str, dict[TopicPartition, int | None]]:
        for pause in (*COORDINATOR_PAUSES, None):
            try:
                found = self._admin.list_group_offsets({group: list(owned) for group, owned in partitions.items()})
                break
            except CoordinatorNotAvailableError:
                if pause is None:
                    raise
                time.sleep(pause)
        return {
            group: {tp: entry.offset if entry.offset >= 0 else None for tp, entry in offsets.items()}
            for group, offsets in found.items()
        }

    def _members(self, groups: Iterable[str]) -> dict[str, int]:
        described: Mapping[str, Any] = self._admin.describe_groups(list(groups))
        return {group: len(entry["members"]) for group, entry in described.items()}

    def _ages(self, waiting: Iterable[tuple[TopicPartition, int]]) -> dict[TopicPartition, float]:
        """Return seconds since the first readable record at or after each offset was written."""
        wanted = dict(waiting)
        self._first_seen = {known: at for known, at in self._first_seen.items() if wanted.get(known[0]) == known[1]}
        unknown = {tp: offset for tp, offset in wanted.items() if (tp, offset) not in self._first_seen}
        if unknown:
            self._read_first_records(unknown)
        now = time.time()
        return {tp: max(now - at, 0.0) for (tp, _), at in self._first_seen.items()}

    def _read_first_records(self, wanted: Mapping[TopicPartition, int]) -> None:
        self._consumer.assign(list(wanted))
        for tp, offset in wanted.items():
            self._consumer.seek(tp, offset)
        missing = set(wanted)
        deadline = time.monotonic() + AGE_WAIT_SECONDS
        while missing and time.monotonic() < deadline:
            for tp, records in self._consumer.poll(timeout_ms=200).items():
                if tp in missing and records:
                    self._first_seen[(tp, wanted[tp])] = records[0].timestamp / 1000
                    missing.discard(tp)
                    self._consumer.pause(tp)
        self._consumer.unsubscribe()
