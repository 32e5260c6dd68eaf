"""What a worker tells operators: a small file, replaced as a whole whenever something changes.

``<home>/status/<stage>-<pid>.json`` (ids, codes and times only; times are RFC 3339, UTC):

    {"stage": "case_fetcher", "pid": 4711, "started_at": "...", "written_at": "...",
     "ready": true,                                  partitions are assigned (also when it got none of them)
     "assigned": [["consent.approved", 0], ...],
     "blocked": ["case_source"],                     dependencies that events in hand wait for
     "in_hand": [{"topic": "...", "partition": 0, "offset": 17, "event_id": "...", "consent_id": "...",
                  "started_at": "...", "retries": 3, "blocked_on": "case_source" or null}],
     "last_commit_at": "..." or null,
     "stopping": false,
     "metrics": {"snapshot_events_total{outcome=handled,stage=case_fetcher}": 12.0, ...}}

A worker that ends cleanly removes its file; one that was killed leaves it, so look whether the pid lives. The file is
also rewritten every few seconds without a change: ``written_at`` is the heartbeat.
"""

import json
import os
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client import Gauge as MetricGauge

from services.runtime.clock import Clock
from services.runtime.record import Record
from services.runtime.stage import Gauge

HEARTBEAT_SECONDS = 5.0
THROTTLE_SECONDS = 0.2
"""At most five writes a second however busy the worker is."""

_HANDLE_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 45)


class Metrics:
    """Counters of one worker; labels are stages, outcomes and dependencies, never ids."""

    def __init__(self, stage: str) -> None:
        self.registry = CollectorRegistry()
        self._stage = stage
        self._events = Counter(
            "snapshot_events", "Events this worker is done with", ["stage", "outcome"], registry=self.registry
        )
        self._retries = Counter(
            "snapshot_event_retries",
            "Attempts that failed and are made again",
            ["stage", "why"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "snapshot_event_seconds",
            "From taking an event in hand to being done with it",
            ["stage"],
            buckets=_HANDLE_BUCKETS,
            registry=self.registry,
        )

    def done(self, outcome: str, seconds: float) -> None:
        """Count an event that is done with."""
        self._events.labels(self._stage, outcome).inc()
        self._seconds.labels(self._stage).observe(seconds)

    def retried(self, why: str) -> None:
        """Count a failed attempt; ``why`` is a dependency or an exception class."""
        self._retries.labels(self._stage, why).inc()

    def watch(self, gauge: Gauge) -> None:
        """Add a count of the stage's own."""
        metric = MetricGauge(gauge.name, gauge.meaning, ["stage"], registry=self.registry)
        metric.labels(self._stage).set_function(gauge.value)

    def samples(self) -> dict[str, float]:
        """Return every sample, keyed as Prometheus writes it but without quotes."""
        found: dict[str, float] = {}
        for family in self.registry.collect():
            for sample in family.samples:
                if not sample.name.endswith("_created"):
                    labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
                    found[f"{sample.name}{{{labels}}}"] = sample.value
        return found


@dataclass
class InHand:
    """An event that the worker is working on or waiting with."""

    topic: str
    partition: int
    offset: int
    event_id: UUID | None
    consent_id: UUID | None
    started_at: datetime
    retries: int = 0
    blocked_on: str | None = None


class WorkerStatus:
    """The state behind the file. Changes are cheap; ``write`` decides what reaches the disk.

    Args:
        stage: its name.
        folder: where the file goes; None: nowhere (tests of stages).
        clock: for the times in it.
    """

    def __init__(self, stage: str, folder: Path | None, clock: Clock) -> None:
        self.metrics = Metrics(stage)
        self._stage = stage
        self._clock = clock
        self._path = folder / f"{stage}-{os.getpid()}.json" if folder else None
        self._started_at = clock()
        self._in_hand: dict[tuple[str, int], InHand] = {}
        self._assigned: list[tuple[str, int]] = []
        self._last_commit_at: datetime | None = None
        self._ready = False
        self._stopping = False
        self.changed = True

    @property
    def blocked(self) -> list[str]:
        """Dependencies that events in hand wait for."""
        return sorted({one.blocked_on for one in self._in_hand.values() if one.blocked_on})

    def assigned(self, partitions: Collection[tuple[str, int]]) -> None:
        """The broker gave this worker these partitions; from now on it is ready."""
        self._assigned = sorted(partitions)
        self._ready = True
        self.changed = True

    def taken(self, record: Record, event_id: UUID | None) -> InHand:
        """An event is in hand."""
        one = InHand(record.topic, record.partition, record.offset, event_id, record.consent_id, self._clock())
        self._in_hand[record.topic, record.partition] = one
        self.changed = True
        return one

    def waits(self, one: InHand, dependency: str | None) -> None:
        """An attempt failed; ``dependency`` is what it waits for, if that is known."""
        one.retries += 1
        one.blocked_on = dependency
        self.changed = True

    def released(self, one: InHand) -> None:
        """The event is done with, or left for another worker."""
        if self._in_hand.get((one.topic, one.partition)) is one:
            del self._in_hand[one.topic, one.partition]
        self.changed = True

    def committed(self) -> None:
        """An offset was committed."""
        self._last_commit_at = self._clock()
        self.changed = True

    def stops(self) -> None:
        """The worker was told to stop."""
        self._stopping = True
        self.changed = True

    def write(self) -> None:
        """Replace the file as a whole, so that no reader ever sees half of it."""
        self.changed = False
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        arriving = self._path.with_suffix(".arriving")
        arriving.write_text(json.dumps(self.as_json(), default=_text))
        arriving.replace(self._path)

    def remove(self) -> None:
        """Remove the file: the worker has ended cleanly."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def as_json(self) -> dict[str, Any]:
        """Return what the file says."""
        return {
            "stage": self._stage,
            "pid": os.getpid(),
            "started_at": self._started_at,
            "written_at": self._clock(),
            "ready": self._ready,
            "assigned": self._assigned,
            "blocked": self.blocked,
            "in_hand": [asdict(one) for one in self._in_hand.values()],
            "last_commit_at": self._last_commit_at,
            "stopping": self._stopping,
            "metrics": self.metrics.samples(),
        }


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
