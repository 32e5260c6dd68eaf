"""The master key changes while the line works: keys are wrapped anew, objects stay byte for byte."""

import asyncio
import hashlib
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from typing_extensions import override

from schemas.values import Party
from services.register import audit
from services.register.database import Database
from services.register.tables import AuditEntry, VaultKey, VaultStandingKey
from services.runtime.failures import TemporarilyUnavailable
from services.vault.claim_index import claim_index
from services.vault.file_vault import FileVault
from services.vault.key_ring import FixedKeyRing, KeyRing, MasterKeyMismatch
from services.vault.key_wrapping import BoundTo
from services.vault.master_key import MasterKey
from services.vault.rotation import StillInUse, retire, rotate, wrapped_with
from services.vault.standing_keys import StandingKeys
from services.vault.vault import Kind, ObjectMissing
from tests.support.register_builders import NOON

OLD, NEW = MasterKey(b"o" * 32), MasterKey(b"n" * 32)
BOTH = FixedKeyRing([OLD, NEW])


async def sealed(database: Database, folder: Path, count: int, ring: KeyRing = OLD) -> list[UUID]:
    consents = [uuid4() for _ in range(count)]
    for consent_id in consents:
        async with database.transaction() as tx:
            for kind in (Kind.DOCUMENT, Kind.PAGE_EN):
                await FileVault(folder, ring).seal(tx, consent_id, kind, str(consent_id).encode())
    return consents


async def opened(database: Database, folder: Path, ring: KeyRing, consents: list[UUID]) -> int:
    found = 0
    async with database.reading() as tx:
        for consent_id in consents:
            for kind in (Kind.DOCUMENT, Kind.PAGE_EN):
                found += await FileVault(folder, ring).open(tx, consent_id, kind) == str(consent_id).encode()
    return found


async def counts(database: Database) -> dict[str, int]:
    async with database.reading() as tx:
        return await wrapped_with(tx)


def hashes(folder: Path) -> dict[Path, str]:
    return {file: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.rglob("*.sealed")}


async def run(database: Database, ring: KeyRing = BOTH) -> int:
    return (await rotate(database, ring, actor=audit.SYSTEM, clock=lambda: NOON)).rewrapped


async def test_every_key_is_wrapped_anew_and_no_object_changes(register_database: Database, tmp_path: Path) -> None:
    consents = await sealed(register_database, tmp_path, 5)
    before = hashes(tmp_path)
    assert await run(register_database) == 5
    assert hashes(tmp_path) == before
    assert len(before) == 10
    assert await counts(register_database) == {NEW.id: 5}
    assert await opened(register_database, tmp_path, NEW, consents) == 10
    with pytest.raises(MasterKeyMismatch):
        await opened(register_database, tmp_path, OLD, consents)
    assert await run(register_database) == 0
    async with register_database.reading() as tx:
        acts = {row.act: row.detail for row in await tx.scalars(select(AuditEntry))}
        assert acts == {
            "key.rotation_started": {"to": NEW.id, "waiting": 5},
            "key.rotated": {"to": NEW.id, "rewrapped": 5, "left": 0},
        }
        assert (await audit.verify(tx)).intact


async def test_the_claim_index_survives_and_its_key_is_wrapped_anew_too(
    sqlite_register: Database, sqlite_register_url: str
) -> None:
    StandingKeys(sqlite_register_url, OLD).make_missing(NOON)
    assert await run(sqlite_register) == 2
    async with sqlite_register.reading() as tx:
        assert {row.master_key_id for row in await tx.scalars(select(VaultStandingKey))} == {NEW.id}
    of_before = claim_index(OLD, "AB12345C1", Party.CUSTODIAL)
    assert claim_index(StandingKeys(sqlite_register_url, NEW), "AB12345C1", Party.CUSTODIAL) == of_before


class Failing(MasterKey):
    """Wraps so many keys, then the service is away."""

    def __init__(self, secret: bytes, good: int) -> None:
        super().__init__(secret)
        self._good = good

    @override
    def wrap(self, key: bytes, bound_to: BoundTo) -> bytes:
        self._good -= 1
        if self._good < 0:
            raise TemporarilyUnavailable("kms")
        return super().wrap(key, bound_to)


