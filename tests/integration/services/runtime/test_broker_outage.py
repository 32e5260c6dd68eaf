"""A broker of its own, which the test may stop."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from schemas.topics import CONSENT_REVIEW
from services.cli.kafka_jars import jar_folder
from services.cli.local_kafka import LocalKafka
from services.cli.ports import free_port
from services.register.database import Database
from services.runtime.topic_admin import TopicsMissing, create_topics, require_topics
from tests.support.broker_worlds import KafkaWorld, Worker, record_of
from tests.support.echo_stage import create_effects, effects, uploaded
from tests.support.kafka_server import HOME

pytestmark = pytest.mark.kafka


@pytest.fixture
async def register(sqlite_register_url: str) -> AsyncIterator[Database]:
    database = Database(sqlite_register_url)
    await create_effects(database)
    yield database
    await database.close()


async def test_a_worker_refuses_to_start_without_its_topics_and_outlives_a_broker_that_dies(
    tmp_path: Path, register: Database, sqlite_register_url: str
) -> None:
    server = LocalKafka(tmp_path / "node", jars=jar_folder(HOME), port=free_port())
    server.start()
    try:
        refused = Worker(server.brokers, tmp_path, sqlite_register_url)
        assert await asyncio.to_thread(refused.process.wait, 120) == 3
        assert '"consent.uploaded"' in refused.log.read_text()
        with pytest.raises(TopicsMissing):
            require_topics(server.brokers, ["consent.uploaded"])
        create_topics(server.brokers)
        create_topics(server.brokers)  # safe to repeat
        await _events_go_through_a_restart(server, tmp_path, register, sqlite_register_url)
    finally:
        server.stop()


async def _events_go_through_a_restart(server: LocalKafka, home: Path, register: Database, database_url: str) -> None:
    world = KafkaWorld(server.brokers, home, register, database_url)
    before, after = uuid4(), uuid4()
    await world.append(record_of(uploaded(before), parent=before))
    worker = world.start_worker()
    await world.until(lambda: world.lag() == 0, "the first event is done with")
    await world.close_clients()  # the test's own; kafka-python leaves sockets open when its broker dies
    server.kill()
    server.start()
    world = KafkaWorld(server.brokers, home, register, database_url, rewind=False, workers=[worker])
    await world.append(record_of(uploaded(after), parent=after))
    await world.until(lambda: world.lag() == 0, "the second event is done with")
    assert worker.process.poll() is None
    assert worker.terminate() == 0
    assert [consent for consent, _ in await effects(register)] == [str(before), str(after)]
    # A broker that dies between storing a record and saying so gets it again: the same event under the same id, which
    # every reader's inbox recognises.
    told = [record for record in await world.records(CONSENT_REVIEW.name) if record.key == str(after).encode()]
    assert len({record.header("ce_id") for record in told}) == 1
    await world.close()
