"""The agency's case records in any SQL database, read-only."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Boolean, Connection, Date, Float, Integer, Numeric, String, create_engine, event, inspect
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import DBAPIError, InvalidRequestError, SQLAlchemyError
from sqlalchemy.sql import column, select, table
from sqlalchemy.types import TypeEngine

from case_fetcher.adapters.record_rows import DATES, MOMENTS, MONEY, Row, agency_case, in_our_words
from case_fetcher.adapters.source_mapping import MappingError, SourceMapping
from case_fetcher.rules.agency_case import AgencyCase, RecordUnusable
from schemas.values import FULL_SCOPE, ScopeItem
from services.register.database import UtcDateTime
from services.runtime.failures import TemporarilyUnavailable

DEPENDENCY = "case_source"

_TYPES: Mapping[str, type[TypeEngine[Any]]] = {
    **dict.fromkeys(DATES, Date),
    **dict.fromkeys(("payable_through_scu", "child_on_cash_assistance", "employer_known", "lost_job"), Boolean),
    **dict.fromkeys(("address_confirmed", "custody_changed", "account_disputed", "incarcerated"), Boolean),
    **dict.fromkeys(("receives_benefits", "child_under_18"), Boolean),
    **dict.fromkeys(("income_change_percent", "cost_of_living_change_percent"), Float),
    "children": Integer,
}


class SqlCaseSource:
    """Reads one case at a time through a mapping, in a thread, with a limit on the wait.

    Args:
        url: SQLAlchemy URL; give it an account that can only read (SQLite files are opened read-only).
        mapping: which table and column holds what.
        timeout_seconds: longest wait for one read.
    """

    def __init__(self, url: str, mapping: SourceMapping, *, timeout_seconds: float) -> None:
        self._mapping = mapping
        self._timeout = timeout_seconds
        self._engine = _read_only_engine(url)

    def check(self) -> None:
        """Compare the mapping with the database.

        Raises:
            MappingError: the database is away, or lacks a table or column; names the entry.
        """
        try:
            found = inspect(self._engine)
            for name, block in self._mapping.blocks.items():
                if not found.has_table(block.table):
                    raise MappingError(f"[{name}] the case records have no table {block.table}")
                columns = {entry["name"] for entry in found.get_columns(block.table)}
                for entry, agency_name in block.columns.items():
                    if agency_name not in columns:
                        raise MappingError(f"[{name}] {entry}: table {block.table} has no column {agency_name}")
                self._try_to_read(name)
        except DBAPIError as error:
            raise MappingError("the case records can't be reached; check SNAPSHOT_CASE_SOURCE_URL") from error

    def _try_to_read(self, name: str) -> None:
        """Ask for a case that nobody has: a column of a type that can't be read shows before the first parent's."""
        with self._engine.connect() as connection:
            try:
                self._rows(connection, name, "", FULL_SCOPE)
            except InvalidRequestError as error:
                table = self._mapping.blocks[name].table
                raise MappingError(f"[{name}] table {table} keeps a number as another type") from error

    async def close(self) -> None:
        """Close the connections."""
        await asyncio.to_thread(self._engine.dispose)

    async def find(self, case_identifier: str, scope: Collection[ScopeItem]) -> AgencyCase | None:
        """Return what the scope opens of the case, or None; no other column is selected.

        Raises:
            TemporarilyUnavailable: the records are away or too slow.
            RecordUnusable: the record breaks its own rules (an unknown code, a date that is none).
        """
        try:
            return await asyncio.wait_for(asyncio.to_thread(self._read, case_identifier, scope), self._timeout)
        except (TimeoutError, SQLAlchemyError) as error:
            raise TemporarilyUnavailable(DEPENDENCY) from error
        except (ValueError, TypeError):
            raise RecordUnusable from None  # the error's text quotes the record

    def _read(self, case_identifier: str, scope: Collection[ScopeItem]) -> AgencyCase | None:
        with self._engine.connect() as connection:
            names = self._mapping.blocks
            return agency_case({name: self._rows(connection, name, case_identifier, scope) for name in names})

    def _rows(
        self, connection: Connection, name: str, case_identifier: str, scope: Collection[ScopeItem]
    ) -> Sequence[Row]:
        block = self._mapping.blocks[name]
        opened = block.opened(name, scope)
        if not opened:
            return ()
        columns = {entry: column(agency_name, self._type_of(entry)) for entry, agency_name in opened.items()}
        source = table(block.table, *columns.values())
        query = select(*(found.label(entry) for entry, found in columns.items())).select_from(source)
        query = query.where(columns["case_identifier"] == case_identifier)
        for order in ("due_on", "received_on", "started_on"):
            if order in columns:
                query = query.order_by(columns[order])
        money, codes = self._mapping.money, self._mapping.codes
        return [in_our_words(dict(row), money=money, codes=codes) for row in connection.execute(query).mappings()]

    def _type_of(self, entry: str) -> TypeEngine[Any]:
        if entry in MOMENTS:
            return UtcDateTime()
        if entry in MONEY:
            return Integer() if self._mapping.money == "cents" else Numeric(14, 4)  # a part of a cent must show
        return _TYPES.get(entry, String)()


def _read_only_engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        parsed = parsed.set(database=f"file:{parsed.database}", query={"mode": "ro", "uri": "true"})
        return create_engine(parsed)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    engine = create_engine(parsed, pool_pre_ping=True)

    @event.listens_for(engine, "begin")
    def _refuse_writes(connection: Connection) -> None:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")

    return engine
