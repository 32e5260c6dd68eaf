"""The master key in memory: 32 random bytes from a file or an environment setting, never from the database."""

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

from services.vault.key_wrapping import AesKeyWrapper, BoundTo

KEY_BYTES = 32
"""AES-256 (FIPS 197)."""


class MasterKeyUnusable(Exception):
    """The master key is absent, malformed, or readable by everybody; the text says what to do."""


class MasterKey:
    """One version of the master key. It is never used itself: each purpose has a key derived by HKDF-SHA256.

    It is a ring of one, too (``services.vault.key_ring.KeyRing``).
    """

    is_remote = False

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise MasterKeyUnusable("a master key has 32 bytes")
        self._secret = secret

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read a key: 32 bytes in URL-safe base64, with or without its padding.

        Raises:
            MasterKeyUnusable: the text is something else; it is not quoted.
        """
        try:
            return cls(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        except (binascii.Error, ValueError) as error:
            raise MasterKeyUnusable("this is no master key") from error

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read the current key of a key file, its last one.

        Raises:
            MasterKeyUnusable: see ``keys_in_file``.
        """
        return cls.from_text(_lines(path)[-1])

    @property
    def id(self) -> str:
        """A name for the key that gives nothing of it away; stored beside what it wraps."""
        return hashlib.sha256(self.derive("key-id")).hexdigest()[:16]

    def derive(self, purpose: str) -> bytes:
        """Return the 32-byte key for one purpose (RFC 5869; the purpose is the info)."""
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"nyc.snapshot/{purpose}".encode()).derive(self._secret)

    def wrap(self, key: bytes, bound_to: BoundTo) -> bytes:
        """Return the wrapped key; see ``KeyWrapper``."""
        return self._wrapper(bound_to).wrap(key, bound_to)

    def unwrap(self, wrapped: bytes, bound_to: BoundTo) -> bytes:
        """Return the key; see ``KeyWrapper``.

        Raises:
            ObjectDamaged: see there.
        """
        return self._wrapper(bound_to).unwrap(wrapped, bound_to)

    def versions(self) -> tuple["MasterKey", ...]:
        """Return itself alone."""
        return (self,)

    def _wrapper(self, bound_to: BoundTo) -> AesKeyWrapper:
        return AesKeyWrapper(self.derive(f"wrap-{bound_to.purpose}"))

    @override
    def __repr__(self) -> str:
        return f"MasterKey(id={self.id!r})"


def keys_in_file(path: Path) -> tuple[MasterKey, ...]:
    """Read every version in a key file: one a line, oldest first; the last one is current.

    Raises:
        MasterKeyUnusable: the file is absent, holds something else, or grants access to everybody on the machine.
    """
    return tuple(MasterKey.from_text(line) for line in _lines(path))


def generate_master_key_file(path: Path) -> None:
    """Make a new key, readable by its owner only.

    Raises:
        FileExistsError: the file is there already; it is left alone.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, [_new_key()])


def add_version(path: Path) -> MasterKey:
    """Add a new key to a key file, which becomes the current one for whoever reads the file; return it.

    Raises:
        MasterKeyUnusable: see ``keys_in_file``.
    """
    text = _new_key()
    _replace(path, [*_lines(path), text])
    return MasterKey.from_text(text)


def remove_version(path: Path, key_id: str) -> None:
    """Take a version out of a key file for ever.

    Raises:
        MasterKeyUnusable: see ``keys_in_file``.
    """
    _replace(path, [line for line in _lines(path) if MasterKey.from_text(line).id != key_id])


def _new_key() -> str:
    return urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


def _lines(path: Path) -> list[str]:
    """Return the file's lines: at least one, and none of them empty."""
    try:
        lines = path.read_text(encoding="ascii").split()
        mode = path.stat().st_mode
    except (OSError, UnicodeDecodeError) as error:
        raise MasterKeyUnusable("no master key in the file") from error
    if mode & stat.S_IRWXO:
        raise MasterKeyUnusable("the master key file is open to everybody; chmod 600 it")
    if not lines:
        raise MasterKeyUnusable("no master key in the file")
    return lines


def _replace(path: Path, lines: list[str]) -> None:
    """Write beside the file and rename over it: whoever reads meanwhile gets the old versions or the new ones."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.unfinished")
    owner = path.stat()
    _write(unfinished, lines)
    try:
        unfinished.chmod(stat.S_IMODE(owner.st_mode))
        if os.geteuid() == 0:
            os.chown(unfinished, owner.st_uid, owner.st_gid)
        unfinished.rename(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


def _write(path: Path, lines: list[str]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.writelines(f"{line}\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())
