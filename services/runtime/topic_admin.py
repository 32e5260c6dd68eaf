"""Making the topics, and checking that they exist: a worker that starts before its topics waits for them unseen."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError, TopicAlreadyExistsError

from schemas.topics import DEAD_LETTER_RETENTION, TOPICS, Topic
from services.runtime.broker_address import require_reachable

VISIBLE_SECONDS = 30.0
"""Created topics reach every broker within a second; after this something is wrong."""


class TopicsMissing(Exception):
    """Topics that must exist don't; ``names`` says which."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(sorted(names))
        super().__init__("topics are missing on the broker: " + ", ".join(self.names))


SAFE_COPIES = 3
"""Copies of each record where there are brokers for them: one may be down for work and another may fail."""

SAFE_IN_SYNC = 2
"""Copies that must have a record before it counts as written: with three, one broker may be away (KIP-966)."""


def create_topics(brokers: str, *, replication: int | None = None) -> None:
    """Create every topic of the topic table and its dead-letter topic, and wait until all can be seen.

    Topics that exist are left as they are.

    Args:
        brokers: comma-separated ``host:port``.
        replication: copies of each record; None: as many as the cluster can hold safely, three at most.

    Raises:
        TopicsMissing: the broker accepted them but doesn't show them.
        KafkaError: the broker can't be reached or refuses.
    """
    with _admin(brokers) as admin:
        copies = replication or copies_on(len(admin.describe_cluster()["brokers"]))
        wanted: dict[str, Any] = {}
        for topic in TOPICS:
            wanted[topic.name] = topic_settings(topic, copies, topic.retention)
            wanted[topic.dead_letters] = topic_settings(topic, copies, DEAD_LETTER_RETENTION)
        there = _seen(admin)
        _create(admin, {name: how for name, how in wanted.items() if name not in there})
        _wait_until_visible(admin, set(wanted))


def require_topics(brokers: str, names: Iterable[str]) -> None:
    """Return when all these topics exist.

    Raises:
        TopicsMissing: some don't.
        KafkaError: the broker can't be reached.
    """
    with _admin(brokers) as admin:
        missing = set(names) - set(admin.list_topics())
    if missing:
        raise TopicsMissing(missing)


@contextmanager
def _admin(brokers: str) -> Iterator[Any]:
    require_reachable(brokers)
    admin = KafkaAdminClient(bootstrap_servers=brokers.split(","), client_id="snapshot-topics")
    try:
        yield admin
    finally:
        admin.close()


def copies_on(brokers: int) -> int:
    """Return how many copies of each record a cluster of so many brokers gets."""
    return SAFE_COPIES if brokers >= SAFE_COPIES else 1


def topic_settings(topic: Topic, copies: int, retention: timedelta) -> dict[str, Any]:
    """Return how a topic is made.

    A broker that missed records never becomes the one to read from: rather no record than a lost consent.
    """
    return {
        "num_partitions": topic.partitions,
        "replication_factor": copies,
        "configs": {
            "retention.ms": str(int(retention.total_seconds() * 1000)),
            "cleanup.policy": "delete",
            "min.insync.replicas": str(SAFE_IN_SYNC if copies >= SAFE_COPIES else 1),
            "unclean.leader.election.enable": "false",
        },
    }


def _create(admin: Any, new: dict[str, Any]) -> None:
    if not new:
        return
    try:
        admin.create_topics(new)
    except TopicAlreadyExistsError:
        for name, how in new.items():  # another process was faster with some of them
            with suppress(TopicAlreadyExistsError):
                admin.create_topics({name: how})


def _wait_until_visible(admin: Any, names: set[str]) -> None:
    give_up_at = time.monotonic() + VISIBLE_SECONDS
    while missing := names - _seen(admin):
        if time.monotonic() > give_up_at:
            raise TopicsMissing(missing)
        time.sleep(0.2)


def _seen(admin: Any) -> set[str]:
    try:
        return set(admin.list_topics())
    except KafkaError:
        return set()
