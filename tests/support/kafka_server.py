"""A real Kafka node for the tests that need one; started once a session, with the jars of ``var/kafka/lib``."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.cli.kafka_jars import jar_folder
from services.cli.local_kafka import LocalKafka
from services.runtime.topic_admin import create_topics

HOME = Path(__file__).resolve().parents[2] / "var"


@pytest.fixture(scope="session")
def kafka_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalKafka]:
    """A started node; tests that stop or kill it start their own instead."""
    with LocalKafka(tmp_path_factory.mktemp("kafka") / "node", jars=jar_folder(HOME)) as server:
        yield server


@pytest.fixture(scope="session")
def kafka_brokers(kafka_server: LocalKafka) -> str:
    """``host:port`` of a node that has every topic."""
    create_topics(kafka_server.brokers)
    return kafka_server.brokers
