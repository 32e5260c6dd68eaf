import pytest

from services.monitor.kafka_offsets import PartitionLag
from services.monitor.lag_rules import Sample, verdict
from services.monitor.sentences import stage_sentence
from services.monitor.watch import JudgedPartition, Look


def _look(*, committed: int, oldest_age: float | None, members: int) -> Look:
    sample = Sample(at=1000.0, committed=committed, start=0, end=5, oldest_age=oldest_age)
    lag = PartitionLag("snapshot_renderer", "case.fetched", 0, sample, members)
    return Look(1000.0, (JudgedPartition(lag, verdict((sample,), members=members)),))


@pytest.mark.parametrize(
    ("look", "sentence"),
    [
        (_look(committed=5, oldest_age=None, members=1), "snapshot_renderer is up to date."),
        (
            _look(committed=3, oldest_age=4.0, members=1),
            "snapshot_renderer is at work: 2 in hand or waiting, the oldest for 4 s.",
        ),
        (
            _look(committed=3, oldest_age=18.0, members=0),
            "snapshot_renderer has no worker, and 2 wait for one, the oldest for 18 s: start it.",
        ),
        (
            _look(committed=3, oldest_age=45.0, members=0),
            (
                "snapshot_renderer is down on case.fetched, partition 0 (oldest record waits 45 s). "
                "No worker is running: start it."
            ),
        ),
    ],
)
def test_a_stage_is_called_up_to_date_only_when_nothing_waits(look: Look, sentence: str) -> None:
    assert stage_sentence(look, "snapshot_renderer", None) == sentence
