"""A vault in memory, for tests of rooms that only need one to be there; passes the vault's contract suite."""

from uuid import UUID

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from services.register.database import Transaction
from services.vault.vault import Kind, ObjectMissing, Vault


class MemoryVault(Vault):
    """Keeps plain bytes. ``opened`` lists what was opened, for tests that assert that nothing was."""

    def __init__(self) -> None:
        self._objects: dict[tuple[UUID, Kind], bytes] = {}
        self._destroyed: set[UUID] = set()
        self.opened: list[tuple[UUID, Kind]] = []

    @override
    async def seal(self, tx: Transaction, consent_id: UUID, kind: Kind, plain: bytes) -> None:
        if consent_id in self._destroyed:
            raise ObjectMissing
        self._objects[consent_id, kind] = plain

    @override
    async def open(self, tx: Transaction, consent_id: UUID, kind: Kind) -> bytes:
        self.opened.append((consent_id, kind))
        if consent_id in self._destroyed or (consent_id, kind) not in self._objects:
            raise ObjectMissing
        return self._objects[consent_id, kind]

    @override
    async def destroy_key(self, tx: Transaction, consent_id: UUID) -> None:
        if consent_id in self._destroyed:
            return
        self._destroyed.add(consent_id)
        if isinstance(tx, AsyncSession):
            event.listen(tx.sync_session, "after_rollback", lambda _session: self._destroyed.discard(consent_id))
