"""The key of what was made of a consent's case record: wrapped by the consent's data key, and destroyed before it.

It opens nothing without the consent's key, so the end of a consent takes both.
"""

import os
from uuid import UUID

from sqlalchemy import select

from services.register.database import Transaction, insert_if_absent
from services.register.tables import VaultCaseKey
from services.runtime.clock import Clock
from services.vault.key_wrapping import AesKeyWrapper, BoundTo
from services.vault.master_key import KEY_BYTES
from services.vault.vault import ObjectMissing


class CaseKeys:
    """Makes, unwraps and destroys case keys. Nothing is cached."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def get_or_make(self, tx: Transaction, consent_id: UUID, data_key: bytes) -> bytes:
        """Return the case key (32 bytes), made now when there was none.

        Raises:
            ObjectMissing: it was destroyed; what is erased is not made again.
        """
        row = await _row(tx, consent_id)
        if row is None:
            wrapped = AesKeyWrapper(data_key).wrap(os.urandom(KEY_BYTES), _bound_to(consent_id))
            values = {"consent_id": consent_id, "wrapped_key": wrapped, "created_at": self._clock()}
            await insert_if_absent(tx, VaultCaseKey, values)
            row = await _row(tx, consent_id)
        return _unwrapped(row, consent_id, data_key)

    async def find(self, tx: Transaction, consent_id: UUID, data_key: bytes) -> bytes | None:
        """Return the case key (32 bytes), or None where none was ever made.

        Raises:
            ObjectMissing: it was destroyed.
        """
        row = await _row(tx, consent_id)
        return None if row is None else _unwrapped(row, consent_id, data_key)

    async def is_destroyed(self, tx: Transaction, consent_id: UUID) -> bool:
        """Whether what was made of the case is erased, whatever key it was sealed with."""
        row = await _row(tx, consent_id)
        return row is not None and row.destroyed_at is not None

    async def destroy(self, tx: Transaction, consent_id: UUID) -> None:
        """Forget the wrapped key; the row stays and says when, also for a consent that never had one."""
        now = self._clock()
        row = await _row(tx, consent_id, for_update=True)
        if row is None:
            tx.add(VaultCaseKey(consent_id=consent_id, created_at=now, destroyed_at=now))
        elif row.destroyed_at is None:
            row.wrapped_key, row.destroyed_at = None, now
        await tx.flush()


def _unwrapped(row: VaultCaseKey | None, consent_id: UUID, data_key: bytes) -> bytes:
    if row is None or row.wrapped_key is None or row.destroyed_at is not None:
        raise ObjectMissing
    return AesKeyWrapper(data_key).unwrap(row.wrapped_key, _bound_to(consent_id))


def _bound_to(consent_id: UUID) -> BoundTo:
    return BoundTo("case-key", str(consent_id))


async def _row(tx: Transaction, consent_id: UUID, *, for_update: bool = False) -> VaultCaseKey | None:
    query = select(VaultCaseKey).where(VaultCaseKey.consent_id == consent_id)
    if for_update:
        query = query.with_for_update()
    row: VaultCaseKey | None = await tx.scalar(query.execution_options(populate_existing=True))
    return row
