"""What a process was told is in the audit log when it changes, and nothing secret is."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings
from sqlalchemy import URL, select

from services.register.configurations import ACT, SET, UNSET, fingerprints, note_configuration
from services.register.database import Database
from services.register.tables import AuditEntry
from tests.support.register_builders import NOON


class Told(BaseSettings):
    retention_days: int = Field(default=30)
    database_url: str = ""
    portal_password: SecretStr | None = None
    api_token: str = ""
    rule_book_file: Path | None = None


async def entries(database: Database) -> list[AuditEntry]:
    async with database.reading() as tx:
        return list(await tx.scalars(select(AuditEntry).where(AuditEntry.act == ACT).order_by(AuditEntry.sequence)))


async def noted(database: Database, settings: Told, process: str = "notifier") -> bool:
    async with database.transaction() as tx:
        return await note_configuration(tx, process=process, settings=settings, at=NOON)


async def test_a_change_is_recorded_by_name_once_and_for_each_process(register_database: Database) -> None:
    assert await noted(register_database, Told())
    assert not await noted(register_database, Told())
    assert await noted(register_database, Told(), process="case_fetcher")
    assert await noted(register_database, Told(retention_days=3, database_url="sqlite:///x"))
    assert await noted(register_database, Told())
    found = [(entry.actor, entry.detail["changed"]) for entry in await entries(register_database)]
    assert found == [
        ("stage:notifier", []),
        ("stage:case_fetcher", []),
        ("stage:notifier", ["database_url", "retention_days"]),
        ("stage:notifier", ["database_url", "retention_days"]),
    ]


async def test_another_version_of_the_product_or_its_tables_is_a_change_too(sqlite_register: Database) -> None:
    await noted(sqlite_register, Told())
    async with sqlite_register.transaction() as tx:
        entry = (await tx.scalars(select(AuditEntry))).one()
        entry.detail = {**entry.detail, "version": "0.0.1"}
    assert await noted(sqlite_register, Told())
    assert (await entries(sqlite_register))[1].detail["changed"] == []


async def test_a_file_counts_by_what_it_holds(sqlite_register: Database, tmp_path: Path) -> None:
    book = tmp_path / "rules.json"
    book.write_text("[]")
    assert await noted(sqlite_register, Told(rule_book_file=book))
    book.write_text("[1]")
    assert await noted(sqlite_register, Told(rule_book_file=book))
    assert (await entries(sqlite_register))[1].detail["changed"] == ["rule_book_file"]


def test_of_a_secret_only_that_there_is_one_is_kept() -> None:
    told = fingerprints(Told(portal_password=SecretStr("one"), api_token="two"))
    assert told == fingerprints(Told(portal_password=SecretStr("three"), api_token="four"))
    assert (told["portal_password"], told["api_token"], told["rule_book_file"]) == (SET, SET, UNSET)
    addresses = [URL.create("postgresql", user, user, host) for user, host in (("a", "db"), ("b", "db"), ("a", "db2"))]
    one, other_user, other_host = (
        fingerprints(Told(database_url=address.render_as_string(hide_password=False))) for address in addresses
    )
    assert one == other_user
    assert one != other_host
