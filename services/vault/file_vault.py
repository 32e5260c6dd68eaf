"""The vault in a folder: ``<aa>/<consent id>/<kind>.sealed``, ``aa`` being the id's first two digits.

Each file is magic, version, nonce and AES-256-GCM ciphertext under one of the consent's keys; version, consent and kind
are authenticated, so a file moved to another place does not open. The data key is wrapped by a key derived from the
master key and lives in the register's table ``vault_keys``; what is made of the case record has a key of its own,
wrapped by the data key, in ``vault_case_keys``.
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
from services.vault.case_keys import CaseKeys
from services.vault.data_keys import DataKeys
from services.vault.key_ring import KeyRing
from services.vault.vault import OF_THE_CASE, Kind, ObjectDamaged, ObjectMissing, Vault

MAGIC = b"SNPV\x01"
"""Marks an object sealed with the consent's data key; the last byte is the format's version."""

CASE_MAGIC = b"SNPV\x02"
"""Marks an object sealed with the consent's case key. Earlier releases sealed everything with the data key."""

NONCE_BYTES = 12
"""96 random bits (NIST SP 800-38D); a data key seals a dozen objects, so a repeat is out of the question."""


class FileVault(Vault):
    """Keeps sealed objects in files.

    A file is replaced at once and not when the transaction commits: seal what is the same each time it is made, or
    what a repeat of the transaction will seal again.

    Args:
        folder: made when it is absent, for its owner only.
        ring: the master key, which wraps the data keys.
        clock: for the dates of keys.
    """

    def __init__(self, folder: Path, ring: KeyRing, clock: Clock = utc_now) -> None:
        self._folder = folder
        self._keys = DataKeys(ring, clock)
        self._case_keys = CaseKeys(clock)

    @override
    async def seal(self, tx: Transaction, consent_id: UUID, kind: Kind, plain: bytes) -> None:
        key, magic = await self._keys.get_or_make(tx, consent_id), MAGIC
        if kind in OF_THE_CASE:
            key, magic = await self._case_keys.get_or_make(tx, consent_id, key), CASE_MAGIC
        nonce = os.urandom(NONCE_BYTES)
        sealed = magic + nonce + AESGCM(key).encrypt(nonce, plain, _authenticated(magic, consent_id, kind))
        await asyncio.to_thread(_write_durably, self.path_of(consent_id, kind), sealed)

    @override
    async def open(self, tx: Transaction, consent_id: UUID, kind: Kind) -> bytes:
        key = await self._keys.get(tx, consent_id)
        if kind in OF_THE_CASE and await self._case_keys.is_destroyed(tx, consent_id):
            raise ObjectMissing
        sealed = await asyncio.to_thread(_read, self.path_of(consent_id, kind))
        magic, nonce, ciphertext = _parts(sealed)
        if magic == CASE_MAGIC:
            key = await self._case_keys.get(tx, consent_id, key)
        try:
            return AESGCM(key).decrypt(nonce, ciphertext, _authenticated(magic, consent_id, kind))
        except InvalidTag as error:
            raise ObjectDamaged from error

    @override
    async def destroy_key(self, tx: Transaction, consent_id: UUID) -> None:
        await self._keys.destroy(tx, consent_id)

    @override
    async def erase_case(self, tx: Transaction, consent_id: UUID) -> None:
        await self._case_keys.destroy(tx, consent_id)

    @override
    async def remove_erased(self, consent_id: UUID) -> None:
        for kind in OF_THE_CASE:
            await asyncio.to_thread(self.path_of(consent_id, kind).unlink, missing_ok=True)

    def path_of(self, consent_id: UUID, kind: Kind) -> Path:
        """Return where an object is, or would be."""
        name = str(consent_id)
        return self._folder / name[:2] / name / f"{kind.value}.sealed"


def _authenticated(magic: bytes, consent_id: UUID, kind: Kind) -> bytes:
    return magic + f"|{consent_id}|{kind.value}".encode()


def _parts(sealed: bytes) -> tuple[bytes, bytes, bytes]:
    """Return magic, nonce and ciphertext."""
    magic, rest = sealed[: len(MAGIC)], sealed[len(MAGIC) :]
    if magic not in {MAGIC, CASE_MAGIC} or len(rest) <= NONCE_BYTES:
        raise ObjectDamaged
    return magic, rest[:NONCE_BYTES], rest[NONCE_BYTES:]


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
