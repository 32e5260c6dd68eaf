"""How the topics are made and written to: a record that counts as written outlives the loss of a broker."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest

from schemas.topics import TOPICS
from services.runtime.topic_admin import copies_on, topic_settings

ROOT = Path(__file__).parents[4]


@pytest.mark.parametrize(("brokers", "copies", "in_sync"), [(1, 1, "1"), (2, 1, "1"), (3, 3, "2"), (5, 3, "2")])
def test_three_brokers_keep_three_copies_of_which_two_must_have_a_record(
    brokers: int, copies: int, in_sync: str
) -> None:
    for topic in TOPICS:
        made = topic_settings(topic, copies_on(brokers), timedelta(days=1))
        assert made["replication_factor"] == copies
        assert made["configs"]["min.insync.replicas"] == in_sync


def test_a_broker_that_missed_records_is_never_read_from() -> None:
    for topic in TOPICS:
        for copies in (1, 3):
            made = topic_settings(topic, copies, topic.retention)
            assert made["configs"]["unclean.leader.election.enable"] == "false"


def test_every_producer_waits_for_all_copies_and_is_idempotent() -> None:
    made = _calls_of("KafkaProducer")
    assert len(made) == 1, "one place makes producers"
    told = {
        given.arg: ast.literal_eval(given.value) for given in made[0].keywords if isinstance(given.value, ast.Constant)
    }
    assert (told["acks"], told["enable_idempotence"], told["allow_auto_create_topics"]) == ("all", True, False)


def test_no_kafka_transaction_is_relied_on() -> None:
    words = {"transactional_id", "init_transactions", "exactly_once"}
    for place, tree in _sources():
        found = {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword)}
        found |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        found |= {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        assert not words & found, place


def test_brokers_make_no_topic_by_themselves() -> None:
    """A topic that a mistyped name made would have one copy, and nobody would read it."""
    assert 'KAFKA_AUTO_CREATE_TOPICS_ENABLE: "false"' in (ROOT / "deploy" / "compose.yaml").read_text("utf-8")
    assert "auto.create.topics.enable=false" in (ROOT / "services" / "cli" / "local_kafka.py").read_text("utf-8")


def _sources() -> list[tuple[str, ast.AST]]:
    rooms = ("services", "consent_intake", "case_fetcher", "snapshot_renderer", "notifier")
    files = (file for room in rooms for file in sorted((ROOT / room).rglob("*.py")))
    return [(str(file), ast.parse(file.read_text(encoding="utf-8"))) for file in files]


def _calls_of(name: str) -> list[ast.Call]:
    nodes = (node for _, tree in _sources() for node in ast.walk(tree))
    return [node for node in nodes if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name]
