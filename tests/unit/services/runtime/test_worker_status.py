import asyncio
import json
import os
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.runtime.companions import keep_running
from services.runtime.record import Record
from services.runtime.worker_status import WorkerStatus
from tests.support.register_builders import NOON, MovableClock


@pytest.fixture
def status(tmp_path: Path) -> WorkerStatus:
    return WorkerStatus("case_fetcher", tmp_path / "status", MovableClock())


def _file(folder: Path) -> Path:
    return folder / "status" / f"case_fetcher-{os.getpid()}.json"


def test_the_file_says_what_is_in_hand_and_what_it_waits_for(status: WorkerStatus, tmp_path: Path) -> None:
    consent = uuid4()
    status.assigned([("consent.approved", 1), ("consent.approved", 0)])
    one = status.taken(Record("consent.approved", 1, 17, str(consent).encode(), b"{}"), UUID(int=5))
    status.waits(one, "case_source")
    status.committed()
    status.write()
    written = json.loads(_file(tmp_path).read_text())
    assert written["ready"] is True
    assert written["assigned"] == [["consent.approved", 0], ["consent.approved", 1]]
    assert written["blocked"] == ["case_source"]
    assert written["last_commit_at"] == NOON.isoformat()
    assert written["in_hand"] == [
        {
            "topic": "consent.approved",
            "partition": 1,
            "offset": 17,
            "event_id": str(UUID(int=5)),
            "consent_id": str(consent),
            "started_at": NOON.isoformat(),
            "retries": 1,
            "blocked_on": "case_source",
        }
    ]


def test_a_released_event_is_not_in_hand_and_the_file_goes_when_the_worker_ends(
    status: WorkerStatus, tmp_path: Path
) -> None:
    one = status.taken(Record("consent.approved", 1, 17, b"k", b"{}"), None)
    status.released(one)
    status.write()
    assert json.loads(_file(tmp_path).read_text())["in_hand"] == []
    assert json.loads(_file(tmp_path).read_text())["ready"] is False
    status.remove()
    assert list((tmp_path / "status").iterdir()) == []


def test_a_worker_that_got_no_partition_is_ready_too(status: WorkerStatus) -> None:
    status.assigned([])
    assert status.as_json()["ready"] is True


def test_metrics_count_outcomes_and_retries_by_stage_and_carry_no_ids(status: WorkerStatus) -> None:
    status.metrics.done("handled", 0.3)
    status.metrics.done("handled", 0.1)
    status.metrics.retried("case_source")
    samples = status.metrics.samples()
    assert samples["snapshot_events_total{outcome=handled,stage=case_fetcher}"] == 2
    assert samples["snapshot_event_retries_total{stage=case_fetcher,why=case_source}"] == 1
    assert samples["snapshot_event_seconds_sum{stage=case_fetcher}"] == pytest.approx(0.4)


async def test_a_companion_that_fails_or_ends_is_started_again_until_the_worker_stops() -> None:
    starts: list[int] = []
    started_thrice = asyncio.Event()

    async def companion() -> None:
        starts.append(1)
        if len(starts) == 1:
            raise LookupError
        if len(starts) > 2:
            started_thrice.set()
            await asyncio.sleep(600)

    task = asyncio.create_task(keep_running("sender", companion))
    await started_thrice.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
