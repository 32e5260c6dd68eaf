"""Everything that a run of the line leaves behind, place by place."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import httpx
from kafka import KafkaConsumer, TopicPartition

from tests.support.canaries import Place
from tests.support.running_line import RunningLine


def remains(line: RunningLine) -> Iterator[Place]:
    """Yield logs, every file below home, register columns, records, metrics and status pages, and the mail."""
    yield from _files(line.home)
    yield from _columns(line.home / "register.db")
    yield from _records(line.addresses.brokers)
    yield from _metrics(line)
    yield from _mail(line.home / "mail")


def _files(home: Path) -> Iterator[Place]:
    for file in sorted(home.rglob("*")):
        name = file.relative_to(home).as_posix()
        yield Place("name of a file", name.encode())
        if file.is_file() and not file.is_symlink():
            try:
                yield Place(f"file/{name}", file.read_bytes())
            except FileNotFoundError:
                continue  # a status file that its worker has just replaced


def broker_log(node: Path) -> Iterator[Place]:
    """Yield the files in which a broker keeps its records, those of topics that are being deleted too.

    The product sends records uncompressed, so they lie there as they were sent.
    """
    for file in sorted(node.rglob("*.log")):
        try:
            yield Place(f"broker/{file.relative_to(node).as_posix()}", file.read_bytes())
        except FileNotFoundError:
            continue  # a segment that the broker has just deleted


def _columns(register: Path) -> Iterator[Place]:
    with closing(sqlite3.connect(f"file:{register}?mode=ro", uri=True)) as connection:
        tables = [row[0] for row in connection.execute("select name from sqlite_master where type = 'table'")]
        for table in tables:
            columns = [row[1] for row in connection.execute(f"pragma table_info({table})")]
            for column in columns:
                values = connection.execute(f'select "{column}" from "{table}"').fetchall()  # noqa: S608
                yield Place(f"register/{table}.{column}", b"\n".join(_bytes(value) for (value,) in values))


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _records(brokers: str) -> Iterator[Place]:
    consumer = KafkaConsumer(bootstrap_servers=brokers, enable_auto_commit=False)
    parts = [
        TopicPartition(topic, number) for topic in consumer.topics() for number in consumer.partitions_for_topic(topic)
    ]
    consumer.assign(parts)
    ends = consumer.end_offsets(parts)
    consumer.seek_to_beginning(*parts)
    while any(consumer.position(part) < ends[part] for part in parts):
        for part, records in consumer.poll(timeout_ms=1000).items():
            for record in records:
                yield Place(f"topic/{part.topic}/key", record.key or b"")
                yield Place(f"topic/{part.topic}/value", record.value or b"")
                headers = b"\n".join(name.encode() + b"=" + (value or b"") for name, value in record.headers)
                yield Place(f"topic/{part.topic}/headers", headers)
    consumer.close()


def _metrics(line: RunningLine) -> Iterator[Place]:
    pages = (
        *((line.addresses.monitor_url, path) for path in ("/metrics", "/", "/lag.json", "/healthz")),
        *((line.addresses.portal_url, path) for path in ("/healthz", "/readyz", "/problems", "/api/v1/openapi.json")),
    )
    for address, path in pages:
        yield Place(f"page{path}", httpx.get(address + path, trust_env=False).content)


def _mail(folder: Path) -> Iterator[Place]:
    for file in sorted(folder.glob("*.eml")):
        message: Any = message_from_bytes(file.read_bytes(), policy=policy.default)
        for name, value in message.items():
            yield Place(f"mail/header {name}", str(value).encode())
        for part in message.walk():
            if part.get_content_maintype() == "text":
                yield Place(f"mail/{part.get_content_subtype()}", str(part.get_content()).encode())
