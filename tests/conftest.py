"""Fixtures that more than one room's tests use."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from services.register import migrate
from services.register.database import Database
from tests.support.postgres_server import PostgresServer, running_postgres


def pytest_configure() -> None:
    """No property has a deadline: on a busy machine a slow example is no failure. No library reports its use."""
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    settings.register_profile("snapshot", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("snapshot")


@pytest.fixture(scope="session")
def migrated_sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register file with its tables, to copy from."""
    path = tmp_path_factory.mktemp("register") / "template.db"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A private PostgreSQL server; a test that needs it fails when PostgreSQL is not installed."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """A database with the register's tables, to copy from."""
    name = postgres_server.create_database()
    migrate.upgrade(postgres_server.url_of(name))
    return name


@pytest.fixture
def sqlite_register_url(migrated_sqlite_file: Path, tmp_path: Path) -> str:
    """URL of a fresh, migrated register on SQLite."""
    path = tmp_path / "register.db"
    shutil.copy(migrated_sqlite_file, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_register_url(postgres_server: PostgresServer, postgres_template: str) -> Iterator[str]:
    """URL of a fresh, migrated register on PostgreSQL."""
    name = postgres_server.create_database(postgres_template)
    yield postgres_server.url_of(name)
    postgres_server.drop_database(name)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def register_url(request: pytest.FixtureRequest) -> str:
    """URL of a fresh, migrated register; the test runs once on each database."""
    name = "sqlite_register_url" if request.param == "sqlite" else "postgres_register_url"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture
async def register_database(register_url: str) -> AsyncIterator[Database]:
    """A fresh, migrated register; the test runs once on each database."""
    database = Database(register_url)
    yield database
    await database.close()


@pytest.fixture
async def sqlite_register(sqlite_register_url: str) -> AsyncIterator[Database]:
    """A fresh, migrated register on SQLite only, for tests to which the database makes no difference."""
    database = Database(sqlite_register_url)
    yield database
    await database.close()
