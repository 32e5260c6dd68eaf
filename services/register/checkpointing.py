"""Signing the audit log's head: at least daily, and soon after it grew."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.exc import InterfaceError, OperationalError

from services.register.audit_chain import NO_ENTRY_HASH
from services.register.audit_reading import end_of_chain, hash_at
from services.register.checkpoints import (
    NOTHING_BEFORE,
    Checkpoint,
    CheckpointBook,
    CheckpointKind,
    CheckpointSigner,
    SignedCheckpoint,
    read_witness,
)
from services.register.database import Database, Transaction
from services.runtime.clock import Clock
from services.runtime.structured_log import get_logger

POLL_SECONDS: Final = 2.0
"""How often the log's end is looked at; one indexed row."""

DAY: Final = timedelta(hours=23)
"""A head is signed once a day even when nothing happened, so that silence can be told from a stopped signer."""


class SignedEntryGone(Exception):
    """The newest checkpoint's entry is missing, or has another hash: the log was cut short, rewritten or restored."""

    def __init__(self, sequence: int) -> None:
        super().__init__(sequence)
        self.sequence = sequence


class CheckpointForged(Exception):
    """The newest checkpoint was not signed with this key; nothing is put on top of it."""


@dataclass(frozen=True)
class Pace:
    """When a head is signed: ``entries`` after the last one, or ``age`` after it when there are any."""

    age: timedelta
    entries: int

    def is_due(self, newest: Checkpoint | None, end: int, now: datetime) -> bool:
        """Whether it is time."""
        if newest is None:
            return True
        grown, passed = end - newest.sequence, now - newest.at
        return grown >= self.entries or (grown > 0 and passed >= self.age) or passed >= DAY


async def sign_head(
    tx: Transaction, *, book: CheckpointBook, signer: CheckpointSigner, now: datetime
) -> Checkpoint | None:
    """Sign the log's end and append it to the book; None when another process did so just now.

    Args:
        tx: any transaction; nothing is written to the database.
        book: where the checkpoints are.
        signer: holds the private key.
        now: goes into the checkpoint.

    Raises:
        SignedEntryGone: see there. Nothing is signed over a log that lost entries.
        CheckpointForged: see there.
    """
    newest = book.newest()
    if newest is not None and not signer.made(newest):
        raise CheckpointForged
    if newest is not None:
        await _require(tx, newest.checkpoint)
    sequence, head = await end_of_chain(tx) or (0, NO_ENTRY_HASH)
    unlinked = Checkpoint(kind=CheckpointKind.HEAD, sequence=sequence, head=head, at=now, previous=NOTHING_BEFORE)
    return _append(unlinked, book=book, signer=signer, newest=newest)


async def sign_restored(
    tx: Transaction, *, book: CheckpointBook, signer: CheckpointSigner, now: datetime
) -> Checkpoint | None:
    """Sign that a backup was restored: what was signed of entries that it does not hold is void from now on.

    Only an operator who knows it may call this; the statement stays in the book for good.

    Raises:
        CheckpointForged: see there.
    """
    newest = book.newest()
    if newest is not None and not signer.made(newest):
        raise CheckpointForged
    sequence, head = await end_of_chain(tx) or (0, NO_ENTRY_HASH)
    agreed = await _last_agreed(tx, read_witness(book, signer.public_key).signed_heads)
    unlinked = Checkpoint(
        kind=CheckpointKind.RESTORED, sequence=sequence, head=head, at=now, previous=NOTHING_BEFORE, agreed=agreed
    )
    return _append(unlinked, book=book, signer=signer, newest=newest)


async def sign_when_due(
    database: Database, *, book: CheckpointBook, signer: CheckpointSigner, pace: Pace, now: datetime
) -> Checkpoint | None:
    """Sign the log's end if it is time.

    Raises:
        SignedEntryGone, CheckpointForged: see there.
    """
    async with database.reading() as tx:
        end, newest = await end_of_chain(tx), book.newest()
        if not pace.is_due(newest.checkpoint if newest else None, end[0] if end else 0, now):
            return None
        return await sign_head(tx, book=book, signer=signer, now=now)


async def keep_signing(
    database: Database,
    *,
    book: CheckpointBook,
    signer: CheckpointSigner,
    pace: Pace,
    clock: Clock,
    rest: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Sign whenever it is time, for ever. Several processes may do so with one book."""
    while True:
        try:
            await sign_when_due(database, book=book, signer=signer, pace=pace, now=clock())
        except (OperationalError, InterfaceError) as away:
            get_logger().warning("register away", companion="keep_signing", error=type(away).__name__)
        except SignedEntryGone as gone:
            get_logger().critical("a signed audit entry is gone: run `snapshot audit verify`", sequence=gone.sequence)
        except CheckpointForged:
            get_logger().critical("the newest checkpoint is not ours: run `snapshot audit verify`")
        except OSError as unwritable:
            get_logger().error("checkpoint folder away", companion="keep_signing", error=type(unwritable).__name__)
        await rest(POLL_SECONDS)


def _append(
    unlinked: Checkpoint, *, book: CheckpointBook, signer: CheckpointSigner, newest: SignedCheckpoint | None
) -> Checkpoint | None:
    made: list[Checkpoint] = []

    def line(previous: str) -> bytes:
        made.append(unlinked.model_copy(update={"previous": previous}))
        return signer.line(made[0])

    return made[0] if book.append(line, after=newest) else None


async def _last_agreed(tx: Transaction, signed_heads: Mapping[int, str]) -> int:
    """Return the last signed entry that is stored as it was signed; those before it are too, for they are chained."""
    ordered = sorted(signed_heads)
    low, high = 0, len(ordered)
    while low < high:
        middle = (low + high) // 2
        sequence = ordered[middle]
        if sequence == 0 or await hash_at(tx, sequence) == signed_heads[sequence]:
            low = middle + 1
        else:
            high = middle
    return ordered[low - 1] if low else 0


async def _require(tx: Transaction, signed: Checkpoint) -> None:
    stored = NO_ENTRY_HASH if signed.sequence == 0 else await hash_at(tx, signed.sequence)
    if stored != signed.head:
        raise SignedEntryGone(signed.sequence)
