"""The lag rule on offsets that were recorded from a real broker, one trace an incident.

Each trace also holds the verdicts of Burrow 1.2.1, a well-known lag monitor, on the same run: where the two differ,
the test says why.
"""

import json
from bisect import bisect_right
from pathlib import Path
from typing import Any

import pytest

from services.monitor.lag_rules import PartitionStatus, Sample, Verdict, verdict

TRACES: dict[str, Any] = json.loads((Path(__file__).parents[3] / "data" / "lag_traces" / "recorded.json").read_text())
EVERY = 5.0
WINDOW = 180  # samples: fifteen minutes


def samples(trace: dict[str, Any], partition: int) -> list[Sample]:
    """Replay a trace as the monitor would have seen it, a look every five seconds."""
    ends = [(at, values[partition]) for at, values in trace["ends"]]
    commits = [(at, values[str(partition)]) for at, values in trace["commits"] if str(partition) in values]
    looks = []
    at = EVERY
    while at <= ends[-1][0]:
        done = commits[bisect_right([moment for moment, _ in commits], at) - 1][1] if commits[0][0] <= at else None
        end = ends[bisect_right([moment for moment, _ in ends], at) - 1][1]
        written = next((moment for moment, value in ends if value > (done or 0)), None)
        waits = at - written if written is not None and written <= at and end > (done or 0) else None
        looks.append(Sample(at, done, 0, end, waits))
        at += EVERY
    return looks


def verdicts(name: str, partition: int = 0) -> list[Verdict]:
    seen = samples(TRACES[name], partition)
    return [verdict(seen[max(0, n - WINDOW) : n], members=1) for n in range(1, len(seen) + 1)]


def first_at(name: str, status: PartitionStatus, partition: int = 0) -> float:
    return next((n + 1) * EVERY for n, found in enumerate(verdicts(name, partition)) if found.status is status)


@pytest.mark.parametrize("name", ["healthy", "idle"])
def test_a_healthy_or_idle_group_is_never_anything_but_ok(name: str) -> None:
    assert {found.status for found in verdicts(name)} == {PartitionStatus.OK}


@pytest.mark.parametrize("name", ["stall", "stop", "poison"])
def test_a_group_that_stands_still_from_second_100_is_found_within_35_seconds(name: str) -> None:
    assert 100 < first_at(name, PartitionStatus.STUCK) <= 135
    assert verdicts(name)[-1].status is PartitionStatus.STUCK


def test_one_stuck_partition_does_not_blame_the_other() -> None:
    assert {found.status for found in verdicts("poison", partition=1)} == {PartitionStatus.OK}


def test_a_slow_group_is_falling_behind_though_burrow_says_ok() -> None:
    assert TRACES["slow"]["burrow_deb"][-1][1][0] == "OK"
    assert verdicts("slow")[-1].status is PartitionStatus.FALLING_BEHIND
    assert first_at("slow", PartitionStatus.FALLING_BEHIND) <= 60


def test_a_shrinking_backlog_is_catching_up_and_says_when_it_is_gone() -> None:
    last = verdicts("busybacklog")[-1]
    assert last.status is PartitionStatus.CATCHING_UP
    assert last.seconds_to_empty is not None
    assert 10 < last.seconds_to_empty < 120


def test_a_rewind_is_seen_at_the_first_look() -> None:
    assert PartitionStatus.REWOUND in {found.status for found in verdicts("rewind")}


def test_a_group_without_workers_is_down_and_not_merely_stuck() -> None:
    waiting = Sample(at=100, committed=5, start=0, end=9, oldest_age=60)
    assert verdict([waiting], members=0).status is PartitionStatus.DOWN


def test_records_deleted_before_they_were_read_are_data_loss() -> None:
    assert verdict([Sample(100, committed=5, start=8, end=9, oldest_age=1)], members=1).status is (
        PartitionStatus.DATA_LOSS
    )


def test_offsets_that_differ_with_nothing_to_read_are_no_lag() -> None:
    assert verdict([Sample(100, committed=5, start=0, end=6, oldest_age=None)], members=1).status is PartitionStatus.OK


def test_a_group_that_never_committed_is_said_to_be_so() -> None:
    assert verdict([Sample(100, None, 0, 3, oldest_age=60)], members=1).status is PartitionStatus.NEVER_COMMITTED
