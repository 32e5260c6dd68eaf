"""Verifying a long audit log by several processes, each on a stretch of its own.

A stretch begins with the stored hash of the entry before it, which the process of the stretch before checks.
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Final

from services.register.audit_chain import NO_ENTRY_HASH, ChainReport, Walk
from services.register.audit_reading import AFTER_ALL, BEFORE_ALL, count, end_of_chain, hash_at, verify, walk_along
from services.register.database import Database

LEAST: Final = 100_000
"""Entries from which on further processes, which take about a second to start, are worth it."""


@dataclass(frozen=True)
class Stretch:
    """Entries ``after < sequence <= until``, of which ``before`` is the hash that the first must carry."""

    url: str
    after: int
    until: int
    before: str
    signed_heads: Mapping[int, str]


async def verify_register(
    url: str, signed_heads: Mapping[int, str], *, processes: int | None = None, least: int = LEAST
) -> ChainReport:
    """Verify a register's log as ``audit_reading.verify`` does, and find the same.

    Args:
        url: the register's database.
        signed_heads: from signed checkpoints.
        processes: by default one for each processor.
        least: entries below which one process does it.
    """
    processes = processes or os.cpu_count() or 1
    database = Database(url)
    try:
        async with database.reading() as tx:
            end = await end_of_chain(tx)
            stretches: list[Stretch] = []
            if end is not None and end[0] >= least and processes > 1:
                borders = [end[0] * number // processes for number in range(1, processes)]
                hashes = [await hash_at(tx, border) for border in borders]
                stretches = _stretches(url, borders, hashes, signed_heads)
            if not stretches:
                return await verify(tx, signed_heads)
            stored = await count(tx)
        walks = await asyncio.to_thread(_walk_all, stretches)
    finally:
        await database.close()
    return _joined(walks, stretches, stored)


def _stretches(
    url: str, borders: Sequence[int], hashes: Sequence[str | None], signed_heads: Mapping[int, str]
) -> list[Stretch]:
    """Return the stretches; none when an entry at a border is missing, which one process finds as well."""
    found, after, before = [], BEFORE_ALL, NO_ENTRY_HASH
    for until, stored in zip((*borders, AFTER_ALL), (*hashes, ""), strict=True):
        if stored is None:
            return []
        signed = {number: head for number, head in signed_heads.items() if after < number <= until}
        found.append(Stretch(url, after, until, before, signed))
        after, before = until, stored
    return found


def _walk_all(stretches: Sequence[Stretch]) -> list[ChainReport]:
    with ProcessPoolExecutor(len(stretches), mp_context=get_context("spawn")) as pool:
        return list(pool.map(walk_stretch, stretches))


def walk_stretch(stretch: Stretch) -> ChainReport:
    """Verify one stretch; ``entries`` is the number of the last sound entry. Runs in a process of its own."""
    return asyncio.run(_walk_stretch(stretch))


async def _walk_stretch(stretch: Stretch) -> ChainReport:
    database = Database(stretch.url)
    walk = Walk(stretch.signed_heads, sequence=max(stretch.after, 0), head=stretch.before)
    try:
        async with database.reading() as tx:
            await walk_along(tx, walk, after=stretch.after, until=stretch.until)
    finally:
        await database.close()
    return ChainReport(walk.sequence, walk.head, walk.broken_at, walk.contradicted_at)


def _joined(walks: Sequence[ChainReport], stretches: Sequence[Stretch], stored: int) -> ChainReport:
    """Put the stretches together: the first one that is broken, or does not lead to the next, decides."""
    contradicted = next((walk.contradicted_at for walk in walks if walk.contradicted_at is not None), None)
    for number, walk in enumerate(walks):
        after = stretches[number + 1] if number + 1 < len(stretches) else None
        leads_on = after is None or (walk.entries, walk.head) == (after.after, after.before)
        if walk.broken_at is not None or not leads_on:
            earlier = contradicted if contradicted is not None and contradicted <= walk.entries else None
            return ChainReport(stored, walk.head, walk.broken_at or walk.entries + 1, earlier)
    return ChainReport(walks[-1].entries, walks[-1].head, None, contradicted)
