"""The data key of each consent, wrapped by the master key, in the register's table ``vault_keys``."""

import asyncio
import os
from collections.abc import Callable
from uuid import UUID

from sqlalchemy import select

from services.register.database import Transaction, insert_if_absent
from services.register.tables import VaultKey
from services.runtime.clock import Clock
from services.vault.key_ring import KeyRing, current, version
from services.vault.key_wrapping import BoundTo, KeyWrapper
from services.vault.master_key import KEY_BYTES
from services.vault.vault import ObjectMissing


class DataKeys:
    """Makes, unwraps and destroys data keys. Nothing is cached, so a destroyed key is gone at once."""

    def __init__(self, ring: KeyRing, clock: Clock) -> None:
        self._ring = ring
        self._clock = clock

    async def get_or_make(self, tx: Transaction, consent_id: UUID) -> bytes:
        """Return the consent's data key (32 bytes), made now when there was none.

        Raises:
            ObjectMissing: the key was destroyed; a consent that was shredded never comes back.
            TemporarilyUnavailable: the master key can't be reached, or is not the one it was wrapped with.
        """
        row = await _row(tx, consent_id)
        if row is None:
            wrapper = current(self._ring)
            wrapped = await _in_place(wrapper, wrapper.wrap, os.urandom(KEY_BYTES), data_key_of(consent_id))
            values = {"consent_id": consent_id, "wrapped_key": wrapped, "master_key_id": wrapper.id}
            await insert_if_absent(tx, VaultKey, values | {"created_at": self._clock()})
            row = await _row(tx, consent_id)
        return await self._unwrap(row, consent_id)

    async def get(self, tx: Transaction, consent_id: UUID) -> bytes:
        """Return the consent's data key (32 bytes).

        Raises:
            ObjectMissing: there is none, or it was destroyed.
            TemporarilyUnavailable: the master key can't be reached, or is not the one it was wrapped with.
        """
        return await self._unwrap(await _row(tx, consent_id), consent_id)

    async def destroy(self, tx: Transaction, consent_id: UUID) -> None:
        """Forget the wrapped key; the row stays and says when. A consent that never had a key gets such a row too."""
        now = self._clock()
        row = await _row(tx, consent_id, for_update=True)
        if row is None:
            tx.add(VaultKey(consent_id=consent_id, master_key_id="", created_at=now, destroyed_at=now))
        elif row.destroyed_at is None:
            row.wrapped_key, row.destroyed_at = None, now
        await tx.flush()

    async def _unwrap(self, row: VaultKey | None, consent_id: UUID) -> bytes:
        if row is None or row.wrapped_key is None or row.destroyed_at is not None:
            raise ObjectMissing
        wrapper = version(self._ring, row.master_key_id)
        return await _in_place(wrapper, wrapper.unwrap, row.wrapped_key, data_key_of(consent_id))


def data_key_of(consent_id: UUID) -> BoundTo:
    """Return what a consent's data key is bound to."""
    return BoundTo("data-key", str(consent_id))


async def _in_place(
    wrapper: KeyWrapper, work: Callable[[bytes, BoundTo], bytes], key: bytes, bound_to: BoundTo
) -> bytes:
    """Do what is quick at once, and what goes over the network in a thread."""
    return await asyncio.to_thread(work, key, bound_to) if wrapper.is_remote else work(key, bound_to)


async def _row(tx: Transaction, consent_id: UUID, *, for_update: bool = False) -> VaultKey | None:
    query = select(VaultKey).where(VaultKey.consent_id == consent_id)
    if for_update:
        query = query.with_for_update()
    row: VaultKey | None = await tx.scalar(query.execution_options(populate_existing=True))
    return row
