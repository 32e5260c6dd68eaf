"""The data key of each consent, wrapped by the master key, in the register's table ``vault_keys``."""

import os
from uuid import UUID

from sqlalchemy import Insert, select
from sqlalchemy.dialects import postgresql, sqlite

from services.register.database import Transaction
from services.register.tables import VaultKey
from services.runtime.clock import Clock
from services.vault.key_wrapping import AesKeyWrapper, BoundTo
from services.vault.master_key import KEY_BYTES, MasterKey
from services.vault.vault import ObjectMissing


class MasterKeyMismatch(Exception):
    """The data key was wrapped by another master key than the one this process was given."""


class DataKeys:
    """Makes, unwraps and destroys data keys. Nothing is cached, so a destroyed key is gone at once."""

    def __init__(self, master_key: MasterKey, clock: Clock) -> None:
        self._wrapping = AesKeyWrapper(master_key.derive("wrap-data-key"))
        self._master_key_id = master_key.id
        self._clock = clock

    async def get_or_make(self, tx: Transaction, consent_id: UUID) -> bytes:
        """Return the consent's data key (32 bytes), made now when there was none.

        Raises:
            ObjectMissing: the key was destroyed; a consent that was shredded never comes back.
            MasterKeyMismatch: see there.
        """
        row = await _row(tx, consent_id)
        if row is None:
            await tx.execute(self._insert(tx, consent_id, os.urandom(KEY_BYTES)))
            row = await _row(tx, consent_id)
        return self._unwrap(row, consent_id)

    async def get(self, tx: Transaction, consent_id: UUID) -> bytes:
        """Return the consent's data key (32 bytes).

        Raises:
            ObjectMissing: there is none, or it was destroyed.
            MasterKeyMismatch: see there.
        """
        return self._unwrap(await _row(tx, consent_id), consent_id)

    async def destroy(self, tx: Transaction, consent_id: UUID) -> None:
        """Forget the wrapped key; the row stays and says when. A consent that never had a key gets such a row too."""
        now = self._clock()
        row = await _row(tx, consent_id, for_update=True)
        if row is None:
            tx.add(VaultKey(consent_id=consent_id, master_key_id="", created_at=now, destroyed_at=now))
        elif row.destroyed_at is None:
            row.wrapped_key, row.destroyed_at = None, now
        await tx.flush()

    def _insert(self, tx: Transaction, consent_id: UUID, data_key: bytes) -> Insert:
        """Two transactions may make a consent's first key at once: the first one counts."""
        values = {
            "consent_id": consent_id,
            "wrapped_key": self._wrapping.wrap(data_key, _bound_to(consent_id)),
            "master_key_id": self._master_key_id,
            "created_at": self._clock(),
        }
        if tx.get_bind().dialect.name == "postgresql":
            return postgresql.insert(VaultKey).values(values).on_conflict_do_nothing()
        return sqlite.insert(VaultKey).values(values).on_conflict_do_nothing()

    def _unwrap(self, row: VaultKey | None, consent_id: UUID) -> bytes:
        if row is None or row.wrapped_key is None or row.destroyed_at is not None:
            raise ObjectMissing
        if row.master_key_id != self._master_key_id:
            raise MasterKeyMismatch
        return self._wrapping.unwrap(row.wrapped_key, _bound_to(consent_id))


def _bound_to(consent_id: UUID) -> BoundTo:
    return BoundTo("data-key", str(consent_id))


async def _row(tx: Transaction, consent_id: UUID, *, for_update: bool = False) -> VaultKey | None:
    query = select(VaultKey).where(VaultKey.consent_id == consent_id)
    if for_update:
        query = query.with_for_update()
    row: VaultKey | None = await tx.scalar(query.execution_options(populate_existing=True))
    return row
