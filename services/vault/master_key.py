"""The master key: 32 random bytes in a file outside the database. Every other key comes from it or is wrapped by it."""

import binascii
import hashlib
import os
import stat
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from typing_extensions import override

KEY_BYTES = 32
"""AES-256 (FIPS 197)."""


class MasterKeyUnusable(Exception):
    """The master key's file is absent, malformed, or readable by everybody."""


class MasterKey:
    """The master key in memory. It is never used itself: each purpose has a key of its own, derived by HKDF-SHA256."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise MasterKeyUnusable("a master key has 32 bytes")
        self._secret = secret

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read a key file: 32 bytes in URL-safe base64.

        Raises:
            MasterKeyUnusable: the file is absent, holds something else, or grants access to everybody on the machine.
        """
        try:
            text = path.read_bytes().strip()
            mode = path.stat().st_mode
            secret = urlsafe_b64decode(text + b"=" * (-len(text) % 4))
        except (OSError, binascii.Error) as error:
            raise MasterKeyUnusable("no master key in the file") from error
        if mode & stat.S_IRWXO:
            raise MasterKeyUnusable("the master key file is open to everybody; chmod 600 it")
        return cls(secret)

    @property
    def id(self) -> str:
        """A name for the key that gives nothing of it away; stored beside what it wraps."""
        return hashlib.sha256(self.derive("key-id")).hexdigest()[:16]

    def derive(self, purpose: str) -> bytes:
        """Return the 32-byte key for one purpose (RFC 5869; the purpose is the info)."""
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"nyc.snapshot/{purpose}".encode()).derive(self._secret)

    @override
    def __repr__(self) -> str:
        return f"MasterKey(id={self.id!r})"


def generate_master_key_file(path: Path) -> None:
    """Make a new key, readable by its owner only.

    Raises:
        FileExistsError: the file is there already; it is left alone.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(urlsafe_b64encode(os.urandom(KEY_BYTES)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
