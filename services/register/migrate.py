"""Bring a register's tables up to date, from any process and any number of them at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text

MIGRATION_LOCK = 0x5EA1_0001
"""Key of PostgreSQL's advisory lock while migrating; any fixed number nobody else uses."""

WAIT_S = 60
"""How long a process waits, in seconds, while another one migrates the same SQLite file."""


def upgrade(database_url: str, revision: str = "head") -> None:
    """Apply what is missing. Waits while another process does so.

    Args:
        database_url: any SQLAlchemy URL of SQLite or PostgreSQL, as for ``Database``.
        revision: how far; by default to the newest.
    """
    with _locked_connection(database_url) as connection:
        if revision != "head" or current_revision(connection) != newest_revision():
            command.upgrade(_config(connection), revision)


def downgrade(database_url: str, revision: str) -> None:
    """Undo migrations down to a revision; ``base`` drops every table and everything in them."""
    with _locked_connection(database_url) as connection:
        command.downgrade(_config(connection), revision)


def current_revision(connection: Connection) -> str | None:
    """Return the revision a database is at; None when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str | None:
    """Return the newest revision this distribution knows."""
    return ScriptDirectory.from_config(_config(None)).get_current_head()


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("services.register").joinpath("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


@contextmanager
def _locked_connection(database_url: str) -> Iterator[Connection]:
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        if url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        with _connection(_sqlite_engine(url)) as connection:
            yield connection
        return
    engine = create_engine(url.set(drivername="postgresql+psycopg"))
    with _connection(engine) as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        yield connection


@contextmanager
def _connection(engine: Engine) -> Iterator[Connection]:
    """One transaction around everything: a migration that fails leaves nothing half done."""
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(url.set(drivername="sqlite"), connect_args={"timeout": WAIT_S})

    # The driver would end the transaction before each CREATE TABLE; so it is told to leave transactions alone.
    # BEGIN IMMEDIATE takes SQLite's one write lock before the revision is read: others wait their turn here.
    @event.listens_for(engine, "connect")
    def _leave_transactions_alone(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
