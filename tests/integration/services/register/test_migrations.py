import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, make_url

from services.register import migrate
from services.register.tables import AuditEntry
from tests.support.postgres_server import PostgresServer


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'folder with 100% odd name' / 'register.db'}"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.url_of(server.create_database())


def _sync(url: str) -> str:
    drivername = "sqlite" if url.startswith("sqlite") else "postgresql+psycopg"
    return make_url(url).set(drivername=drivername).render_as_string(hide_password=False)


def _tables(url: str) -> set[str]:
    engine = create_engine(_sync(url))
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_migrating_an_empty_database_makes_exactly_the_declared_tables(empty_url: str) -> None:
    migrate.upgrade(empty_url)
    engine = create_engine(_sync(empty_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, AuditEntry.metadata) == []
        assert migrate.current_revision(connection) == migrate.newest_revision()
    engine.dispose()


def test_migrating_twice_changes_nothing(empty_url: str) -> None:
    migrate.upgrade(empty_url)
    before = _tables(empty_url)
    migrate.upgrade(empty_url)
    assert _tables(empty_url) == before


def test_downgrading_to_base_removes_every_table_and_upgrading_brings_them_back(empty_url: str) -> None:
    migrate.upgrade(empty_url)
    full = _tables(empty_url)
    migrate.downgrade(empty_url, "base")
    assert _tables(empty_url) == {"alembic_version"}
    migrate.upgrade(empty_url)
    assert _tables(empty_url) == full


async def test_many_processes_may_migrate_at_once(empty_url: str) -> None:
    await asyncio.gather(*(asyncio.to_thread(migrate.upgrade, empty_url) for _ in range(5)))
    assert set(AuditEntry.metadata.tables) <= _tables(empty_url)
