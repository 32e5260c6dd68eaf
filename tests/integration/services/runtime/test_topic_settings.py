"""What a real broker says about the topics that were made."""

import pytest
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from schemas.topics import TOPICS
from services.runtime.topic_admin import create_topics

pytestmark = pytest.mark.kafka


def test_the_broker_keeps_the_settings_that_it_was_given(kafka_brokers: str) -> None:
    create_topics(kafka_brokers)
    admin = KafkaAdminClient(bootstrap_servers=kafka_brokers)
    try:
        names = [name for topic in TOPICS for name in (topic.name, topic.dead_letters)]
        told = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    finally:
        admin.close()
    assert set(told["topic"]) == set(names)
    for name, settings in told["topic"].items():
        assert settings["unclean.leader.election.enable"]["value"] == "false", name
        assert settings["min.insync.replicas"]["value"] == "1", f"{name}: this cluster has one broker"
