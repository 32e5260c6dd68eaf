"""The one sentence that an operator reads first, for each stage."""

from collections.abc import Sequence

from services.monitor.lag_rules import PartitionStatus
from services.monitor.watch import JudgedPartition, Look

_WHAT_TO_DO = {
    PartitionStatus.DOWN: "No worker is running: start it.",
    PartitionStatus.STUCK: "It has not finished an event for a while: look at its log and at what it waits for.",
    PartitionStatus.FALLING_BEHIND: "More comes in than it finishes: start another worker.",
    PartitionStatus.CATCHING_UP: "It is working through a backlog; nothing to do.",
    PartitionStatus.NEVER_COMMITTED: "It has never finished an event: check that it starts.",
    PartitionStatus.REWOUND: "Its place was set back on purpose or by accident; repeats have no effect.",
    PartitionStatus.DATA_LOSS: "Kafka deleted records before they were read: find these consents in the register.",
    PartitionStatus.OK: "Nothing waits too long.",
}


def duration(seconds: float | None) -> str:
    """Return a short English duration: ``4 s``, ``3 min``, ``2 h``."""
    if seconds is None:
        return "-"
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size * 2:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def stage_sentence(look: Look, group: str, blocked_on: str | None) -> str:
    """Return what is the matter with a stage and what to do about it."""
    status = look.worst(group)
    if blocked_on:
        return f"{group} waits for {blocked_on}, which does not answer. It goes on by itself when that is back."
    if status is PartitionStatus.OK:
        return _in_time(group, look.of_group(group))
    bad = [judged for judged in look.of_group(group) if judged.verdict.status is status]
    return f"{group} is {status.replace('_', ' ').lower()} on {_places(bad)}. {_WHAT_TO_DO[status]}"


def _in_time(group: str, partitions: Sequence[JudgedPartition]) -> str:
    """Say what waits, though none of it too long: a stage without a worker must not read as well for half a minute."""
    waiting = sum(judged.lag.waiting for judged in partitions)
    if waiting == 0:
        return f"{group} is up to date."
    oldest = max(judged.lag.sample.oldest_age or 0.0 for judged in partitions)
    if all(judged.lag.members == 0 for judged in partitions):
        return f"{group} has no worker, and {waiting} wait for one, the oldest for {duration(oldest)}: start it."
    return f"{group} is at work: {waiting} in hand or waiting, the oldest for {duration(oldest)}."


def _places(bad: list[JudgedPartition]) -> str:
    oldest = max((judged.lag.sample.oldest_age or 0.0 for judged in bad), default=0.0)
    topics = sorted({judged.lag.topic for judged in bad})
    partitions = ", ".join(str(judged.lag.partition) for judged in bad)
    return f"{' and '.join(topics)}, partition {partitions} (oldest record waits {duration(oldest)})"
