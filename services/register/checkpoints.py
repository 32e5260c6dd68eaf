"""Checkpoints: signed statements of what the audit log's end was, in a file outside the database.

A chain of hashes shows neither that its end was cut off nor that it was rewritten as a whole; a checkpoint does, for
everything up to its entry. Each carries the hash of the one before, so the newest signature covers them all.
"""

import fcntl
import hashlib
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

FILE_NAME: Final = "audit-checkpoints.jsonl"

NOTHING_BEFORE: Final = "0" * 64
"""What the first checkpoint carries in place of its predecessor's hash."""

TAIL_BYTES: Final = 16_384
"""More than the longest line by far: how much of the file's end is read to find the last one."""

_PURPOSE: Final = b"child-support-snapshot/audit-checkpoint/1|"
"""Signed with each one, so that the signature can't pass for one of something else."""


class CheckpointKind(StrEnum):
    """What is said about the head."""

    HEAD = "head"
    RESTORED = "restored"
    """An operator knows that a backup was restored: what was signed after ``agreed`` is void."""


class Checkpoint(BaseModel):
    """The log had ``sequence`` entries, the last one with the hash ``head``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: CheckpointKind
    sequence: int = Field(ge=0)
    head: str = Field(pattern=r"[0-9a-f]{64}")
    at: AwareDatetime
    previous: str = Field(pattern=r"[0-9a-f]{64}", description="SHA-256 of the line before this one")
    agreed: int | None = Field(default=None, ge=0, description="of RESTORED: the last signed entry that is still there")


class SignedCheckpoint(BaseModel):
    """One line of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    checkpoint: Checkpoint
    signature: str


@dataclass(frozen=True)
class Witness:
    """What the checkpoints say.

    Attributes:
        checkpoints: how many there are.
        newest: the last one; None when there is none.
        signed_heads: hash by entry number, those apart that a restored backup made void.
        damaged_line: the first line (from 1) that does not follow the one before, or that contradicts another; the last
            one when its signature does not fit. None when all are sound.
        restored: when backups were restored, as operators said.
    """

    checkpoints: int = 0
    newest: Checkpoint | None = None
    signed_heads: dict[int, str] = field(default_factory=dict)
    damaged_line: int | None = None
    restored: tuple[datetime, ...] = ()


class CheckpointBook:
    """The file of checkpoints; it is only ever appended to.

    Args:
        folder: made when it is absent, for its owner only.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / FILE_NAME

    @property
    def file(self) -> Path:
        """Where the checkpoints are."""
        return self._file

    def newest(self) -> SignedCheckpoint | None:
        """Return the last whole line, unverified."""
        line = _last_whole_line(self._tail()) if self._file.exists() else None
        return None if line is None else SignedCheckpoint.model_validate_json(line)

    def append(self, make: Callable[[str], bytes], *, after: SignedCheckpoint | None) -> bool:
        """Append what ``make`` returns for the last line's hash, durably; False when another writer came first."""
        with contextmanager(self._locked)() as descriptor:
            tail = self._tail()
            line = _last_whole_line(tail)
            if (None if line is None else SignedCheckpoint.model_validate_json(line)) != after:
                return False
            begin = b"" if not tail or tail.endswith(b"\n") else b"\n"  # a line that a crash left unfinished
            previous = NOTHING_BEFORE if line is None else hashlib.sha256(line).hexdigest()
            os.write(descriptor, begin + make(previous) + b"\n")
            os.fsync(descriptor)
        return True

    def lines(self) -> Iterator[bytes]:
        """Yield every line that is whole; nothing when there is no file."""
        if self._file.exists():
            with self._file.open("rb") as file:
                yield from (line[:-1] for line in file if line.endswith(b"\n"))

    def _tail(self) -> bytes:
        with self._file.open("rb") as file:
            file.seek(max(0, self._file.stat().st_size - TAIL_BYTES))
            return file.read()

    def _locked(self) -> Iterator[int]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
        finally:
            os.close(descriptor)


class CheckpointSigner:
    """Signs checkpoints."""

    def __init__(self, private_key: Ed25519PrivateKey) -> None:
        self._private_key = private_key

    @property
    def public_key(self) -> Ed25519PublicKey:
        """The half that checks."""
        return self._private_key.public_key()

    def line(self, checkpoint: Checkpoint) -> bytes:
        """Return the file's line, without its end."""
        signature = urlsafe_b64encode(self._private_key.sign(_signed_bytes(checkpoint))).decode()
        return _canonical(SignedCheckpoint(checkpoint=checkpoint, signature=signature))

    def made(self, signed: SignedCheckpoint) -> bool:
        """Whether a checkpoint was signed with this key.

        Each one vouches for those before it, so this is asked of the newest before another is put on top.
        """
        return _is_signed(signed, self.public_key)


def read_witness(book: CheckpointBook, public_key: Ed25519PublicKey) -> Witness:
    """Return what the checkpoints say, having checked that none was changed, removed or added by somebody else."""
    reading = _Reading(public_key)
    for line in book.lines():
        if (signed := _parsed(line)) is not None:  # else a line that a crash left unfinished: nothing follows from it
            reading.take(line, signed)
    return reading.witness()


class _Reading:
    def __init__(self, public_key: Ed25519PublicKey) -> None:
        self._key = public_key
        self._previous, self._number, self._damaged = NOTHING_BEFORE, 0, 0
        self._heads: dict[int, str] = {}
        self._restored: list[datetime] = []
        self._last: SignedCheckpoint | None = None

    def take(self, line: bytes, signed: SignedCheckpoint) -> None:
        self._number, self._last, said = self._number + 1, signed, signed.checkpoint
        fits = said.previous == self._previous
        if said.kind is CheckpointKind.RESTORED:
            fits = fits and _is_signed(signed, self._key)
            agreed = said.agreed or 0
            self._heads = {sequence: head for sequence, head in self._heads.items() if sequence <= agreed}
            self._restored.append(said.at)
        fits = fits and self._heads.get(said.sequence, said.head) == said.head
        self._damaged = self._damaged or (0 if fits else self._number)
        self._heads[said.sequence] = said.head
        self._previous = hashlib.sha256(line).hexdigest()

    def witness(self) -> Witness:
        last, damaged = self._last, self._damaged
        if last is not None and not damaged and not _is_signed(last, self._key):
            damaged = self._number
        newest = last.checkpoint if last else None
        return Witness(self._number, newest, self._heads, damaged or None, tuple(self._restored))


def _is_signed(signed: SignedCheckpoint, public_key: Ed25519PublicKey) -> bool:
    try:
        public_key.verify(urlsafe_b64decode(signed.signature), _signed_bytes(signed.checkpoint))
    except (InvalidSignature, ValueError):
        return False
    return True


def _signed_bytes(checkpoint: Checkpoint) -> bytes:
    return _PURPOSE + _canonical(checkpoint)


def _canonical(model: BaseModel) -> bytes:
    return json.dumps(model.model_dump(mode="json"), sort_keys=True, separators=(",", ":")).encode()


def _parsed(line: bytes) -> SignedCheckpoint | None:
    try:
        return SignedCheckpoint.model_validate_json(line)
    except ValidationError:
        return None


def _last_whole_line(tail: bytes) -> bytes | None:
    whole = tail.split(b"\n")[:-1]  # what follows the last end of a line is unfinished
    return next((line for line in reversed(whole) if _parsed(line) is not None), None)
