import asyncio
import json
import time
from datetime import timedelta, timezone
from uuid import uuid4

import pytest
from pydantic import JsonValue
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from services.register import audit
from services.register.database import Database
from services.register.tables import AuditEntry
from tests.support.register_builders import NOON


async def _fill(database: Database, entries: int) -> None:
    async with database.transaction() as tx:
        for number in range(1, entries + 1):
            await audit.record(
                tx,
                act="consent.revoked",
                actor=audit.person_actor(uuid4()),
                at=NOON + timedelta(microseconds=number),
                consent_id=uuid4() if number % 2 else None,
                detail={"number": number, "reasons": ["EXPIRED"], "nested": {"at": NOON.isoformat(), "none": None}},
            )


async def _verify(database: Database) -> audit.ChainReport:
    async with database.reading() as tx:
        return await audit.verify(tx)


async def _tamper(database: Database, *statements: str) -> None:
    async with database.transaction() as tx:
        for statement in statements:
            await tx.execute(text(statement))


async def test_an_untouched_chain_is_intact(register_database: Database) -> None:
    assert await _verify(register_database) == audit.ChainReport(entries=0, head=audit.NO_ENTRY_HASH)
    await _fill(register_database, 12)
    report = await _verify(register_database)
    assert (report.intact, report.entries) == (True, 12)
    assert report.head != audit.NO_ENTRY_HASH


async def test_a_chain_longer_than_a_page_is_verified_to_its_end(register_database: Database) -> None:
    await _fill(register_database, 23)
    async with register_database.reading() as tx:
        assert (await audit.verify(tx, page=10)).entries == 23
    await _tamper(register_database, "UPDATE audit_entries SET act = 'x' WHERE sequence = 22")
    async with register_database.reading() as tx:
        assert (await audit.verify(tx, page=10)).broken_at == 22


async def test_an_entry_whose_bytes_are_no_text_is_found_where_it_is(sqlite_register: Database) -> None:
    await _fill(sqlite_register, 8)
    await _tamper(sqlite_register, "UPDATE audit_entries SET act = CAST(x'ff61' AS TEXT) WHERE sequence = 5")
    for page in (1, 25, 1_000):  # smaller and smaller pages lead up to it, and never to a fraction of an entry
        async with sqlite_register.reading() as tx:
            assert (await audit.verify(tx, page=page)).broken_at == 5


async def test_an_entry_in_front_of_the_first_is_found(register_database: Database) -> None:
    await _fill(register_database, 2)
    await _tamper(
        register_database,
        "INSERT INTO audit_entries SELECT -7, at, act, actor, consent_id, detail, previous_hash, 'made up'"
        " FROM audit_entries WHERE sequence = 1",
    )
    assert (await _verify(register_database)).broken_at == 1


