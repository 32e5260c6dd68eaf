"""Case records as rows in the product's words, and how each kind of agency keeps them: SQL, an HTTP interface, files.

Every keeper also keeps what the product must never ask for: where a payment came from, an address, an employer.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Protocol

from sqlalchemy import Boolean, Column, Date, DateTime, Float, Integer, MetaData, Numeric, String, Table, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.types import TypeEngine

from case_fetcher.adapters.extract_case_source import ExtractCaseSource
from case_fetcher.adapters.http_case_source import CaseApi, HttpCaseSource
from case_fetcher.adapters.record_rows import DATES, MOMENTS, MONEY
from case_fetcher.adapters.source_mapping import OPTIONAL, REQUIRED, SourceMapping, read_mapping
from case_fetcher.adapters.sql_case_source import SqlCaseSource
from case_fetcher.practice.extract_writer import write_extract
from case_fetcher.stage import CaseSource
from schemas.case_record import CaseFacts
from tests.support.case_api_server import CLIENT_ID, CLIENT_SECRET, CaseApiServer, case_api_server

AS_OF = datetime(2026, 11, 22, 5, tzinfo=UTC)
CANARY = "CANARY-7Q"
FORBIDDEN = {"case": "employer_name", "party": "home_address", "payment": "source"}
"""A column of the agency's that no mapping can name, by block."""

Record = dict[str, list[dict[str, Any]]]
Money = Literal["cents", "dollars"]


def a_record(case_identifier: str = "AB12345C1", **case: Any) -> Record:
    """Return one case's rows: amounts in cents, days as dates, codes as ours; ``case`` changes the case row."""
    key = {"case_identifier": case_identifier}
    return {
        "case": [{**key, "as_of": AS_OF, "order_status": "active", "order_amount": 41_200, "order_frequency": "monthly",
                  "owed_to_dss": 421_000, "owed_to_custodial_parent": 242_429, "permanently_assigned": 300_000,
                  "ordered_on": date(2022, 9, 10), "employer_known": True, "child_under_18": False, **case}],
        "party": [
            {**key, "party": "noncustodial", "full_name": "Marcus Rivera", "birth_date": date(1987, 4, 12)},
            {**key, "party": "custodial", "full_name": "Elena Núñez, “Ela”", "birth_date": date(1990, 9, 30)},
        ],
        "charge": [{**key, "due_on": date(2026, 11, 1), "amount": 41_200},
                   {**key, "due_on": date(2026, 10, 1), "amount": 41_200}],
        "payment": [{**key, "received_on": date(2026, 11, 5), "amount": 41_207},
                    {**key, "received_on": date(2026, 10, 5), "amount": -29}],
        "enforcement": [{**key, "code": "DL_NOTICE", "status": "notice_sent", "started_on": date(2026, 11, 2),
                         "answer_by": date(2026, 12, 17)}],
        "hold": [],
    }  # fmt: skip


YES_OR_NO = (
    "payable_through_scu", "child_on_cash_assistance", "employer_known", "address_confirmed", "custody_changed",
    "account_disputed", "lost_job", "incarcerated", "receives_benefits", "child_under_18",
)  # fmt: skip


def a_full_record(case_identifier: str = "AB12345C1") -> Record:
    """Return a case whose every column is filled, so that nothing can be missing for want of a value."""
    day = date(2026, 1, 2)
    return a_record(
        case_identifier, payments_as_of=AS_OF, enforcement_as_of=AS_OF, county="Bronx", case_type="FORMER_CA",
        children=2, youngest_child_turns_21_on=date(2035, 5, 9), retroactive=1, opening_balance=622_207,
        opening_on=day, payment_method="CHECK", court_date=date(2027, 1, 2), income_yearly=3_000_000,
        income_change_percent=-5.0, cost_of_living_change_percent=3.0, collected_this_federal_year=4_000,
        **dict.fromkeys(YES_OR_NO, True),
    )  # fmt: skip


