"""The situations in which Faust alone loses events, and some more: here nothing is lost and nothing happens twice."""

import asyncio
from collections import defaultdict
from uuid import UUID, uuid4

import pytest

from schemas.topics import CONSENT_REVIEW, CONSENT_UPLOADED, PARTITIONS
from services.runtime.record import OutgoingRecord
from tests.support.broker_worlds import KafkaWorld, record_of
from tests.support.echo_stage import effects, uploaded

pytestmark = pytest.mark.kafka


async def test_an_event_in_hand_when_the_worker_is_killed_is_done_by_the_next_one(world: KafkaWorld) -> None:
    slow, behind, others = uuid4(), uuid4(), [uuid4() for _ in range(3)]
    (world.home / "slow").write_text("600")
    await world.append(record_of(uploaded(slow, "echo/slow"), parent=slow, partition=0))
    await world.append(record_of(uploaded(behind), parent=behind, partition=0))
    await world.append(*(record_of(uploaded(one), parent=one, partition=1) for one in others))
    worker = world.start_worker()
    await world.until(lambda: len(world.in_hand()) == 4 and world.lag() == 2, "all but the slow one are done with")
    worker.kill()
    (world.home / "slow").unlink()
    await world.run_until_idle()
    found = [consent for consent, _ in await effects(world.database)]
    assert found == [*map(str, others), str(slow), str(behind)]


async def test_a_stop_finishes_and_commits_the_event_in_hand(world: KafkaWorld) -> None:
    slow, behind = uuid4(), uuid4()
    (world.home / "slow").write_text("4")
    await world.append(
        record_of(uploaded(slow, "echo/slow"), parent=slow, partition=2),
        record_of(uploaded(behind), parent=behind, partition=2),
    )
    worker = world.start_worker()
    await world.until(lambda: len(world.in_hand()) == 1, "the slow one is in hand")
    assert worker.terminate() == 0
    assert [consent for consent, _ in await effects(world.database)][:1] == [str(slow)]
    assert world.lag() == 2 - len(await effects(world.database))
    assert not worker.status.exists()
    await world.run_until_idle()
    assert [consent for consent, _ in await effects(world.database)] == [str(slow), str(behind)]


async def test_a_stop_while_an_event_waits_for_a_dependency_leaves_it_for_later(world: KafkaWorld) -> None:
    waiting, behind = uuid4(), uuid4()
    (world.home / "away").touch()
    await world.append(
        record_of(uploaded(waiting, "echo/away"), parent=waiting, partition=1),
        record_of(uploaded(behind), parent=behind, partition=1),
    )
    worker = world.start_worker()
    await world.until(lambda: len(world.in_hand()) >= 3, "the event was tried some times")
    assert worker.terminate() == 0
    assert (await effects(world.database), world.lag()) == ([], 2)
    (world.home / "away").unlink()
    await world.run_until_idle()
    assert [consent for consent, _ in await effects(world.database)] == [str(waiting), str(behind)]


async def test_a_second_worker_takes_its_share_while_an_event_waits_and_nothing_is_lost(world: KafkaWorld) -> None:
    waiting, consents = uuid4(), [uuid4() for _ in range(12)]
    (world.home / "away").touch()
    await world.append(record_of(uploaded(waiting, "echo/away"), parent=waiting, partition=0))
    await world.append(*_rounds(consents, range(3)))
    first = world.start_worker()
    await world.until(lambda: len(world.in_hand()) > 10, "the first worker works")
    second = world.start_worker()
    await world.until(lambda: len(second.assigned()) == 2, "the second has its share")
    await world.append(*_rounds(consents, range(3, 6)))
    await world.until(lambda: world.lag() == 1 + 3 * 6, "all but partition 0 is done with")
    (world.home / "away").unlink()
    await world.until(lambda: world.lag() == 0, "everything is done with")
    assert (first.terminate(), second.terminate()) == (0, 0)
    _assert_each_once_in_order(await effects(world.database), {waiting: 1} | dict.fromkeys(consents, 6))
    assert await world.records(CONSENT_UPLOADED.dead_letters) == []


async def test_workers_that_come_go_and_are_killed_lose_nothing_and_repeat_nothing(world: KafkaWorld) -> None:
    consents, poison = [uuid4() for _ in range(20)], [uuid4() for _ in range(5)]
    first = world.start_worker()
    await world.append(*_rounds(consents, range(2)))
    await world.until(lambda: len(world.in_hand()) > 15, "the first worker works")
    second = world.start_worker()
    await world.append(*_rounds(consents, range(2, 4)))
    await world.until(lambda: len(second.assigned()) == 2, "the second has its share")
    await world.append(*(record_of(uploaded(one, "echo/raise"), parent=one) for one in poison))
    first.kill()
    third = world.start_worker()
    await world.append(*_rounds(consents, range(4, 6)))
    await world.until(lambda: len(third.assigned()) == 2, "the third has the first one's share")
    assert second.terminate() == 0
    await world.append(*_rounds(consents, range(6, 8)))
    await world.until(lambda: world.lag() == 0, "everything is done with")
    assert third.terminate() == 0
    _assert_each_once_in_order(await effects(world.database), dict.fromkeys(consents, 8))
    assert len({record.key for record in await world.records(CONSENT_UPLOADED.dead_letters)}) == len(poison)
    answers = await world.records(CONSENT_REVIEW.name)
    assert len({(record.key, record.header("ce_id")) for record in answers}) == 8 * len(consents)


async def test_too_many_dead_letters_in_a_row_stop_the_stage_with_an_exit_code_of_its_own(world: KafkaWorld) -> None:
    bad = [uuid4() for _ in range(5)]
    await world.append(*(record_of(uploaded(one, "echo/impossible"), parent=one, partition=0) for one in bad))
    worker = world.start_worker(SNAPSHOT_DEAD_LETTER_LIMIT="3")
    assert await asyncio.to_thread(worker.process.wait, 60) == 4
    assert 3 <= len(await world.records(CONSENT_UPLOADED.dead_letters)) <= 5
    assert "too many dead letters" in worker.log.read_text()


async def test_the_log_of_a_handler_that_raises_names_the_class_and_the_place_and_quotes_nothing(
    world: KafkaWorld,
) -> None:
    consent = uuid4()
    await world.append(record_of(uploaded(consent, "echo/raise"), parent=consent))
    await world.run_until_idle()
    (log,) = [path.read_text() for path in world.home.glob("worker-*.log")]
    assert '"error": "LookupError"' in log
    assert '"at": ["services.runtime.event_processor:' in log
    assert "Maria" not in log
    assert "AB12345C1" not in log


def _rounds(consents: list[UUID], numbers: range) -> list[OutgoingRecord]:
    return [
        record_of(uploaded(consent, number=number), parent=uuid4(), partition=place % PARTITIONS)
        for number in numbers
        for place, consent in enumerate(consents)
    ]


def _assert_each_once_in_order(found: list[tuple[str, str]], expected: dict[UUID, int]) -> None:
    by_consent: dict[str, list[int]] = defaultdict(list)
    for consent, sha in found:
        by_consent[consent].append(int(sha, 16))
    assert by_consent == {str(consent): list(range(times)) for consent, times in expected.items()}
