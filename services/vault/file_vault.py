"""The vault in a folder: ``<aa>/<consent id>/<kind>.sealed``, ``aa`` being the id's first two digits.

Each file is magic, version, nonce and AES-256-GCM ciphertext under the consent's data key; version, consent and kind
are authenticated, so a file moved to another place does not open. The data key is wrapped by a key derived from the
master key and lives in the register's table ``vault_keys``.
"""

import asyncio
import os
from pathlib import Path
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from typing_extensions import override

from services.register.database import Transaction
from services.runtime.clock import Clock, utc_now
from services.vault.data_keys import DataKeys
from services.vault.master_key import MasterKey
from services.vault.vault import Kind, ObjectDamaged, ObjectMissing, Vault

MAGIC = b"SNPV\x01"
"""Marks a sealed object; the last byte is the format's version."""

NONCE_BYTES = 12
"""96 random bits (NIST SP 800-38D); a data key seals a dozen objects, so a repeat is out of the question."""


class FileVault(Vault):
    """Keeps sealed objects in files.

    A file is replaced at once and not when the transaction commits: seal what is the same each time it is made, or
    what a repeat of the transaction will seal again.

    Args:
        folder: made when it is absent, for its owner only.
        master_key: wraps the data keys.
        clock: for the dates of keys.
    """

    def __init__(self, folder: Path, master_key: MasterKey, clock: Clock = utc_now) -> None:
        self._folder = folder
        self._keys = DataKeys(master_key, clock)

    @override
    async def seal(self, tx: Transaction, consent_id: UUID, kind: Kind, plain: bytes) -> None:
        data_key = await self._keys.get_or_make(tx, consent_id)
        nonce = os.urandom(NONCE_BYTES)
        sealed = MAGIC + nonce + AESGCM(data_key).encrypt(nonce, plain, _authenticated(consent_id, kind))
        await asyncio.to_thread(_write_durably, self.path_of(consent_id, kind), sealed)

    @override
    async def open(self, tx: Transaction, consent_id: UUID, kind: Kind) -> bytes:
        data_key = await self._keys.get(tx, consent_id)
        sealed = await asyncio.to_thread(_read, self.path_of(consent_id, kind))
        if not sealed.startswith(MAGIC) or len(sealed) <= len(MAGIC) + NONCE_BYTES:
            raise ObjectDamaged
        nonce, ciphertext = sealed[len(MAGIC) :][:NONCE_BYTES], sealed[len(MAGIC) + NONCE_BYTES :]
        try:
            return AESGCM(data_key).decrypt(nonce, ciphertext, _authenticated(consent_id, kind))
        except InvalidTag as error:
            raise ObjectDamaged from error

    @override
    async def destroy_key(self, tx: Transaction, consent_id: UUID) -> None:
        await self._keys.destroy(tx, consent_id)

    def path_of(self, consent_id: UUID, kind: Kind) -> Path:
        """Return where an object is, or would be."""
        name = str(consent_id)
        return self._folder / name[:2] / name / f"{kind.value}.sealed"


def _authenticated(consent_id: UUID, kind: Kind) -> bytes:
    return MAGIC + f"|{consent_id}|{kind.value}".encode()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ObjectMissing from error


def _write_durably(path: Path, content: bytes) -> None:
    """Write beside the target, flush, and rename over it: a crash leaves the old object or the new one, whole."""
    for folder in (path.parent.parent.parent, path.parent.parent, path.parent):
        if not folder.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _flush_folder(folder.parent)
    unfinished = path.with_name(f"{path.name}.{uuid4().hex}.unfinished")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
