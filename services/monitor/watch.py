"""Looks at Kafka again and again, in a thread of its own, and remembers the last quarter of an hour."""

import threading
import time
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.monitor.kafka_offsets import KafkaOffsets, PartitionLag
from services.monitor.lag_rules import SEVERITY, PartitionStatus, Sample, Verdict, verdict
from services.runtime.failures import TemporarilyUnavailable

REMEMBERED_SECONDS = 900.0
"""Rates are taken over this window; longer would hide that a stage slowed down."""


@dataclass(frozen=True)
class JudgedPartition:
    """A partition's lag and what to make of it."""

    lag: PartitionLag
    verdict: Verdict


@dataclass(frozen=True)
class Look:
    """One look at Kafka. ``partitions`` is the last good one; ``kafka_away`` says that the newest try failed."""

    at: float
    partitions: tuple[JudgedPartition, ...]
    kafka_away: bool = False

    def worst(self, group: str) -> PartitionStatus:
        """Return the worst status among a group's partitions."""
        found = [judged.verdict.status for judged in self.partitions if judged.lag.group == group]
        return max(found, key=SEVERITY.__getitem__, default=PartitionStatus.OK)

    def of_group(self, group: str) -> Sequence[JudgedPartition]:
        """Return a group's partitions."""
        return [judged for judged in self.partitions if judged.lag.group == group]


class LagHistory:
    """Keeps samples by partition and judges each new sweep against them."""

    def __init__(self) -> None:
        self._samples: Mapping[tuple[str, str, int], deque[Sample]] = defaultdict(deque)

    def judge(self, sweep: Sequence[PartitionLag]) -> tuple[JudgedPartition, ...]:
        """Remember a sweep and return it with verdicts."""
        judged = []
        for lag in sweep:
            samples = self._samples[(lag.group, lag.topic, lag.partition)]
            samples.append(lag.sample)
            while samples[0].at < lag.sample.at - REMEMBERED_SECONDS:
                samples.popleft()
            judged.append(JudgedPartition(lag, verdict(tuple(samples), members=lag.members)))
        return tuple(judged)


class LagWatch:
    """A thread that looks every ``seconds``; ``latest`` is always the newest look."""

    def __init__(self, brokers: str, *, seconds: float) -> None:
        self._brokers = brokers
        self._seconds = seconds
        self._stopping = threading.Event()
        self._history = LagHistory()
        self._thread = threading.Thread(target=self._run, name="lag-watch", daemon=True)
        self.latest = Look(time.time(), (), kafka_away=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Stop looking and wait for the thread."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with KafkaOffsets(self._brokers) as offsets:
                    self._look_until_it_fails(offsets)
            except TemporarilyUnavailable:
                self.latest = Look(time.time(), self.latest.partitions, kafka_away=True)
                self._stopping.wait(self._seconds)

    def _look_until_it_fails(self, offsets: KafkaOffsets) -> None:
        while not self._stopping.is_set():
            self.latest = Look(time.time(), self._history.judge(offsets.sweep()))
            self._stopping.wait(self._seconds)
