"""What the broker contract can't show: crashes between two steps, limits, audit, and what operators see."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from schemas.consent_events import ConsentUploaded
from schemas.reason_codes import ReasonCode
from schemas.topics import CONSENT_REVIEW, CONSENT_UPLOADED, Writer
from services.register import audit
from services.register.database import Database
from services.register.tables import AuditEntry, DeadLetter, OutgoingEvent, ProcessedEvent
from services.runtime import dead_letters, processed_events
from services.runtime.clock import utc_now
from services.runtime.dead_letters import Coordinates, DeadLetterUnknown, EarlierOneWaits
from services.runtime.event_processor import EventProcessor, Outcome
from services.runtime.in_memory_broker import InMemoryBroker
from services.runtime.outgoing import queue
from services.runtime.record import Record, header_bytes, header_texts
from services.runtime.relay import OutgoingRelay
from services.runtime.worker_status import WorkerStatus
from tests.support.broker_worlds import record_of
from tests.support.echo_stage import SECRET, answer, create_effects, echo_stage, effects, uploaded
from tests.support.memory_publisher import MemoryPublisher

OPERATOR = audit.Actor("operator:test")


@pytest.fixture
async def register(register_database: Database) -> Database:
    await create_effects(register_database)
    return register_database


@pytest.fixture
def broker(register: Database, tmp_path: Path) -> InMemoryBroker:
    made = InMemoryBroker(register, dead_letter_limit=5)
    made.run_stage(echo_stage(tmp_path))
    return made


@pytest.fixture
def publisher() -> MemoryPublisher:
    return MemoryPublisher()


@pytest.fixture
def processor(register: Database, publisher: MemoryPublisher, tmp_path: Path) -> EventProcessor:
    return _processor(register, publisher, tmp_path)


async def test_a_crash_after_the_commit_and_before_publishing_publishes_on_the_repeat_and_takes_no_second_effect(
    register: Database, publisher: MemoryPublisher, tmp_path: Path
) -> None:
    consent = uuid4()
    record = _record(uploaded(consent))
    publisher.away = True
    assert await _processor(register, publisher, tmp_path).process(record) is Outcome.LEFT
    assert len(await effects(register)) == 1
    publisher.away = False
    assert await _processor(register, publisher, tmp_path).process(record) is Outcome.REPEATED
    assert [sent.topic for sent in publisher.records] == [CONSENT_REVIEW.name]
    assert len(await effects(register)) == 1


async def test_while_the_broker_is_away_publishing_is_tried_again_and_the_event_is_not_handled_again(
    register: Database, publisher: MemoryPublisher, tmp_path: Path
) -> None:
    publisher.refuses = 3
    assert await _processor(register, publisher, tmp_path).process(_record(uploaded(uuid4()))) is Outcome.HANDLED
    assert len(publisher.records) == 1
    assert (tmp_path / "in_hand").read_text().count("\n") == 1


async def test_effects_mark_and_outgoing_events_are_one_transaction(
    register: Database, processor: EventProcessor
) -> None:
    assert await processor.process(_record(uploaded(uuid4(), "echo/impossible"))) is Outcome.DEAD_LETTERED
    async with register.reading() as tx:
        assert await effects(register) == []
        assert (await tx.scalars(select(ProcessedEvent))).all() == []
        topics = [row.topic for row in await tx.scalars(select(OutgoingEvent))]
    assert topics == [CONSENT_UPLOADED.dead_letters]


async def test_a_dead_letter_delivered_again_stays_one_dead_letter(
    processor: EventProcessor, publisher: MemoryPublisher
) -> None:
    record = _record(uploaded(uuid4(), "echo/raise"))
    assert await processor.process(record) is Outcome.DEAD_LETTERED
    assert await processor.process(record) is Outcome.REPEATED
    assert len(publisher.records) == 1


async def test_a_dead_letter_of_a_broker_that_lost_its_data_does_not_hide_the_new_record_in_its_place(
    processor: EventProcessor, publisher: MemoryPublisher
) -> None:
    assert await processor.process(_record(uploaded(uuid4(), "echo/impossible"))) is Outcome.DEAD_LETTERED
    assert await processor.process(_record(uploaded(uuid4()))) is Outcome.HANDLED
    assert await processor.process(_record(uploaded(uuid4(), "echo/impossible"))) is Outcome.DEAD_LETTERED
    assert len(publisher.records) == 3


async def test_when_the_dead_letter_itself_cannot_be_written_the_event_waits_and_is_not_lost(
    sqlite_register: Database, publisher: MemoryPublisher, tmp_path: Path
) -> None:
    await create_effects(sqlite_register)
    async with sqlite_register.transaction() as tx:  # from now on it can be read and not written
        await tx.execute(text("ALTER TABLE dead_letters RENAME TO elsewhere"))
        await tx.execute(text("CREATE VIEW dead_letters AS SELECT * FROM elsewhere"))
    processor = _processor(sqlite_register, publisher, tmp_path)
    assert await processor.process(_record(uploaded(uuid4(), "echo/impossible"))) is Outcome.LEFT


async def test_setting_aside_replaying_and_discarding_are_in_the_audit_log(
    register: Database, broker: InMemoryBroker
) -> None:
    consent, other = uuid4(), uuid4()
    for one in (consent, other):
        broker.append(record_of(uploaded(one, "echo/impossible"), parent=one))
    await broker.run_until_idle()
    async with register.transaction() as tx:
        rows = await dead_letters.list_open(tx)
        by_key = {row.key: Coordinates(row.group, row.topic, row.partition, row.offset) for row in rows}
        await dead_letters.replay(tx, by_key[str(consent)], actor=OPERATOR, why="mended", at=utc_now())
        await dead_letters.discard(tx, by_key[str(other)], actor=OPERATOR, why="a test upload", at=utc_now())
    async with register.reading() as tx:
        entries = (await tx.scalars(select(AuditEntry).order_by(AuditEntry.sequence))).all()
        assert (await audit.verify(tx)).intact
    assert [(entry.act, entry.actor) for entry in entries] == [
        ("event.dead_lettered", "stage:consent_intake"),
        ("event.dead_lettered", "stage:consent_intake"),
        ("event.replayed", "operator:test"),
        ("event.discarded", "operator:test"),
    ]
    assert entries[2].consent_id == consent
    assert entries[2].detail["code"] == ReasonCode.DOCUMENT_CHANGED


async def test_of_a_discarded_dead_letter_no_byte_is_kept(register: Database, broker: InMemoryBroker) -> None:
    kept, given_up = uuid4(), uuid4()
    for one in (kept, given_up):
        broker.append(record_of(uploaded(one, "echo/impossible"), parent=one))
    await broker.run_until_idle()
    async with register.transaction() as tx:
        rows = await dead_letters.list_open(tx)
        where = {row.key: Coordinates(row.group, row.topic, row.partition, row.offset) for row in rows}
        await dead_letters.discard(tx, where[str(given_up)], actor=OPERATOR, why="a stranger's", at=utc_now())
    async with register.reading() as tx:
        stored = [(row.key, row.value, row.headers) for row in await tx.scalars(select(OutgoingEvent))]
    assert (b"", b"", []) in stored
    assert not any(str(given_up).encode() in key + value for key, value, _ in stored)
    assert any(str(kept).encode() in value for _, value, _ in stored)


async def test_a_dry_run_changes_nothing(register: Database, broker: InMemoryBroker) -> None:
    consent = uuid4()
    broker.append(record_of(uploaded(consent, "echo/impossible"), parent=uuid4()))
    broker.append(record_of(uploaded(consent), parent=uuid4()))
    await broker.run_until_idle()
    async with register.transaction() as tx:
        (first, _) = await dead_letters.list_open(tx)
        where = Coordinates(first.group, first.topic, first.partition, first.offset)
        planned = await dead_letters.replay(tx, where, actor=OPERATOR, why="", at=utc_now(), dry_run=True)
    assert len(planned.event_ids) == 2
    await broker.run_until_idle()
    assert await effects(register) == []
    async with register.reading() as tx:
        assert len(await dead_letters.list_open(tx)) == 2


async def test_what_is_parked_cannot_overtake_what_it_is_parked_behind(
    register: Database, broker: InMemoryBroker
) -> None:
    consent = uuid4()
    broker.append(record_of(uploaded(consent, "echo/impossible"), parent=uuid4()))
    broker.append(record_of(uploaded(consent), parent=uuid4()))
    await broker.run_until_idle()
    async with register.transaction() as tx:
        (_, parked) = await dead_letters.list_open(tx)
        where = Coordinates(parked.group, parked.topic, parked.partition, parked.offset)
        with pytest.raises(EarlierOneWaits):
            await dead_letters.replay(tx, where, actor=OPERATOR, why="", at=utc_now())


async def test_a_dead_letter_is_replayed_or_discarded_once(register: Database, broker: InMemoryBroker) -> None:
    broker.append(record_of(uploaded(uuid4(), "echo/impossible"), parent=uuid4()))
    await broker.run_until_idle()
    async with register.transaction() as tx:
        (row,) = await dead_letters.list_open(tx)
        where = Coordinates(row.group, row.topic, row.partition, row.offset)
        await dead_letters.discard(tx, where, actor=OPERATOR, why="", at=utc_now())
        with pytest.raises(DeadLetterUnknown):
            await dead_letters.replay(tx, where, actor=OPERATOR, why="", at=utc_now())


async def test_a_replayed_event_that_was_processed_already_takes_no_second_effect(
    register: Database, processor: EventProcessor
) -> None:
    consent = uuid4()
    first = _record(uploaded(consent), offset=0)
    again = Record(first.topic, 0, 9, first.key, first.value, (*first.headers, ("dlq.replay.count", b"1")))
    assert await processor.process(first) is Outcome.HANDLED
    assert await processor.process(again) is Outcome.REPEATED
    assert len(await effects(register)) == 1


async def test_dead_letters_in_a_row_reach_the_limit_and_one_handled_event_starts_the_count_again(
    processor: EventProcessor,
) -> None:
    for offset in range(4):
        await processor.process(_record(uploaded(uuid4(), "echo/impossible"), offset=offset))
    await processor.process(_record(uploaded(uuid4()), offset=4))
    assert not processor.limit_reached
    for offset in range(5, 10):
        await processor.process(_record(uploaded(uuid4(), "echo/impossible"), offset=offset))
    assert processor.limit_reached


async def test_the_dead_letter_holds_nothing_of_what_the_exception_said(
    register: Database, processor: EventProcessor, publisher: MemoryPublisher
) -> None:
    await processor.process(_record(uploaded(uuid4(), "echo/raise")))
    (dead,) = publisher.records
    added = b" ".join(name.encode() + value for name, value in dead.headers)
    assert SECRET.encode() not in added
    assert len(added) < 2048
    async with register.reading() as tx:
        row = await tx.scalar(select(DeadLetter))
    assert row is not None
    assert SECRET not in str(vars(row))


async def test_marks_of_processed_events_are_forgotten_only_when_asked(register: Database) -> None:
    at = utc_now()
    async with register.transaction() as tx:
        await processed_events.mark(tx, group=Writer.NOTIFIER, event_id=UUID(int=1), at=at)
        assert await processed_events.forget(tx, before=at) == 0
        assert await processed_events.is_processed(tx, group=Writer.NOTIFIER, event_id=UUID(int=1))
        assert not await processed_events.is_processed(tx, group=Writer.CASE_FETCHER, event_id=UUID(int=1))
    with pytest.raises(processed_events.AlreadyProcessed):
        async with register.transaction() as tx:
            await processed_events.mark(tx, group=Writer.NOTIFIER, event_id=UUID(int=1), at=at)


async def test_only_the_writer_of_a_topic_may_queue_events_for_it(register: Database) -> None:
    async with register.transaction() as tx:
        with pytest.raises(ValueError, match="may not write"):
            await queue(tx, writer=Writer.NOTIFIER, parent=uuid4(), events=[answer(uploaded(uuid4()))], at=utc_now())


async def test_the_outbox_is_published_in_order_once_and_only_its_writers_part_of_it(
    register: Database, publisher: MemoryPublisher
) -> None:
    consents = [uuid4() for _ in range(3)]
    async with register.transaction() as tx:
        for consent in consents:
            events = [answer(uploaded(consent)), answer(uploaded(consent))]
            ids = await queue(tx, writer=Writer.CONSENT_INTAKE, parent=consent, events=events, at=utc_now())
            assert len(set(ids)) == 2
        await queue(tx, writer=Writer.PORTAL, parent=uuid4(), events=[uploaded(uuid4())], at=utc_now())
    relay = OutgoingRelay(register, publisher, Writer.CONSENT_INTAKE, utc_now)
    assert await relay.publish_waiting(keys={str(consents[1]).encode()}) == 2
    assert await relay.publish_waiting() == 4
    assert await relay.publish_waiting() == 0
    keys = [consents[1], consents[1], consents[0], consents[0], consents[2], consents[2]]
    assert [record.key for record in publisher.records] == [str(key).encode() for key in keys]


def test_header_bytes_that_are_no_text_survive_the_register() -> None:
    headers = (("a", b"\xff\x00\xfe"), ("b", "ñ".encode()))
    assert header_bytes(header_texts(headers)) == headers


def _processor(database: Database, publisher: MemoryPublisher, home: Path) -> EventProcessor:
    pauses = iter(range(6))

    async def pause(_seconds: float) -> bool:
        return next(pauses, None) is not None

    return EventProcessor(
        echo_stage(home),
        database=database,
        relay=OutgoingRelay(database, publisher, Writer.CONSENT_INTAKE, utc_now),
        status=WorkerStatus("consent_intake", home / "status", utc_now),
        clock=utc_now,
        pause=pause,
        dead_letter_limit=5,
    )


def _record(event: ConsentUploaded, offset: int = 0) -> Record:
    made = record_of(event, parent=uuid4())
    return Record(made.topic, 0, offset, made.key, made.value, made.headers)
