"""The shred list: which consents' keys were destroyed, in a signed file outside the database.

Wrapped keys are rows of the register, so a register that is restored from a backup brings destroyed ones back. The list
stays, beside the audit log's checkpoints, and is applied to whatever was restored.
"""

import fcntl
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from services.register.states import ConsentStatus

FILE_NAME: Final = "shredded.jsonl"

_PURPOSE: Final = b"child-support-snapshot/shredded/1|"
"""Signed with each line, so that the signature can't pass for one of something else."""


class ShredListForged(Exception):
    """A line was not signed with the audit key; nothing of the list is applied. ``line`` counts from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class Shredded(BaseModel):
    """A key that was destroyed.

    Attributes:
        consent_id: whose.
        at: when.
        status: how the consent stood when it was listed; None of one that the register never had.
        case_only: only what was made of the case record went, at the end of its time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    consent_id: UUID
    at: AwareDatetime
    status: ConsentStatus | None
    case_only: bool = False


class ShredList:
    """The file; it is only ever appended to.

    Args:
        folder: made when it is absent, for its owner only.
        public_key: checks every line that is read.
    """

    def __init__(self, folder: Path, public_key: Ed25519PublicKey) -> None:
        self._folder = folder
        self._public_key = public_key

    @property
    def file(self) -> Path:
        """Where the list is."""
        return self._folder / FILE_NAME

    def read(self) -> Iterator[Shredded]:
        """Yield every line; nothing when there is no file. A line that a crash left unfinished is passed over.

        Raises:
            ShredListForged: see there.
        """
        if not self.file.exists():
            return
        with self.file.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.endswith(b"}\n"):
                    yield self._checked(line, number)

    def append(self, shredded: Iterable[Shredded], private_key: Ed25519PrivateKey) -> None:
        """Add lines, durably. A consent that is listed twice does no harm."""
        lines = b"".join(_line(one, private_key) for one in shredded)
        if not lines:
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            size = os.fstat(descriptor).st_size
            unfinished = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
            os.write(descriptor, (b"\n" if unfinished else b"") + lines)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _checked(self, line: bytes, number: int) -> Shredded:
        try:
            said = json.loads(line)
            signature = urlsafe_b64decode(said.pop("signature"))
            shredded = Shredded.model_validate(said)
            self._public_key.verify(signature, _signed_bytes(shredded))
        except (ValueError, KeyError, TypeError, AttributeError, ValidationError, InvalidSignature) as error:
            raise ShredListForged(number) from error
        return shredded


def _line(shredded: Shredded, private_key: Ed25519PrivateKey) -> bytes:
    signature = urlsafe_b64encode(private_key.sign(_signed_bytes(shredded))).decode()
    return json.dumps(shredded.model_dump(mode="json") | {"signature": signature}, sort_keys=True).encode() + b"\n"


def _signed_bytes(shredded: Shredded) -> bytes:
    return _PURPOSE + json.dumps(shredded.model_dump(mode="json"), sort_keys=True, separators=(",", ":")).encode()
