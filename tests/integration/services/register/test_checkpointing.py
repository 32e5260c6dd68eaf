"""Signing the log's head, and what a cut, rewritten or restored log looks like beside the signatures."""

import asyncio
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from services.register import audit
from services.register.audit_reading import stored_pages
from services.register.checkpointing import (
    CheckpointForged,
    Pace,
    SignedEntryGone,
    keep_signing,
    sign_head,
    sign_restored,
    sign_when_due,
)
from services.register.checkpoints import CheckpointBook, CheckpointSigner, read_witness
from services.register.database import Database
from tests.support.audit_rows import rehashed, with_column
from tests.support.register_builders import NOON, MovableClock

SIGNER = CheckpointSigner(Ed25519PrivateKey.from_private_bytes(b"k" * 32))
PACE = Pace(timedelta(seconds=60), 5)


@pytest.fixture
def book(tmp_path: Path) -> CheckpointBook:
    return CheckpointBook(tmp_path / "elsewhere")


async def grow(database: Database, entries: int) -> None:
    async with database.transaction() as tx:
        for _ in range(entries):
            await audit.record(tx, act="disclosure.allowed", actor=audit.person_actor(uuid4()), at=NOON)


async def sign(database: Database, book: CheckpointBook) -> int:
    async with database.reading() as tx:
        signed = await sign_head(tx, book=book, signer=SIGNER, now=NOON)
    assert signed is not None
    return signed.sequence


async def judged(database: Database, book: CheckpointBook) -> audit.ChainReport:
    witness = read_witness(book, SIGNER.public_key)
    assert witness.damaged_line is None
    async with database.reading() as tx:
        return await audit.verify(tx, witness.signed_heads)


async def cut(database: Database, *, after: int) -> None:
    async with database.transaction() as tx:
        await tx.execute(text("DELETE FROM audit_entries WHERE sequence > :after"), {"after": after})


async def test_a_cut_end_is_found_by_its_signature_and_by_nothing_else(
    register_database: Database, book: CheckpointBook
) -> None:
    await grow(register_database, 8)
    assert await sign(register_database, book) == 8
    assert (await judged(register_database, book)).intact
    await cut(register_database, after=6)
    async with register_database.reading() as tx:
        assert (await audit.verify(tx)).intact
    report = await judged(register_database, book)
    assert (report.intact, report.contradicted_at, report.entries) == (False, 8, 6)


async def test_an_emptied_log_is_found(register_database: Database, book: CheckpointBook) -> None:
    await grow(register_database, 3)
    await sign(register_database, book)
    await cut(register_database, after=0)
    assert (await judged(register_database, book)).contradicted_at == 3


async def test_an_end_that_was_rewritten_with_fitting_hashes_is_found(
    register_database: Database, book: CheckpointBook
) -> None:
    await grow(register_database, 9)
    await sign(register_database, book)
    async with register_database.transaction() as tx:
        rows = [row async for page in stored_pages(tx) for row in page]
        rows[5] = with_column(rows[5], 2, "consent.revoked")
        for row in rehashed(rows, since=5)[5:]:
            change = "UPDATE audit_entries SET act = :act, previous_hash = :before, entry_hash = :hash"
            values = {"act": row[2], "before": row[6], "hash": row[7], "sequence": row[0]}
            await tx.execute(text(f"{change} WHERE sequence = :sequence"), values)
    async with register_database.reading() as tx:
        assert (await audit.verify(tx)).intact
    assert (await judged(register_database, book)).contradicted_at == 9


async def test_nothing_is_signed_on_top_of_a_log_that_lost_signed_entries(
    register_database: Database, book: CheckpointBook
) -> None:
    await grow(register_database, 8)
    await sign(register_database, book)
    await cut(register_database, after=6)
    await grow(register_database, 4)
    with pytest.raises(SignedEntryGone) as gone:
        await sign(register_database, book)
    assert gone.value.sequence == 8
    assert read_witness(book, SIGNER.public_key).checkpoints == 1


async def test_nothing_is_signed_on_top_of_a_strangers_checkpoint(
    sqlite_register: Database, book: CheckpointBook
) -> None:
    await grow(sqlite_register, 2)
    stranger = CheckpointSigner(Ed25519PrivateKey.generate())
    async with sqlite_register.reading() as tx:
        await sign_head(tx, book=book, signer=stranger, now=NOON)
        with pytest.raises(CheckpointForged):
            await sign_head(tx, book=book, signer=SIGNER, now=NOON)
        with pytest.raises(CheckpointForged):
            await sign_restored(tx, book=book, signer=SIGNER, now=NOON)


async def test_after_an_operator_says_that_a_backup_was_restored_the_log_goes_on(
    register_database: Database, book: CheckpointBook
) -> None:
    for _ in range(4):
        await grow(register_database, 3)
        await sign(register_database, book)
    await cut(register_database, after=7)
    await grow(register_database, 4)
    assert (await judged(register_database, book)).contradicted_at == 9
    async with register_database.reading() as tx:
        signed = await sign_restored(tx, book=book, signer=SIGNER, now=NOON)
    assert signed is not None
    assert (signed.sequence, signed.agreed) == (11, 6)
    assert (await judged(register_database, book)).intact
    await grow(register_database, 2)
    assert await sign(register_database, book) == 13
    await cut(register_database, after=10)
    assert (await judged(register_database, book)).contradicted_at == 11


async def test_the_companion_signs_at_its_pace_and_outlives_an_alarm(
    sqlite_register: Database, book: CheckpointBook
) -> None:
    clock, seen = MovableClock(), list[int]()

    class Enough(Exception):
        pass

    async def rest(_seconds: float) -> None:
        clock.now += timedelta(seconds=30)
        seen.append(read_witness(book, SIGNER.public_key).checkpoints)
        match len(seen):
            case 1:
                await grow(sqlite_register, 1)
            case 4:
                await grow(sqlite_register, 5)
            case 5:
                await cut(sqlite_register, after=2)
            case 8:
                raise Enough
            case _:
                pass

    with pytest.raises(Enough):
        await keep_signing(sqlite_register, book=book, signer=SIGNER, pace=PACE, clock=clock, rest=rest)
    assert seen == [1, 1, 2, 2, 3, 3, 3, 3]


async def test_several_signers_with_one_book_make_one_sequence(
    register_database: Database, book: CheckpointBook
) -> None:
    await grow(register_database, 6)
    work = (sign_when_due(register_database, book=book, signer=SIGNER, pace=PACE, now=NOON) for _ in range(6))
    await asyncio.gather(*work)
    witness = read_witness(book, SIGNER.public_key)
    assert (witness.checkpoints, witness.damaged_line) == (1, None)