class Keeper(Protocol):
    """Keeps records the way one kind of agency does."""

    async def keep(self, records: Sequence[Record], *, money: Money = "cents") -> CaseSource:
        """Keep these records and return the source that reads them."""

    async def go_away(self) -> None:
        """Make the records unreachable."""

    async def close(self) -> None:
        """Clean up."""


def _columns(block: str) -> tuple[str, ...]:
    return (*REQUIRED[block], *OPTIONAL.get(block, ()))


def foreign_mapping(folder: Path, money: Money) -> SourceMapping:
    """Return a mapping whose tables, columns and codes are named as nowhere in the product."""
    lines = [f'money = "{money}"']
    for block in REQUIRED:
        lines += [f"[{block}]", f'table = "T_{block}"', *(f'{name} = "C {name}"' for name in _columns(block))]
    lines += ["[codes.party]", 'NCP = "noncustodial"', 'CP = "custodial"', "[codes.order_status]", 'A = "active"']
    path = folder / "mapping.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return read_mapping(path)


AGENCY_CODES = {"noncustodial": "NCP", "custodial": "CP", "active": "A"}


def _in_dollars(amount: Any) -> Any:
    return None if amount is None else Decimal(amount) / 100


def _agency_rows(records: Sequence[Record], block: str, money: Money) -> list[dict[str, Any]]:
    """Return rows with the agency's column names, codes and money, and a canary where one belongs."""
    rows = []
    for record in records:
        for row in record[block]:
            kept: dict[str, Any] = {f"C {name}": None for name in _columns(block)}
            for name, value in row.items():
                if name == FORBIDDEN.get(block):
                    continue
                inside = _in_dollars(value) if name in MONEY and money == "dollars" else value
                kept[f"C {name}"] = AGENCY_CODES.get(inside, inside) if isinstance(inside, str) else inside
            if block in FORBIDDEN:
                kept[FORBIDDEN[block]] = row.get(FORBIDDEN[block], CANARY)
            rows.append(kept)
    return rows


