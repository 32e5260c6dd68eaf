import asyncio
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import column, create_engine, insert, inspect, make_url, select, table

from services.register import migrate
from services.register.tables import AuditEntry, IdempotencyKey
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


def test_what_told_repeated_uploads_in_the_senders_own_words_is_forgotten(empty_url: str) -> None:
    migrate.upgrade(empty_url, "0009")
    engine = create_engine(_sync(empty_url))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":  # the rows that it points to don't matter
            connection.exec_driver_sql("SET session_replication_role = replica")
        row = {"organization_id": uuid4(), "key": "walk-in", "request_sha256": "0" * 64, "consent_id": uuid4()}
        connection.execute(insert(IdempotencyKey).values(**row, created_at=datetime(2026, 11, 22, tzinfo=UTC)))
    migrate.upgrade(empty_url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM idempotency_keys").scalar() == 0
    engine.dispose()


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


def test_a_register_of_the_first_tables_comes_up_with_everything_in_it(empty_url: str) -> None:
    migrate.upgrade(empty_url, "0001")
    assert "printed_forms" not in _tables(empty_url)
    engine = create_engine(_sync(empty_url))
    organizations = AuditEntry.metadata.tables["organizations"]
    row = {
        "id": uuid4(),
        "name": "Bronx Fathers Forward",
        "form_code": "BFF",
        "status": "active",
        "contact_email": "desk@families.example",
        "language": "en",
        "requested_at": datetime(2026, 11, 1, tzinfo=UTC),
    }
    with engine.begin() as connection:
        connection.execute(organizations.insert().values(row))
    migrate.upgrade(empty_url)
    with engine.connect() as connection:
        assert connection.execute(select(organizations.c.name)).scalar_one() == "Bronx Fathers Forward"
        assert connection.execute(select(AuditEntry.metadata.tables["printed_forms"])).all() == []
    engine.dispose()


def test_who_is_signed_in_stays_so_over_the_upgrade_and_gets_a_name_of_its_own(empty_url: str) -> None:
    migrate.upgrade(empty_url, "0010")
    engine = create_engine(_sync(empty_url))
    at = datetime(2026, 11, 22, tzinfo=UTC)
    before = table("sign_ins", *(column(name) for name in ("token_sha256", "person_id", "created_at", "last_seen_at")))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":  # the person that it points to doesn't matter
            connection.exec_driver_sql("SET session_replication_role = replica")
        for token in ("a" * 64, "b" * 64):
            person = uuid4() if engine.dialect.name == "postgresql" else uuid4().hex
            row = {"token_sha256": token, "person_id": person, "created_at": at, "last_seen_at": at}
            connection.execute(insert(before).values(row))
    migrate.upgrade(empty_url)
    with engine.connect() as connection:
        ids = connection.execute(select(AuditEntry.metadata.tables["sign_ins"].c.id)).scalars().all()
    assert len(set(ids)) == 2
    assert None not in ids
    engine.dispose()
