"""The vault over any store of objects: keys in the register, ciphertext in the store.

The data key is wrapped by the master key and lives in the register's table ``vault_keys``; what is made of the case
record has a key of its own, wrapped by the data key, in ``vault_case_keys``.
"""

import asyncio
from io import BytesIO
from uuid import UUID

from typing_extensions import override

from services.register.database import Transaction
from services.runtime.clock import Clock, utc_now
from services.vault.case_keys import CaseKeys
from services.vault.data_keys import DataKeys
from services.vault.key_ring import KeyRing
from services.vault.object_store import ObjectName, ObjectStore
from services.vault.sealing import (
    OF_A_CASE_KEY,
    SEGMENTED,
    SEGMENTED_CASE,
    Place,
    magic_of,
    opened,
    sealed,
)
from services.vault.vault import OF_THE_CASE, Kind, ObjectDamaged, ObjectMissing, Vault


class StoredVault(Vault):
    """Seals and opens objects of a store.

    An object is replaced at once and not when the transaction commits: seal what is the same each time it is made, or
    what a repeat of the transaction will seal again.

    Args:
        store: keeps the sealed objects.
        ring: the master key, which wraps the data keys.
        clock: for the dates of keys.
    """

    def __init__(self, store: ObjectStore, ring: KeyRing, clock: Clock = utc_now) -> None:
        self._store = store
        self._keys = DataKeys(ring, clock)
        self._case_keys = CaseKeys(clock)

    @override
    async def seal(self, tx: Transaction, consent_id: UUID, kind: Kind, plain: bytes) -> None:
        key, magic = await self._keys.get_or_make(tx, consent_id), SEGMENTED
        if kind in OF_THE_CASE:
            key, magic = await self._case_keys.get_or_make(tx, consent_id, key), SEGMENTED_CASE
        parts = sealed(key, Place(magic, consent_id, kind), plain)
        await asyncio.to_thread(self._store.put, ObjectName(consent_id, kind), parts)

    @override
    async def open(self, tx: Transaction, consent_id: UUID, kind: Kind) -> bytes:
        of_the_case = kind in OF_THE_CASE
        # Before the master key is asked for anything: that nothing opens any more can be shown while it is away.
        if of_the_case and await self._case_keys.is_destroyed(tx, consent_id):
            raise ObjectMissing
        key = await self._keys.get(tx, consent_id)
        case_key = await self._case_keys.find(tx, consent_id, key) if of_the_case else None
        return await asyncio.to_thread(self._opened, ObjectName(consent_id, kind), key, case_key)

    @override
    async def destroy_key(self, tx: Transaction, consent_id: UUID) -> None:
        await self._keys.destroy(tx, consent_id)

    @override
    async def erase_case(self, tx: Transaction, consent_id: UUID) -> None:
        await self._case_keys.destroy(tx, consent_id)

    @override
    async def remove_erased(self, consent_id: UUID) -> None:
        await asyncio.to_thread(self._remove_erased, consent_id)

    def _opened(self, name: ObjectName, key: bytes, case_key: bytes | None) -> bytes:
        plain = BytesIO()
        with self._store.open(name) as source:
            magic = magic_of(source)
            if magic in OF_A_CASE_KEY:
                if case_key is None:
                    raise ObjectMissing if name.kind in OF_THE_CASE else ObjectDamaged
                key = case_key
            for part in opened(key, Place(magic, name.consent_id, name.kind), source):
                plain.write(part)
        return plain.getvalue()

    def _remove_erased(self, consent_id: UUID) -> None:
        for kind in OF_THE_CASE & self._store.kinds(consent_id):
            self._store.delete(ObjectName(consent_id, kind))