class SqlKeeper:
    """A database; on PostgreSQL amounts are NUMERIC, in cents too."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._folder = folder
        self._sqlite = make_url(url).get_backend_name() == "sqlite"
        self._metadata = MetaData()
        self._source: SqlCaseSource | None = None
        self._driver = make_url(url).set(drivername="sqlite" if self._sqlite else "postgresql+psycopg")

    async def keep(self, records: Sequence[Record], *, money: Money = "cents") -> CaseSource:
        engine = create_engine(self._driver)
        tables = {block: self._table(block, money) for block in REQUIRED}
        with engine.begin() as connection:
            self._metadata.create_all(connection)
            for block, table in tables.items():
                if rows := _agency_rows(records, block, money):
                    connection.execute(table.insert(), [self._storable(row) for row in rows])
        engine.dispose()
        source = SqlCaseSource(self._url, foreign_mapping(self._folder, money), timeout_seconds=10)
        source.check()
        self._source = source
        return source

    def _table(self, block: str, money: Money) -> Table:
        columns = [Column(f"C {name}", self._type(name, money)) for name in _columns(block)]
        return Table(f"T_{block}", self._metadata, *columns, Column(FORBIDDEN.get(block, "other"), String))

    def _type(self, name: str, money: Money) -> TypeEngine[Any]:
        if name in MONEY:
            exact: TypeEngine[Any] = Numeric(14, 0) if money == "cents" else Numeric(14, 4)
            loose: TypeEngine[Any] = Integer() if money == "cents" else Float()
            return loose if self._sqlite else exact
        if name in MOMENTS:
            return DateTime(timezone=True)
        if name in DATES:
            return Date()
        if name.endswith("_percent"):
            return Float()
        return Boolean() if name in YES_OR_NO else Integer() if name == "children" else String()

    def _storable(self, row: Mapping[str, Any]) -> dict[str, Any]:
        loose = {name: float(value) if isinstance(value, Decimal) else value for name, value in row.items()}
        return loose if self._sqlite else dict(row)

    async def go_away(self) -> None:
        engine = create_engine(self._driver)
        with engine.begin() as connection:
            self._metadata.drop_all(connection)
        engine.dispose()

    async def close(self) -> None:
        if self._source is not None:
            await self._source.close()


class ExtractKeeper:
    """A folder of files."""

    def __init__(self, folder: Path, kind: Literal["csv", "parquet"]) -> None:
        self.folder = folder / "extract"
        self._beside = folder
        self._kind = kind
        self._source: ExtractCaseSource | None = None

    async def keep(self, records: Sequence[Record], *, money: Money = "cents") -> CaseSource:
        self.write(records, money=money)
        source = ExtractCaseSource(self.folder, foreign_mapping(self._beside, money), timeout_seconds=10)
        source.check()
        self._source = source
        return source

    def write(self, records: Sequence[Record], *, money: Money = "cents", as_of: datetime = AS_OF) -> None:
        tables = {}
        for block in REQUIRED:
            columns = [f"C {name}" for name in _columns(block)] + [FORBIDDEN.get(block, "other")]
            tables[f"T_{block}"] = (columns, _agency_rows(records, block, money))
        write_extract(self.folder, tables, as_of=as_of, kind=self._kind)

    async def go_away(self) -> None:
        for path in self.folder.iterdir():
            path.unlink()

    async def close(self) -> None:
        if self._source is not None:
            await self._source.close()


class ApiKeeper:
    """A case API."""

    def __init__(self) -> None:
        self._running: AbstractAsyncContextManager[CaseApiServer] | None = None
        self._source: HttpCaseSource | None = None

    async def keep(self, records: Sequence[Record], *, money: Money = "cents") -> CaseSource:
        self._running = case_api_server()
        server = await self._running.__aenter__()
        server.cases = {str(record["case"][0]["case_identifier"]): _answer(record, money) for record in records}
        api = CaseApi(url=server.url, token_url=server.token_url, client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
        self._source = HttpCaseSource(api, timeout_seconds=10)
        return self._source

    async def go_away(self) -> None:
        if self._running is not None:
            await self._running.__aexit__(None, None, None)
            self._running = None

    async def close(self) -> None:
        if self._source is not None:
            await self._source.close()
        await self.go_away()


def _told(name: str, value: Any, money: Money) -> Any:
    if name in MONEY and value is not None:
        return (
            str(_in_dollars(value).quantize(Decimal("0.01")) if value == int(value) else _in_dollars(value))
            if (money == "dollars")
            else value
        )
    return value.isoformat() if isinstance(value, date) else value


def _answer(record: Record, money: Money) -> dict[str, Any]:
    def block(name: str) -> list[dict[str, Any]]:
        extra = {FORBIDDEN[name]: CANARY} if name in FORBIDDEN else {}
        return [{**extra, **{key: _told(key, value, money) for key, value in row.items()}} for row in record[name]]

    case = block("case")[0]
    order = {"status": "order_status", "amount": "order_amount", "frequency": "order_frequency"}
    dated = ("ordered_on", "children", "payable_through_scu", "youngest_child_turns_21_on")
    owed = (
        "owed_to_dss",
        "owed_to_custodial_parent",
        "permanently_assigned",
        "retroactive",
        "opening_balance",
        "opening_on",
    )
    return {
        **{
            key: case.get(key)
            for key in ("case_identifier", "as_of", "county", "employer_name", "payments_as_of", "enforcement_as_of")
        },
        "money": money,
        "held_for_staff": bool(record["hold"]),
        "parties": block("party"),
        "order": {**{ours: case.get(theirs) for ours, theirs in order.items()}, **{k: case.get(k) for k in dated}},
        "arrears": {key: case.get(key) for key in owed},
        "charges": block("charge"),
        "payments": block("payment"),
        "enforcement": block("enforcement"),
        "facts": {key: case[key] for key in CaseFacts.model_fields if key in case},
    }