async def test_entries_written_before_the_text_was_canonical_are_sound_still(register_database: Database) -> None:
    """Earlier releases stored a detail with spaces, in the order in which it was given; its hash was the same."""
    detail: dict[str, JsonValue] = {
        "rule": "gate-1",
        "inputs": {"party": "noncustodial", "day": "2026-11-16"},
        "reason": None,
    }
    link = audit.Link(1, NOON, "disclosure.allowed", audit.SYSTEM, uuid4(), detail, audit.NO_ENTRY_HASH)
    row = link._asdict() | {"entry_hash": audit.link_hash(link), "detail": json.dumps(detail)}
    columns = ":sequence, :at, :act, :actor, :consent_id, CAST(:detail AS JSON), :previous_hash, :entry_hash"
    if register_database.is_sqlite:
        row |= {"at": "2026-11-16 17:00:00.000000", "consent_id": link.consent_id.hex if link.consent_id else None}
        columns = columns.replace("CAST(:detail AS JSON)", ":detail")
    insert = f"INSERT INTO audit_entries VALUES ({columns})"  # noqa: S608 - fixed texts
    async with register_database.transaction() as tx:
        await tx.execute(text(insert), row)
        await audit.record(tx, act="next", actor=audit.SYSTEM, at=NOON)
    report = await _verify(register_database)
    assert (report.intact, report.entries) == (True, 2)
    await _tamper(register_database, 'UPDATE audit_entries SET detail = \'{"rule": "gate-2"}\' WHERE sequence = 1')
    assert (await _verify(register_database)).broken_at == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_entries SET act = 'disclosure.allowed' WHERE sequence = 5",
        "UPDATE audit_entries SET actor = 'system' WHERE sequence = 5",
        "UPDATE audit_entries SET consent_id = NULL WHERE sequence = 5",
        "UPDATE audit_entries SET detail = '{}' WHERE sequence = 5",
        "UPDATE audit_entries SET detail = 'not json' WHERE sequence = 5",
        "UPDATE audit_entries SET at = '2026-11-16 17:00:01.000000' WHERE sequence = 5",
        "UPDATE audit_entries SET at = 'never' WHERE sequence = 5",
        "UPDATE audit_entries SET consent_id = 'zz' WHERE sequence = 5",
        "UPDATE audit_entries SET previous_hash = 'f' WHERE sequence = 5",
        "UPDATE audit_entries SET entry_hash = 'f' WHERE sequence = 5",
    ],
)
async def test_a_changed_entry_is_found_where_it_is(sqlite_register: Database, change: str) -> None:
    await _fill(sqlite_register, 8)
    await _tamper(sqlite_register, change)
    assert (await _verify(sqlite_register)).broken_at == 5


async def test_a_changed_entry_is_found_on_every_database(register_database: Database) -> None:
    await _fill(register_database, 8)
    await _tamper(register_database, "UPDATE audit_entries SET actor = 'system' WHERE sequence = 5")
    assert (await _verify(register_database)).broken_at == 5


async def test_a_removed_entry_is_found(register_database: Database) -> None:
    await _fill(register_database, 8)
    await _tamper(register_database, "DELETE FROM audit_entries WHERE sequence = 4")
    assert (await _verify(register_database)).broken_at == 4


async def test_a_removed_entry_is_found_even_when_the_gap_is_closed(register_database: Database) -> None:
    await _fill(register_database, 4)
    await _tamper(
        register_database,
        "DELETE FROM audit_entries WHERE sequence = 2",
        "UPDATE audit_entries SET sequence = 2 WHERE sequence = 3",
        "UPDATE audit_entries SET sequence = 3 WHERE sequence = 4",
    )
    assert (await _verify(register_database)).broken_at == 2


async def test_an_inserted_entry_is_found(register_database: Database) -> None:
    await _fill(register_database, 4)
    await _tamper(
        register_database,
        "UPDATE audit_entries SET sequence = 5 WHERE sequence = 4",
        "INSERT INTO audit_entries SELECT 4, at, act, actor, consent_id, detail, previous_hash, 'made up'"
        " FROM audit_entries WHERE sequence = 3",
    )
    assert (await _verify(register_database)).broken_at == 4


async def test_two_swapped_entries_are_found(register_database: Database) -> None:
    await _fill(register_database, 6)
    await _tamper(
        register_database,
        "UPDATE audit_entries SET sequence = 100 WHERE sequence = 3",
        "UPDATE audit_entries SET sequence = 3 WHERE sequence = 4",
        "UPDATE audit_entries SET sequence = 4 WHERE sequence = 100",
    )
    assert (await _verify(register_database)).broken_at == 3


async def test_many_writers_at_once_make_one_chain(register_database: Database) -> None:
    async def write() -> None:
        async with register_database.transaction() as tx:
            await audit.record(tx, act="a", actor=audit.SYSTEM, at=NOON)
            await audit.record(tx, act="b", actor=audit.SYSTEM, at=NOON)

    await asyncio.gather(*(write() for _ in range(8)))
    report = await _verify(register_database)
    assert (report.intact, report.entries) == (True, 16)


