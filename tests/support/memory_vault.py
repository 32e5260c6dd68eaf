"""A vault in memory, for tests of rooms that only need one to be there; passes the vault's contract suite."""

from uuid import UUID

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from services.register.database import Transaction
from services.vault.vault import OF_THE_CASE, Kind, ObjectMissing, Vault


class MemoryVault(Vault):
    """Keeps plain bytes. ``opened`` lists what was opened, for tests that assert that nothing was."""

    def __init__(self) -> None:
        self._objects: dict[tuple[UUID, Kind], bytes] = {}
        self._destroyed: set[UUID] = set()
        self._erased: set[UUID] = set()
        self.opened: list[tuple[UUID, Kind]] = []

    @override
    async def seal(self, tx: Transaction, consent_id: UUID, kind: Kind, plain: bytes) -> None:
        if consent_id in self._destroyed or (consent_id in self._erased and kind in OF_THE_CASE):
            raise ObjectMissing
        self._objects[consent_id, kind] = plain

    @override
    async def open(self, tx: Transaction, consent_id: UUID, kind: Kind) -> bytes:
        self.opened.append((consent_id, kind))
        gone = consent_id in self._destroyed or (consent_id in self._erased and kind in OF_THE_CASE)
        if gone or (consent_id, kind) not in self._objects:
            raise ObjectMissing
        return self._objects[consent_id, kind]

    @override
    async def destroy_key(self, tx: Transaction, consent_id: UUID) -> None:
        self._note(tx, consent_id, self._destroyed)

    @override
    async def erase_case(self, tx: Transaction, consent_id: UUID) -> None:
        self._note(tx, consent_id, self._erased)

    @override
    async def remove_erased(self, consent_id: UUID) -> None:
        for kind in OF_THE_CASE:
            self._objects.pop((consent_id, kind), None)

    def _note(self, tx: Transaction, consent_id: UUID, noted: set[UUID]) -> None:
        """Note an end that counts unless the transaction is rolled back."""
        if consent_id in noted:
            return
        noted.add(consent_id)
        if isinstance(tx, AsyncSession):
            event.listen(tx.sync_session, "after_rollback", lambda _session: noted.discard(consent_id))
