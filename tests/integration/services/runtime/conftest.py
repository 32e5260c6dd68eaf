"""A real broker and the echo stage as a process of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.register.database import Database
from tests.support.broker_worlds import KafkaWorld
from tests.support.echo_stage import create_effects
from tests.support.kafka_server import kafka_brokers, kafka_server

__all__ = ["kafka_brokers", "kafka_server"]


@pytest.fixture
async def world(kafka_brokers: str, tmp_path: Path, sqlite_register_url: str) -> AsyncIterator[KafkaWorld]:
    database = Database(sqlite_register_url)
    await create_effects(database)
    made = KafkaWorld(kafka_brokers, tmp_path, database, sqlite_register_url)
    yield made
    await made.close()
    await database.close()
