import asyncio
import json
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from services.register.database import Database
from services.register.tables import DeadLetter, OutgoingEvent
from services.runtime.commands import app
from services.runtime.in_memory_broker import InMemoryBroker
from tests.support.broker_worlds import record_of
from tests.support.echo_stage import create_effects, echo_stage, uploaded

CONSENT = UUID(int=3)


@pytest.fixture
def register_url(sqlite_register_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A register with an impossible event of a consent and one parked behind it; no broker answers."""
    monkeypatch.setenv("SNAPSHOT_DATABASE_URL", sqlite_register_url)
    monkeypatch.setenv("SNAPSHOT_KAFKA_BROKERS", "127.0.0.1:1")

    async def fill() -> None:
        database = Database(sqlite_register_url)
        await create_effects(database)
        broker = InMemoryBroker(database)
        broker.run_stage(echo_stage(tmp_path))
        broker.append(record_of(uploaded(CONSENT, "echo/impossible"), parent=uuid4(), partition=0))
        broker.append(record_of(uploaded(CONSENT), parent=uuid4(), partition=0))
        await broker.run_until_idle()
        await database.close()

    asyncio.run(fill())
    return sqlite_register_url


def _rows(url: str) -> list[DeadLetter]:
    async def read() -> list[DeadLetter]:
        database = Database(url)
        async with database.reading() as tx:
            rows = list((await tx.scalars(select(DeadLetter).order_by(DeadLetter.offset))).all())
        await database.close()
        return rows

    return asyncio.run(read())


def _waiting(url: str) -> int:
    async def read() -> int:
        database = Database(url)
        async with database.reading() as tx:
            rows = (await tx.scalars(select(OutgoingEvent).where(OutgoingEvent.published_at.is_(None)))).all()
        await database.close()
        return len(rows)

    return asyncio.run(read())


def test_list_prints_ids_and_codes(register_url: str) -> None:
    assert register_url
    result = CliRunner().invoke(app, ["list", "--json"])
    first, parked = [json.loads(line) for line in result.output.splitlines()]
    assert (first["code"], first["key"]) == ("DOCUMENT_CHANGED", str(CONSENT))
    assert first["where"] == "consent_intake/consent.uploaded/0/0"
    assert parked["disposition"] == "quarantined"
    assert "DOCUMENT_CHANGED" in CliRunner().invoke(app, ["list"]).output


def test_replay_and_discard_need_a_reason(register_url: str) -> None:
    for verb in ("replay", "discard"):
        assert CliRunner().invoke(app, [verb, "consent_intake/consent.uploaded/0/0"]).exit_code != 0
    assert all(row.state == "open" for row in _rows(register_url))


def test_a_dry_run_says_how_many_would_go_and_sends_nothing(register_url: str) -> None:
    where = "consent_intake/consent.uploaded/0/0"
    result = CliRunner().invoke(app, ["replay", where, "--reason", "x", "--dry-run"])
    assert "2 would be sent" in result.output
    assert _waiting(register_url) == 0


def test_replay_while_the_broker_is_away_leaves_it_to_the_worker(register_url: str) -> None:
    result = CliRunner().invoke(app, ["replay", "--stage", "consent_intake", "--reason", "mended"])
    assert "The broker is away" in result.output
    assert [(row.state, row.settled_why) for row in _rows(register_url)] == [("replayed", "mended")] * 2
    assert _waiting(register_url) == 2


def test_discard_gives_up_the_named_one_only(register_url: str) -> None:
    where = "consent_intake/consent.uploaded/0/0"
    assert "discarded" in CliRunner().invoke(app, ["discard", where, "--reason", "a test upload"]).output
    assert [row.state for row in _rows(register_url)] == ["discarded", "open"]
