"""The same world on either broker."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.register.database import Database
from tests.support.broker_worlds import BrokerWorld, KafkaWorld, MemoryWorld
from tests.support.echo_stage import create_effects
from tests.support.kafka_server import kafka_brokers, kafka_server

__all__ = ["kafka_brokers", "kafka_server"]


@pytest.fixture(params=["in memory", pytest.param("kafka", marks=pytest.mark.kafka)])
async def world(request: pytest.FixtureRequest, tmp_path: Path, sqlite_register_url: str) -> AsyncIterator[BrokerWorld]:
    database = Database(sqlite_register_url)
    await create_effects(database)
    made: BrokerWorld
    if request.param == "kafka":
        made = KafkaWorld(request.getfixturevalue("kafka_brokers"), tmp_path, database, sqlite_register_url)
    else:
        made = MemoryWorld(tmp_path, database)
    yield made
    await made.close()
    await database.close()
