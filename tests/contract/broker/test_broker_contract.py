"""What a stage may count on, whichever broker it runs on."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from schemas.consent_events import ConsentReviewNeeded
from schemas.event import EventAttributes, derived_event_id
from schemas.topics import CONSENT_REVIEW, CONSENT_UPLOADED, Writer
from services.register.audit import SYSTEM
from services.register.states import DeadLetterState
from services.register.tables import DeadLetter
from services.runtime import dead_letters
from services.runtime.clock import utc_now
from services.runtime.dead_letter_record import REPLAY_COUNT, REPLAY_GROUP
from services.runtime.dead_letters import Coordinates
from services.runtime.record import OutgoingRecord, Record
from tests.support.broker_worlds import BrokerWorld, record_of
from tests.support.echo_stage import SECRET, effects, uploaded


async def test_each_event_takes_effect_and_its_answer_is_published_under_a_derived_id(world: BrokerWorld) -> None:
    consents = [uuid4() for _ in range(6)]
    records = [record_of(uploaded(consent), parent=consent) for consent in consents]
    await world.append(*records)
    await world.run_until_idle()
    assert sorted(consent for consent, _ in await effects(world.database)) == sorted(map(str, consents))
    answers = await world.records(CONSENT_REVIEW.name)
    assert {_id(answer) for answer in answers} == {_answer_id(record) for record in records}
    assert {answer.key for answer in answers} == {str(consent).encode() for consent in consents}
    assert await world.waiting() == 0


async def test_events_delivered_again_take_no_effect_and_publish_nothing_new(world: BrokerWorld) -> None:
    consents = [uuid4() for _ in range(4)]
    await world.append(*(record_of(uploaded(consent), parent=consent) for consent in consents))
    await world.append(record_of(uploaded(consents[0]), parent=consents[0]))  # its writer published it twice
    await world.run_until_idle()
    await world.deliver_again()
    await world.run_until_idle()
    assert len(await effects(world.database)) == 4
    assert len(await world.records(CONSENT_REVIEW.name)) == 4
    assert await world.waiting() == 0


async def test_one_consents_events_are_handled_in_the_order_they_were_published(world: BrokerWorld) -> None:
    consents = [uuid4() for _ in range(3)]
    await world.append(
        *(record_of(uploaded(consent, number=number), parent=uuid4()) for number in range(5) for consent in consents)
    )
    await world.run_until_idle()
    found = await effects(world.database)
    for consent in consents:
        assert [int(sha, 16) for name, sha in found if name == str(consent)] == [0, 1, 2, 3, 4]


async def test_a_handler_that_raises_leads_to_one_dead_letter_and_the_partition_goes_on(world: BrokerWorld) -> None:
    bad, good = uuid4(), uuid4()
    record = record_of(uploaded(bad, "echo/raise"), parent=bad, partition=1)
    await world.append(record, record_of(uploaded(good), parent=good, partition=1))
    await world.run_until_idle()
    assert [consent for consent, _ in await effects(world.database)] == [str(good)]
    assert await world.waiting() == 0
    (dead,) = await world.records(CONSENT_UPLOADED.dead_letters)
    assert (dead.partition, dead.key, dead.value) == (1, record.key, record.value)
    assert set(record.headers) <= set(dead.headers)
    assert dead.header("dlq.error.code") == "UNCLASSIFIED"
    assert dead.header("dlq.disposition") == "unclassified"
    assert dead.header("dlq.error.class") == "LookupError"
    assert dead.header("__dlq.errors.delivery.count") == "3"
    assert SECRET.encode() not in b"".join(value for _, value in dead.headers)


async def test_records_that_are_no_events_are_dead_letters_that_hold_nobody_up(world: BrokerWorld) -> None:
    consent = uuid4()
    good = record_of(uploaded(consent), parent=consent, partition=2)
    malformed = _malformed(good)
    await world.append(*malformed, good)
    await world.run_until_idle()
    dead = await world.records(CONSENT_UPLOADED.dead_letters)
    assert [(one.key or None, one.value or None) for one in dead] == [
        (one.key or None, one.value or None) for one in malformed
    ]
    codes = [one.header("dlq.error.code") for one in dead]
    assert codes == ["EVENT_MALFORMED"] * 6 + ["EVENT_TYPE_UNKNOWN"]
    assert [found for found, _ in await effects(world.database)] == [str(consent)]
    assert await world.waiting() == 0


async def test_later_events_of_a_consent_park_behind_its_dead_letter_and_replay_in_order(world: BrokerWorld) -> None:
    consent, other = uuid4(), uuid4()
    first = record_of(uploaded(consent, "echo/impossible"), parent=uuid4(), partition=0)
    later = [record_of(uploaded(consent, number=number), parent=uuid4(), partition=0) for number in (1, 2)]
    await world.append(first, *later, record_of(uploaded(other), parent=other, partition=0))
    await world.run_until_idle()
    assert [found for found, _ in await effects(world.database)] == [str(other)]
    codes = [one.header("dlq.error.code") for one in await world.records(CONSENT_UPLOADED.dead_letters)]
    assert codes == ["DOCUMENT_CHANGED", "EARLIER_EVENT_WAITS", "EARLIER_EVENT_WAITS"]
    waiting = await _open(world)
    async with world.database.transaction() as tx:
        await dead_letters.discard(tx, _at(waiting[0]), actor=SYSTEM, why="test", at=utc_now())
        sent = await dead_letters.replay(tx, _at(waiting[1]), actor=SYSTEM, why="test", at=utc_now())
    assert sent.event_ids == tuple(_id(record) for record in later)
    await world.run_until_idle()
    assert [int(sha, 16) for found, sha in await effects(world.database) if found == str(consent)] == [1, 2]
    assert await _open(world) == []


async def test_a_replayed_record_keeps_its_bytes_and_is_handled_by_its_own_group_only(world: BrokerWorld) -> None:
    consent, foreign = uuid4(), uuid4()
    record = record_of(uploaded(consent, "echo/away"), parent=consent, partition=3)
    record = OutgoingRecord(record.topic, 3, record.key, b"{}", record.headers)
    for_another = record_of(uploaded(foreign), parent=foreign)
    headers = (*for_another.headers, (REPLAY_GROUP, b"notifier"))
    await world.append(record, OutgoingRecord(for_another.topic, 3, for_another.key, for_another.value, headers))
    await world.run_until_idle()
    (waiting,) = await _open(world)
    async with world.database.transaction() as tx:
        await dead_letters.replay(tx, _at(waiting), actor=SYSTEM, why="test", at=utc_now())
    await world.run_until_idle()
    again = (await world.records(CONSENT_UPLOADED.name))[-1]
    assert (again.partition, again.key, again.value) == (3, record.key, record.value)
    assert set(record.headers) <= set(again.headers)
    assert (again.header(REPLAY_COUNT), again.header(REPLAY_GROUP)) == ("1", "consent_intake")
    assert (await _open(world))[0].replays == 1  # it failed again, and says how often it was replayed
    assert await effects(world.database) == []


async def test_an_event_whose_dependency_is_away_waits_in_place_and_holds_its_own_partition_only(
    world: BrokerWorld,
) -> None:
    blocked, behind, others = uuid4(), uuid4(), [uuid4() for _ in range(3)]
    (world.home / "away").touch()
    await world.append(
        record_of(uploaded(blocked, "echo/away"), parent=blocked, partition=0),
        record_of(uploaded(behind), parent=behind, partition=0),
        *(record_of(uploaded(other), parent=other, partition=number) for number, other in enumerate(others, 1)),
    )
    await world.run_until_idle()
    assert sorted(found for found, _ in await effects(world.database)) == sorted(map(str, others))
    assert await world.records(CONSENT_UPLOADED.dead_letters) == []
    assert await world.waiting() == 2
    (world.home / "away").unlink()
    await world.run_until_idle()
    assert [found for found, _ in (await effects(world.database))[3:]] == [str(blocked), str(behind)]
    assert await world.waiting() == 0


async def test_a_forged_event_parks_nothing(world: BrokerWorld) -> None:
    consent = uuid4()
    await world.append(
        record_of(uploaded(consent, "echo/forged"), parent=uuid4(), partition=0),
        record_of(uploaded(consent), parent=uuid4(), partition=0),
    )
    await world.run_until_idle()
    assert [found for found, _ in await effects(world.database)] == [str(consent)]
    assert len(await world.records(CONSENT_UPLOADED.dead_letters)) == 1


def _malformed(good: OutgoingRecord) -> list[OutgoingRecord]:
    wrong_type = tuple(
        (name, ConsentReviewNeeded.event_type.encode() if name == "ce_type" else value) for name, value in good.headers
    )
    stranger = str(uuid4()).encode()
    changes: Sequence[tuple[bytes | None, bytes | None, tuple[tuple[str, bytes], ...]]] = [
        (good.key, good.value, ()),
        (good.key, b"\xff not json", good.headers),
        (b"not a uuid \xff", good.value, good.headers),
        (stranger, good.value, good.headers),
        (None, good.value, good.headers),
        (good.key, None, good.headers),
        (good.key, good.value, wrong_type),
    ]
    return [OutgoingRecord(good.topic, good.partition, *change) for change in changes]


def _id(record: Record | OutgoingRecord) -> UUID:
    return EventAttributes.from_headers(list(record.headers)).id


def _answer_id(record: OutgoingRecord) -> UUID:
    return derived_event_id(_id(record), Writer.CONSENT_INTAKE, ConsentReviewNeeded.event_type, 0)


async def _open(world: BrokerWorld) -> Sequence[DeadLetter]:
    async with world.database.reading() as tx:
        rows = await dead_letters.list_open(tx, group="consent_intake")
    assert all(row.state is DeadLetterState.OPEN for row in rows)
    return rows


def _at(row: DeadLetter) -> Coordinates:
    return Coordinates(row.group, row.topic, row.partition, row.offset)
