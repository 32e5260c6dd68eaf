"""The agency's case records in any SQL database, read-only."""

import asyncio
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Boolean, Connection, Date, Float, Integer, Numeric, String, create_engine, event, inspect
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.sql import column, select, table
from sqlalchemy.types import TypeEngine

from case_fetcher.adapters.source_mapping import MappingError, SourceMapping
from case_fetcher.rules.agency_case import AgencyCase, PartyOnCase, RecordUnusable
from schemas.case_record import Arrears, CaseFacts, Charge, EnforcementAction, Payment, SupportOrder
from schemas.values import Party
from services.register.database import UtcDateTime
from services.runtime.failures import TemporarilyUnavailable

DEPENDENCY = "case_source"

MONEY = frozenset(
    {"amount", "order_amount", "owed_to_dss", "owed_to_custodial_parent", "permanently_assigned", "retroactive",
     "income_yearly", "collected_this_federal_year"}
)  # fmt: skip

_TYPES: Mapping[str, type[TypeEngine[Any]]] = {
    **dict.fromkeys(("birth_date", "due_on", "received_on", "started_on", "answer_by", "ordered_on"), Date),
    **dict.fromkeys(("court_date", "youngest_child_turns_21_on"), Date),
    **dict.fromkeys(("payable_through_scu", "child_on_cash_assistance", "employer_known", "lost_job"), Boolean),
    **dict.fromkeys(("address_confirmed", "custody_changed", "account_disputed", "incarcerated"), Boolean),
    **dict.fromkeys(("receives_benefits", "child_under_18"), Boolean),
    **dict.fromkeys(("income_change_percent", "cost_of_living_change_percent"), Float),
    "children": Integer,
}

Row = Mapping[str, Any]


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
        except DBAPIError as error:
            raise MappingError("the case records can't be reached; check SNAPSHOT_CASE_SOURCE_URL") from error

    async def find(self, case_identifier: str) -> AgencyCase | None:
        """Return the case, or None.

        Raises:
            TemporarilyUnavailable: the records are away or too slow.
            RecordUnusable: the record breaks its own rules (an unknown code, a date that is none).
        """
        try:
            return await asyncio.wait_for(asyncio.to_thread(self._read, case_identifier), self._timeout)
        except (TimeoutError, SQLAlchemyError) as error:
            raise TemporarilyUnavailable(DEPENDENCY) from error
        except (ValidationError, ValueError):
            raise RecordUnusable from None  # the error's text quotes the record

    def _read(self, case_identifier: str) -> AgencyCase | None:
        with self._engine.connect() as connection:
            rows = {name: self._rows(connection, name, case_identifier) for name in self._mapping.blocks}
        if not rows["case"]:
            return None
        case = rows["case"][0]
        if case["as_of"] is None:
            raise RecordUnusable
        return AgencyCase(
            case_identifier=case["case_identifier"],
            county=case.get("county"),
            as_of=case["as_of"],
            held_for_staff=bool(rows["hold"]),
            parties=tuple(
                PartyOnCase(Party(row["party"]), row["full_name"], row["birth_date"])
                for row in rows["party"]
                if row["full_name"]
                and row["birth_date"]  # who has neither can't be recognised, and consents to nothing
            ),
            order=_order(case),
            arrears=Arrears.model_validate(_pick(case, Arrears.model_fields)),
            charges=tuple(Charge.model_validate(_pick(row, Charge.model_fields)) for row in rows["charge"]),
            payments=tuple(Payment.model_validate(_pick(row, Payment.model_fields)) for row in rows["payment"]),
            enforcement=tuple(
                EnforcementAction.model_validate(_pick(row, EnforcementAction.model_fields))
                for row in rows["enforcement"]
            ),
            facts=CaseFacts.model_validate(_pick(case, CaseFacts.model_fields)),
        )

    def _rows(self, connection: Connection, name: str, case_identifier: str) -> Sequence[Row]:
        block = self._mapping.blocks[name]
        columns = {entry: column(agency_name, self._type_of(entry)) for entry, agency_name in block.columns.items()}
        source = table(block.table, *columns.values())
        query = select(*(found.label(entry) for entry, found in columns.items())).select_from(source)
        query = query.where(columns["case_identifier"] == case_identifier)
        for order in ("due_on", "received_on", "started_on"):
            if order in columns:
                query = query.order_by(columns[order])
        return [self._in_our_words(row) for row in connection.execute(query).mappings()]

    def _type_of(self, entry: str) -> TypeEngine[Any]:
        if entry == "as_of":
            return UtcDateTime()
        if entry in MONEY:
            return Integer() if self._mapping.money == "cents" else Numeric(14, 2)
        return _TYPES.get(entry, String)()

    def _in_our_words(self, row: Mapping[Any, Any]) -> Row:
        words = dict(row)
        for entry, value in words.items():
            if entry in MONEY and isinstance(value, Decimal):
                words[entry] = int(value * 100)
            elif isinstance(value, str):
                words[entry] = self._mapping.codes.get(entry, {}).get(value, value)
        return words


def _order(case: Row) -> SupportOrder:
    return SupportOrder.model_validate(
        {
            "status": case["order_status"],
            "amount": case.get("order_amount"),
            "frequency": case.get("order_frequency"),
            **_pick(case, ("ordered_on", "children", "payable_through_scu", "youngest_child_turns_21_on")),
        }
    )


def _pick(row: Row, names: Sequence[str] | Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in names if name in row}


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