async def test_an_entry_of_a_transaction_that_failed_was_never_there(register_database: Database) -> None:
    async with register_database.transaction() as tx:
        await audit.record(tx, act="kept", actor=audit.SYSTEM, at=NOON)
    async with register_database.transaction() as tx:
        await audit.record(tx, act="lost", actor=audit.SYSTEM, at=NOON)
        await tx.rollback()
    async with register_database.transaction() as tx:
        assert await audit.record(tx, act="next", actor=audit.SYSTEM, at=NOON) == 2
    assert (await _verify(register_database)).intact


@pytest.mark.parametrize(
    "detail",
    [
        {"name": "Maria Lopez"},
        {"contact": "maria@example.org"},
        {"case": "AB12345C1"},
        {"list": ["EXPIRED", "Maria Lopez"]},
        {"nested": {"file": "form of maria.pdf"}},
        {"Maria Lopez": 1},
        {"accent": "José"},
    ],
)
async def test_a_person_cannot_be_written_into_the_log(sqlite_register: Database, detail: dict[str, object]) -> None:
    async with sqlite_register.transaction() as tx:
        with pytest.raises(ValueError, match="ids, codes, hashes and times only"):
            await audit.record(tx, act="a", actor=audit.SYSTEM, at=NOON, detail=detail)  # type: ignore[arg-type]
    assert (await _verify(sqlite_register)).entries == 0


async def test_a_number_that_was_skipped_is_found_even_when_every_hash_fits(register_database: Database) -> None:
    await _fill(register_database, 3)
    head = (await _verify(register_database)).head
    link = audit.Link(5, NOON, "act", audit.SYSTEM, None, {}, head)
    async with register_database.transaction() as tx:
        tx.add(AuditEntry(**link._asdict(), entry_hash=audit.link_hash(link)))
    assert (await _verify(register_database)).broken_at == 4


async def test_an_entry_that_was_rewritten_with_a_fitting_hash_is_found_at_the_next_one(
    register_database: Database,
) -> None:
    await _fill(register_database, 4)
    async with register_database.transaction() as tx:
        entry = await tx.get_one(AuditEntry, 2)
        forged = audit.Link(2, entry.at, "forged", entry.actor, entry.consent_id, entry.detail, entry.previous_hash)
        entry.act, entry.entry_hash = forged.act, audit.link_hash(forged)
    assert (await _verify(register_database)).broken_at == 3


async def test_of_a_broken_chain_all_entries_are_counted(register_database: Database) -> None:
    await _fill(register_database, 7)
    await _tamper(register_database, "UPDATE audit_entries SET act = 'x.y' WHERE sequence = 3")
    report = await _verify(register_database)
    assert (report.broken_at, report.entries) == (3, 7)


def test_an_actor_names_its_kind_and_id() -> None:
    someone = uuid4()
    assert audit.person_actor(someone) == f"person:{someone}"
    assert audit.key_actor(someone) == f"key:{someone}"
    assert audit.stage_actor("notifier") == "stage:notifier"


async def test_an_entry_is_written_in_utc_and_a_refusal_of_one_says_why(sqlite_register: Database) -> None:
    async with sqlite_register.transaction() as tx:
        with pytest.raises(ValueError, match=r"^an audit entry holds ids, codes, hashes and times only$"):
            await audit.record(tx, act="x.y", actor=audit.SYSTEM, at=NOON, detail={"name": "Practice Parent"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        time.tzset()
        async with sqlite_register.transaction() as tx:
            await audit.record(tx, act="x.y", actor=audit.SYSTEM, at=NOON.astimezone(timezone(timedelta(hours=9))))
    time.tzset()
    assert (await _verify(sqlite_register)).intact


async def test_a_time_of_which_nobody_knows_the_zone_is_not_recorded(sqlite_register: Database) -> None:
    async with sqlite_register.transaction() as tx:
        with pytest.raises(StatementError, match="a stored time must be aware"):
            await audit.record(tx, act="x.y", actor=audit.SYSTEM, at=NOON.replace(tzinfo=None))
        await tx.rollback()
    assert (await _verify(sqlite_register)).entries == 0
