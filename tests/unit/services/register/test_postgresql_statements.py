"""What the register asks of PostgreSQL alone: locks, and the rows of the log as text.

What the server answers is tested on a real one (tests marked postgres).
"""

from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import Executable
from sqlalchemy.dialects import postgresql

from services.register import audit, audit_reading, gate
from services.register.audit import CHAIN_LOCK
from services.register.tables import Organization, Person

POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]
ROWS = [(1, "2026-11-16 17:00:00.000000", "act", "system", None, "{}", "0" * 64, "1" * 64)]


class Asked:
    """A transaction on PostgreSQL that writes down what it is asked, in order, and finds ``rows``."""

    def __init__(self, *rows: object) -> None:
        self.asked: list[str] = []
        self.rows = rows

    def get_bind(self) -> Any:
        return SimpleNamespace(dialect=POSTGRESQL)

    async def execute(self, statement: Executable) -> Any:
        compiled = statement.compile(dialect=POSTGRESQL, compile_kwargs={"literal_binds": True})  # type: ignore[attr-defined]
        self.asked.append(" ".join(str(compiled).split()))
        return SimpleNamespace(one_or_none=lambda: self.rows[0] if self.rows else None)

    async def scalar(self, statement: Executable) -> Any:
        return (await self.execute(statement)).one_or_none()


class Driver:
    """The driver's connection, which understands the database's own language only."""

    def __init__(self, rows: list[Any]) -> None:
        self.asked: list[tuple[str, tuple[int, int, int]]] = []
        self.rows = rows

    async def execute(self, text: str, values: tuple[int, int, int]) -> Any:
        self.asked.append((" ".join(text.split()), values))

        async def fetchall() -> list[Any]:
            return self.rows

        return SimpleNamespace(fetchall=fetchall)


class Connected:
    """A transaction whose connection is a driver's."""

    def __init__(self, *rows: Any) -> None:
        self.driver = Driver([*rows])

    async def connection(self) -> Any:
        async def raw() -> Any:
            return SimpleNamespace(driver_connection=self.driver)

        return SimpleNamespace(dialect=POSTGRESQL, get_raw_connection=raw)


async def test_the_end_of_the_chain_is_read_only_under_its_lock() -> None:
    tx: Any = Asked((7, "f" * 64))
    assert await audit._locked_end(tx) == (7, "f" * 64)
    lock, read = tx.asked
    assert lock == f"SELECT pg_advisory_xact_lock({CHAIN_LOCK}) AS pg_advisory_xact_lock_1"
    assert read.startswith("SELECT audit_entries.sequence")
    assert read.endswith("ORDER BY audit_entries.sequence DESC LIMIT 1")


async def test_of_an_empty_log_there_is_no_end() -> None:
    tx: Any = Asked()
    assert await audit._locked_end(tx) is None


async def test_whom_the_gate_judges_nobody_may_change_meanwhile_and_two_disclosures_do_not_wait() -> None:
    for table in (Person, Organization):
        tx: Any = Asked()
        assert await gate._as_it_is_now(tx, table, UUID(int=3)) is None
        (asked,) = tx.asked
        assert asked.endswith(" FOR SHARE")


async def test_the_logs_rows_are_asked_for_as_text() -> None:
    tx: Any = Connected(*ROWS)
    assert await audit_reading._page(tx, 4, 9, 1_000) == ROWS
    ((text, values),) = tx.driver.asked
    assert values == (4, 9, 1_000)
    assert "AT TIME ZONE 'UTC'" in text
    assert text.endswith("WHERE sequence > %s AND sequence <= %s ORDER BY sequence LIMIT %s")


async def test_a_page_is_as_long_as_whoever_verifies_says() -> None:
    tx: Any = Connected()
    assert (await audit_reading.verify(tx, page=12)).entries == 0
    assert [values[2] for _, values in tx.driver.asked] == [12]
