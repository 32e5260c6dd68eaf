"""Verdict on one partition from its recent offsets: pure, and tested on recorded traces.

Status comes from the age of the oldest waiting record, not from how many wait: a number alone can't tell a stage that
is busy from one that stands still.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

SLO_SECONDS = 30.0
"""A record may wait this long before anybody should look; a form takes under three seconds a stage."""

STILL_SECONDS = 20.0
"""No commit for this long, while something waits, is standing still: the longest task is limited to 45 s and commits
come after each event, so a busy stage shows STUCK only in the second half of its worst case."""

KEEPS_UP = 1.05
"""Out-rate over in-rate above which a backlog counts as shrinking."""


class PartitionStatus(StrEnum):
    """What is the matter with one partition of one consumer group; worst last."""

    OK = "OK"
    CATCHING_UP = "CATCHING_UP"
    NEVER_COMMITTED = "NEVER_COMMITTED"
    REWOUND = "REWOUND"
    FALLING_BEHIND = "FALLING_BEHIND"
    STUCK = "STUCK"
    DOWN = "DOWN"
    DATA_LOSS = "DATA_LOSS"


SEVERITY = {status: rank for rank, status in enumerate(PartitionStatus)}


@dataclass(frozen=True)
class Sample:
    """Offsets of one partition at one moment. ``at`` in seconds; ``oldest_age`` in seconds, None: nothing waits."""

    at: float
    committed: int | None
    start: int
    end: int
    oldest_age: float | None

    @property
    def position(self) -> int:
        """Where the group reads on: never before the log's start, which would be phantom lag."""
        return max(self.committed if self.committed is not None else self.start, self.start)


@dataclass(frozen=True)
class Verdict:
    """A status and, when a backlog shrinks, the seconds until it is gone."""

    status: PartitionStatus
    seconds_to_empty: float | None = None


def verdict(history: Sequence[Sample], *, members: int | None) -> Verdict:
    """Judge the newest sample against the ones before it.

    ``history``: oldest first, at least one. ``members``: of the consumer group; None when not known.
    """
    now = history[-1]
    if now.committed is not None and now.committed < now.start:
        return Verdict(PartitionStatus.DATA_LOSS)
    if len(history) > 1 and _went_back(history[-2], now):
        return Verdict(PartitionStatus.REWOUND)
    if now.oldest_age is None or now.oldest_age <= SLO_SECONDS:
        return Verdict(PartitionStatus.OK)
    return _overdue(history, members=members)


def _overdue(history: Sequence[Sample], *, members: int | None) -> Verdict:
    if members == 0:
        return Verdict(PartitionStatus.DOWN)
    if history[-1].committed is None:
        return Verdict(PartitionStatus.NEVER_COMMITTED)
    if _stands_still(history):
        return Verdict(PartitionStatus.STUCK)
    return _backlog(history)


def _went_back(before: Sample, now: Sample) -> bool:
    return before.committed is not None and now.committed is not None and now.committed < before.committed


def _stands_still(history: Sequence[Sample]) -> bool:
    now = history[-1]
    earlier = [sample for sample in history if now.at - sample.at >= STILL_SECONDS]
    return bool(earlier) and earlier[-1].committed == now.committed


def _backlog(history: Sequence[Sample]) -> Verdict:
    first, now = history[0], history[-1]
    seconds = now.at - first.at
    if seconds <= 0:
        return Verdict(PartitionStatus.CATCHING_UP)
    out_rate = (now.position - first.position) / seconds
    in_rate = (now.end - first.end) / seconds
    if out_rate > KEEPS_UP * in_rate:
        return Verdict(PartitionStatus.CATCHING_UP, (now.end - now.position) / (out_rate - in_rate))
    return Verdict(PartitionStatus.FALLING_BEHIND)
