"""The database connection: one engine a process, and transactions that take the write lock up front.

On SQLite a transaction begins with BEGIN IMMEDIATE: a deferred one that reads before it writes fails with "database is
locked" instead of waiting. On PostgreSQL rows are locked with SELECT ... FOR UPDATE where it matters.
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import URL, DateTime, Dialect, ExceptionContext, MetaData, String, TypeDecorator, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from typing_extensions import override

Transaction = AsyncSession
"""An open transaction. Whoever opened it commits it; code that is handed one only adds to it."""

_COMPACT = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True, allow_nan=False)
"""How JSON columns are written: as the audit log's hashes cover it, so that a verification need not write it anew."""

BUSY_TIMEOUT_MS = 30_000
"""How long a SQLite writer waits for another; writers hold the lock for milliseconds, so this is for a bad day."""


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC datetimes on every database (SQLite stores no zone). Naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store as UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time must be aware")
        return value.astimezone(UTC)

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Word(TypeDecorator[StrEnum]):
    """A fixed word, stored as text and read back as a member of its enumeration; an unknown word is an error.

    Args:
        words: the enumeration.
        length: width of the column, in characters.
    """

    impl = String
    cache_ok = True

    def __init__(self, words: type[StrEnum], length: int) -> None:
        super().__init__(length)
        self.words = words
        self.length = length

    @override
    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        """Store the word itself."""
        return None if value is None else self.words(value).value

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        """Return the enumeration's member."""
        return None if value is None else self.words(value)


class Base(DeclarativeBase):
    """Declarative root of every table; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def blocking_url(url: str) -> URL:
    """Return a register's URL for those who wait for it without an event loop; the driver is filled in."""
    parsed = make_url(url)
    return parsed.set(drivername="postgresql+psycopg") if parsed.get_backend_name() == "postgresql" else parsed


async def insert_if_absent(tx: Transaction, table: type[Base], values: Mapping[str, object]) -> None:
    """Insert a row unless there is one with its key; two transactions may do so at once: the first one counts."""
    insert = postgresql.insert if tx.get_bind().dialect.name == "postgresql" else sqlite.insert
    await tx.execute(insert(table).values(values).on_conflict_do_nothing())


class Database:
    """An engine and its two kinds of transaction. Safe to share between the tasks of one event loop.

    Args:
        url: any SQLAlchemy URL of SQLite or PostgreSQL; the async driver is filled in
            (``sqlite:///var/register.db``, ``postgresql://user@host/name``).
    """

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        driver = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}.get(parsed.get_backend_name())
        if driver is None:
            raise ValueError("the register runs on sqlite:// or postgresql:// URLs")
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        self.engine: AsyncEngine = create_async_engine(
            parsed.set(drivername=driver),
            pool_pre_ping=not self.is_sqlite,
            json_serializer=_COMPACT.encode,
            hide_parameters=True,  # an error's text reaches logs; what was stored must not
        )
        _keep_rows_out_of_error_texts(self.engine)
        if self.is_sqlite:
            _take_the_write_lock_up_front(self.engine)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open a transaction that commits when the block ends and rolls back when it raises."""
        async with self._sessions() as session, session.begin():
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """Open a read-only view of committed data; it takes no write lock and nothing in it is ever committed."""
        async with self._sessions() as session:
            if self.is_sqlite:
                await session.connection(execution_options={"register_reading": True})
            yield session
            session.expunge_all()  # a rollback would expire the rows; what was read stays readable after the block
            await session.rollback()

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


def _keep_rows_out_of_error_texts(engine: AsyncEngine) -> None:
    """Cut each error's text after its first line: PostgreSQL's second one quotes the row ("Failing row contains")."""

    @event.listens_for(engine.sync_engine, "handle_error")
    def _cut(context: ExceptionContext) -> None:
        for error in (context.original_exception, context.sqlalchemy_exception):
            if error is not None and error.args and isinstance(error.args[0], str):
                error.args = (error.args[0].partition("\n")[0], *error.args[1:])


def _take_the_write_lock_up_front(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}"):
            # allowed: no-sql-by-hand - the words above; a pragma takes no parameter
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        reading = connection.get_execution_options().get("register_reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
