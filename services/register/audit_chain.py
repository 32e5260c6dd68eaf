"""The audit log's chain as a calculation: what an entry's hash covers, and a walk along stored rows. No I/O, no clock.

An entry's hash is the SHA-256 over its canonical JSON. New entries are stored so that the canonical JSON is their
columns put together; for one that was stored another way (or tampered with) the row is parsed and written anew first,
which is what decides.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from json.encoder import encode_basestring_ascii as quoted
from typing import Any, Final, NamedTuple
from uuid import UUID

from pydantic import JsonValue

NO_ENTRY_HASH: Final = "0" * 64
"""What the first entry carries in place of its predecessor's hash."""

STORED_TIME_LENGTH: Final = len("2026-11-16 17:00:00.000001")
STORED_ID_LENGTH: Final = 32

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)

_sha256 = hashlib.sha256

StoredEntry = tuple[Any, ...]
"""One row as the database holds it: sequence, time (UTC, as above), act, actor, consent id (32 hexadecimal digits, or
None), detail (JSON text), previous hash, entry hash. Tampered rows hold anything at all."""


class Link(NamedTuple):
    """What an entry's hash covers."""

    sequence: int
    at: datetime
    act: str
    actor: str
    consent_id: UUID | None
    detail: Mapping[str, JsonValue]
    previous_hash: str


@dataclass(frozen=True)
class ChainReport:
    """What a verification found.

    Attributes:
        entries: how many there are.
        head: hash of the last sound entry.
        broken_at: the first entry that was changed, removed, inserted or moved.
        contradicted_at: the first entry of which another hash was signed, or that was signed and is missing: the chain
            was cut short, or rewritten from there or further up.
    """

    entries: int
    head: str
    broken_at: int | None = None
    contradicted_at: int | None = None

    @property
    def intact(self) -> bool:
        """Whether every entry is sound, and everything that was signed is there."""
        return self.broken_at is None and self.contradicted_at is None


def link_json(link: Link) -> str:
    """Return an entry's canonical JSON, which includes its predecessor's hash."""
    at = link.at.astimezone(UTC).isoformat(timespec="microseconds")
    consent_id = str(link.consent_id) if link.consent_id else None
    return _CANONICAL.encode(link._asdict() | {"at": at, "consent_id": consent_id})


def link_hash(link: Link) -> str:
    """Return the SHA-256 (hexadecimal) over an entry's canonical JSON."""
    return _sha256(link_json(link).encode()).hexdigest()


def in_canonical_order(detail: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return a detail whose keys, at every level, come in the order in which the hash covers them."""
    ordered: dict[str, JsonValue] = json.loads(_CANONICAL.encode(detail))
    return ordered


class Walk:
    """Follows a chain from its first entry, page by page, and stops for good at the first entry that does not fit.

    Args:
        signed_heads: entry hash by sequence number, as somebody signed them; each is compared when it is passed.
    """

    def __init__(self, signed_heads: Mapping[int, str] | None = None) -> None:
        self.sequence = 0
        self.head = NO_ENTRY_HASH
        self.broken_at: int | None = None
        self.contradicted_at: int | None = None
        self._signed = signed_heads or {}
        self._to_compare = sorted((sequence for sequence in self._signed if sequence > 0), reverse=True)

    def follow(self, page: Sequence[StoredEntry]) -> bool:
        """Check the next rows, in the order of their numbers; False when one does not fit."""
        before = self.sequence
        self._follow_rows(page)
        while self._to_compare and self._to_compare[-1] <= self.sequence:
            signed = self._to_compare.pop()
            if self._signed[signed] != page[signed - before - 1][7] and self.contradicted_at is None:
                self.contradicted_at = signed
        return self.broken_at is None

    def end(self) -> None:
        """Say that no more rows come: whatever was signed further on is missing."""
        if self._to_compare and self.broken_at is None and self.contradicted_at is None:
            self.contradicted_at = self._to_compare[-1]

    def _follow_rows(self, page: Iterable[StoredEntry]) -> None:
        sequence, head = self.sequence, self.head
        for row in page:
            if row[0] != sequence + 1 or row[6] != head or not (_fits_as_stored(row) or _fits_when_parsed(row)):
                self.broken_at = sequence + 1
                break
            sequence, head = row[0], row[7]
        self.sequence, self.head = sequence, head


def _fits_as_stored(row: StoredEntry) -> bool:
    """Whether the columns, put together, are what the hash covers: true of everything that was written this way.

    The texts are quoted and the others have a fixed length, so one column can't pass for a part of another.
    """
    sequence, at, act, actor, consent, detail, previous, stored = row
    try:
        if len(at) != STORED_TIME_LENGTH or at[10] != " ":
            return False
        if consent is None:
            subject = "null"
        elif len(consent) == STORED_ID_LENGTH:
            subject = f'"{consent[:8]}-{consent[8:12]}-{consent[12:16]}-{consent[16:20]}-{consent[20:]}"'
        else:
            return False
        covered = (
            f'{{"act":{quoted(act)},"actor":{quoted(actor)},"at":"{at[:10]}T{at[11:]}+00:00","consent_id":{subject},'
            f'"detail":{detail},"previous_hash":"{previous}","sequence":{sequence}}}'
        )
        return bool(_sha256(covered.encode()).hexdigest() == stored)
    except (TypeError, UnicodeEncodeError):
        return False


def _fits_when_parsed(row: StoredEntry) -> bool:
    try:
        return bool(link_hash(parsed(row)) == row[7])
    except (ValueError, TypeError, AttributeError, RecursionError):
        return False


def parsed(row: StoredEntry) -> Link:
    """Return a stored row as an entry.

    Only the JSON may be written in more than one way (earlier releases put spaces into it).

    Raises:
        ValueError, TypeError, AttributeError, RecursionError: it holds something that no entry holds.
    """
    sequence, at, act, actor, consent, detail, previous, _ = row
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    consent_id = None if consent is None else UUID(consent)
    link = Link(sequence, moment, act, actor, consent_id, json.loads(detail), previous)
    if stored_texts(link) != (at, consent):
        raise ValueError("a time or an id is not written as entries are")
    return link


def exported(row: StoredEntry) -> str:
    """Return a stored entry as one line of JSON: what its hash covers, and the hash.

    Raises:
        ValueError, TypeError, AttributeError, RecursionError: it holds something that no entry holds.
    """
    return f'{link_json(parsed(row))[:-1]},"entry_hash":{quoted(row[7])}}}'


def stored_texts(link: Link) -> tuple[str, str | None]:
    """Return an entry's time and consent id as a database stores them."""
    at = link.at.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    return at, link.consent_id.hex if link.consent_id else None
