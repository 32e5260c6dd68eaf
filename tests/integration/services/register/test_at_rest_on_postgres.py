"""A family's consent goes through the line on PostgreSQL; then a dump of it and the server's own files are searched."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from case_fetcher.rules.agency_case import PartyOnCase
from schemas.case_record import Arrears, Payment
from schemas.values import Party
from services.register.database import Database
from tests.support.canaries import Place, Search, leaks
from tests.support.canary_family import CASE, OTHER_PARENT, PAID, PARENT, TO_DSS, TO_PARENT, claim_of_the_parent, family
from tests.support.consent_model import Model, Paper
from tests.support.form_readings import comb, line
from tests.support.line_desk import LineDesk
from tests.support.postgres_server import PostgresServer
from tests.support.whole_line import WholeLine

pytestmark = pytest.mark.postgres

SEARCHED = ("base/**/*", "pg_wal/*", "global/*")


THE_CASE = {
    "parties": (PartyOnCase(Party.NONCUSTODIAL, *PARENT), PartyOnCase(Party.CUSTODIAL, *OTHER_PARENT)),
    "arrears": Arrears(owed_to_dss=TO_DSS, owed_to_custodial_parent=TO_PARENT),
    "payments": (Payment(received_on=date(2026, 10, 5), amount=PAID),),
}


async def upload_of_the_family(desk: LineDesk) -> None:
    today = desk.line.clock().date()
    scan = await desk.paper(desk.people[0], Paper("good", today, today + timedelta(days=200)))
    read = desk.line.reader.forms[scan]
    name, born = PARENT
    fields = {"parent_name": line(name), "birth_date": comb(f"{born:%m%d%Y}"), "case_identifier": comb(CASE)}
    desk.line.reader.forms[scan] = read.model_copy(update={"fields": {**read.fields, **fields}})
    await desk.upload(desk.people[0], scan, claim_of_the_parent())
    await desk.line.drain()


def dump(url: str) -> Iterator[Place]:
    """Yield every table as ``COPY ... TO STDOUT`` writes it."""
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as rows:
                yield Place(f"dump/{table}", b"".join(bytes(part) for part in rows))


def files(server: PostgresServer) -> Iterator[Place]:
    """Yield the files of tables, indexes and the write-ahead log, once everything is written to them."""
    with psycopg.connect(server.url_of("postgres"), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
    found: set[Path] = {file for pattern in SEARCHED for file in server.data.glob(pattern) if file.is_file()}
    for file in sorted(found):
        try:
            yield Place(f"file/{file.relative_to(server.data).as_posix()}", file.read_bytes())
        except FileNotFoundError:
            continue  # a table that has just been dropped


async def test_neither_a_dump_nor_the_servers_files_hold_anything_of_the_family(
    postgres_server: PostgresServer, postgres_register_url: str, tmp_path: Path
) -> None:
    database = Database(postgres_register_url)
    whole = WholeLine(database, tmp_path)
    whole.records.changes |= THE_CASE
    desk = LineDesk(whole, Model())
    try:
        await desk.open()
        await upload_of_the_family(desk)
        assert whole.records.asked == 1
        assert any(record.topic.endswith("snapshot.rendered") for record in whole.published)
    finally:
        await database.close()
    url = postgres_register_url.replace("postgresql+psycopg", "postgresql")
    search = Search(family())
    dumped = list(dump(url))
    assert sum(bool(place.content) for place in dumped) > 8
    assert leaks(search, [*dumped, *files(postgres_server)], ()) == {}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE planted AS SELECT %s::text AS found", (f"case {CASE.lower()}",))
    found = leaks(search, [*dump(url), *files(postgres_server)], ())
    assert {name.split("/")[0] for name in found} == {"dump", "file"}
    assert {kind for kinds in found.values() for kind, _ in kinds} == {"case"}