async def test_one_that_stopped_half_way_leaves_everything_readable_and_goes_on_later(
    register_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.vault.rotation.AT_ONCE", 2)
    consents = await sealed(register_database, tmp_path, 7)
    with pytest.raises(TemporarilyUnavailable):
        await run(register_database, FixedKeyRing([OLD, Failing(b"n" * 32, good=5)]))
    assert await counts(register_database) == {OLD.id: 3, NEW.id: 4}
    assert await opened(register_database, tmp_path, BOTH, consents) == 14
    assert await run(register_database) == 3
    assert await opened(register_database, tmp_path, NEW, consents) == 14


async def test_a_key_that_is_destroyed_meanwhile_stays_destroyed(register_database: Database, tmp_path: Path) -> None:
    gone, kept = sorted(await sealed(register_database, tmp_path, 2))
    loop = asyncio.get_running_loop()

    async def destroy() -> None:
        async with register_database.transaction() as tx:
            await FileVault(tmp_path, BOTH).destroy_key(tx, gone)

    class Destroying(MasterKey):
        @override
        def wrap(self, key: bytes, bound_to: BoundTo) -> bytes:
            if bound_to.subject == str(gone):
                asyncio.run_coroutine_threadsafe(destroy(), loop).result()
            return super().wrap(key, bound_to)

    assert await run(register_database, FixedKeyRing([OLD, Destroying(b"n" * 32)])) == 1
    with pytest.raises(ObjectMissing):
        await opened(register_database, tmp_path, BOTH, [gone])
    assert await opened(register_database, tmp_path, NEW, [kept]) == 2
    async with register_database.reading() as tx:
        assert (await tx.get_one(VaultKey, gone)).wrapped_key is None


async def test_the_line_works_on_while_keys_are_wrapped_anew(register_database: Database, tmp_path: Path) -> None:
    consents = await sealed(register_database, tmp_path, 12)
    gone, late = consents[:4], []

    async def shred(consent_id: UUID) -> None:
        async with register_database.transaction() as tx:
            await FileVault(tmp_path, BOTH).destroy_key(tx, consent_id)

    async def upload() -> None:  # a process that has not been given the new version yet
        late.extend(await sealed(register_database, tmp_path, 1, OLD))

    await asyncio.gather(run(register_database), *map(shred, gone), *(upload() for _ in range(4)))
    assert await opened(register_database, tmp_path, BOTH, [*consents[4:], *late]) == 24
    for consent_id in gone:
        with pytest.raises(ObjectMissing):
            await opened(register_database, tmp_path, BOTH, [consent_id])
    await run(register_database)
    assert await counts(register_database) == {NEW.id: 12}


async def test_a_damaged_key_is_counted_and_holds_up_no_other(sqlite_register: Database, tmp_path: Path) -> None:
    damaged, *others = await sealed(sqlite_register, tmp_path, 3)
    async with sqlite_register.transaction() as tx:
        await tx.execute(update(VaultKey).where(VaultKey.consent_id == damaged).values(wrapped_key=b"\1" * 61))
    done = await rotate(sqlite_register, BOTH, actor=audit.SYSTEM, clock=lambda: NOON)
    assert (done.rewrapped, done.left) == (2, 1)
    assert await opened(sqlite_register, tmp_path, NEW, others) == 4


async def test_a_version_in_use_can_not_be_retired(register_database: Database, tmp_path: Path) -> None:
    taken: list[str] = []

    async def try_to() -> None:
        await retire(
            register_database, OLD.id, take_away=lambda: taken.append(OLD.id), actor=audit.SYSTEM, clock=lambda: NOON
        )

    await sealed(register_database, tmp_path, 2)
    with pytest.raises(StillInUse):
        await try_to()
    assert taken == []
    await run(register_database)
    await try_to()
    assert taken == [OLD.id]
    async with register_database.reading() as tx:
        retired = (await tx.scalars(select(AuditEntry).where(AuditEntry.act == "key.retired"))).one()
        assert retired.detail == {"key": OLD.id}


async def test_a_key_that_was_wrapped_just_before_its_version_went_is_not_stored(
    sqlite_register: Database, tmp_path: Path
) -> None:
    class Retired(KeyRing):
        """The old version when a key is wrapped; gone when it is read back."""

        def __init__(self) -> None:
            self.asked = 0

        @override
        def versions(self) -> list[MasterKey]:
            self.asked += 1
            return [OLD] if self.asked == 1 else [NEW]

    with pytest.raises(MasterKeyMismatch):
        await sealed(sqlite_register, tmp_path, 1, Retired())
    assert await counts(sqlite_register) == {}
