"""What files add to the vault's promises: nothing readable on disk, nothing that opens in another place."""

import os
import random
import shutil
import stat
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import update

from services.register.database import Database
from services.register.tables import VaultCaseKey, VaultKey
from services.runtime.clock import utc_now
from services.vault.data_keys import DataKeys
from services.vault.file_vault import FileVault
from services.vault.key_ring import MasterKeyMismatch
from services.vault.master_key import MasterKey
from services.vault.object_store import StoreAway
from services.vault.sealing import MAGIC_BYTES, NONCE_BYTES, SALT_BYTES, WHOLE
from services.vault.vault import Kind, ObjectDamaged, ObjectMissing

MASTER = MasterKey(b"k" * 32)
SECRET = b"Practice Parent owes 123.45"


@pytest.fixture
def vault(tmp_path: Path) -> FileVault:
    return FileVault(tmp_path / "deep" / "vault", MASTER)


async def _seal(database: Database, vault: FileVault, kind: Kind = Kind.CLAIM, plain: bytes = SECRET) -> UUID:
    consent_id = uuid4()
    async with database.transaction() as tx:
        await vault.seal(tx, consent_id, kind, plain)
    return consent_id


async def _expect(database: Database, vault: FileVault, consent_id: UUID, kind: Kind, error: type[Exception]) -> None:
    async with database.reading() as tx:
        with pytest.raises(error):
            await vault.open(tx, consent_id, kind)


async def test_nothing_on_disk_can_be_read_or_is_open_to_others(sqlite_register: Database, vault: FileVault) -> None:
    consent_id = await _seal(sqlite_register, vault)
    path = vault.path_of(consent_id, Kind.CLAIM)
    assert path.parts[-3:] == (str(consent_id)[:2], str(consent_id), "claim.sealed")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert SECRET not in path.read_bytes()
    assert [one.name for one in path.parent.iterdir()] == ["claim.sealed"]


async def test_the_same_object_never_looks_the_same_twice(sqlite_register: Database, vault: FileVault) -> None:
    consent_id = await _seal(sqlite_register, vault)
    path = vault.path_of(consent_id, Kind.CLAIM)
    seen = set()
    async with sqlite_register.transaction() as tx:
        for _ in range(50):
            await vault.seal(tx, consent_id, Kind.CLAIM, SECRET)
            seen.add(path.read_bytes()[MAGIC_BYTES : MAGIC_BYTES + SALT_BYTES])
    assert len(seen) == 50


async def test_any_flipped_bit_is_noticed(sqlite_register: Database, vault: FileVault) -> None:
    consent_id = await _seal(sqlite_register, vault)
    path = vault.path_of(consent_id, Kind.CLAIM)
    sound = path.read_bytes()
    for bit in random.Random(7).sample(range(len(sound) * 8), 120):
        damaged = bytearray(sound)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        await _expect(sqlite_register, vault, consent_id, Kind.CLAIM, ObjectDamaged)


@pytest.mark.parametrize("length", [0, 4, 5, 16, 17, 20, 40])
async def test_a_file_that_was_cut_short_is_noticed(sqlite_register: Database, vault: FileVault, length: int) -> None:
    consent_id = await _seal(sqlite_register, vault)
    os.truncate(vault.path_of(consent_id, Kind.CLAIM), length)
    await _expect(sqlite_register, vault, consent_id, Kind.CLAIM, ObjectDamaged)


async def test_an_object_moved_to_another_kind_or_consent_does_not_open(
    sqlite_register: Database, vault: FileVault
) -> None:
    mine, other = await _seal(sqlite_register, vault), await _seal(sqlite_register, vault)
    shutil.copy(vault.path_of(mine, Kind.CLAIM), vault.path_of(mine, Kind.GRANT))
    await _expect(sqlite_register, vault, mine, Kind.GRANT, ObjectDamaged)
    shutil.copy(vault.path_of(other, Kind.CLAIM), vault.path_of(mine, Kind.CLAIM))
    await _expect(sqlite_register, vault, mine, Kind.CLAIM, ObjectDamaged)


async def test_a_wrapped_key_moved_to_another_consent_does_not_unwrap(
    sqlite_register: Database, vault: FileVault
) -> None:
    mine, other = await _seal(sqlite_register, vault), await _seal(sqlite_register, vault)
    async with sqlite_register.transaction() as tx:
        stolen = await tx.get_one(VaultKey, other)
        await tx.execute(update(VaultKey).where(VaultKey.consent_id == mine).values(wrapped_key=stolen.wrapped_key))
    await _expect(sqlite_register, vault, mine, Kind.CLAIM, ObjectDamaged)


@pytest.mark.parametrize("wrapped", [b"", b"\x01", b"\x02" + b"x" * 60, b"\x01" + b"x" * 60])
async def test_a_garbled_wrapped_key_is_damage(sqlite_register: Database, vault: FileVault, wrapped: bytes) -> None:
    consent_id = await _seal(sqlite_register, vault)
    async with sqlite_register.transaction() as tx:
        await tx.execute(update(VaultKey).values(wrapped_key=wrapped))
    await _expect(sqlite_register, vault, consent_id, Kind.CLAIM, ObjectDamaged)


async def test_another_master_key_is_a_mistake_of_the_operator_and_not_damage(
    sqlite_register: Database, vault: FileVault, tmp_path: Path
) -> None:
    consent_id = await _seal(sqlite_register, vault)
    stranger = FileVault(tmp_path / "deep" / "vault", MasterKey(b"s" * 32))
    await _expect(sqlite_register, stranger, consent_id, Kind.CLAIM, MasterKeyMismatch)


async def test_after_destruction_neither_the_database_nor_the_disk_holds_what_opens_it(
    sqlite_register: Database, vault: FileVault
) -> None:
    consent_id = await _seal(sqlite_register, vault)
    async with sqlite_register.transaction() as tx:
        await vault.destroy_key(tx, consent_id)
    async with sqlite_register.reading() as tx:
        row = await tx.get_one(VaultKey, consent_id)
        assert row.wrapped_key is None
        assert row.destroyed_at is not None
    assert vault.path_of(consent_id, Kind.CLAIM).exists()
    await _expect(sqlite_register, vault, consent_id, Kind.CLAIM, ObjectMissing)


async def test_a_key_that_a_backup_brought_back_stays_destroyed(sqlite_register: Database, vault: FileVault) -> None:
    consent_id = await _seal(sqlite_register, vault)
    async with sqlite_register.transaction() as tx:
        wrapped = (await tx.get_one(VaultKey, consent_id)).wrapped_key
        await vault.destroy_key(tx, consent_id)
    async with sqlite_register.transaction() as tx:
        await tx.execute(update(VaultKey).values(wrapped_key=wrapped))
    await _expect(sqlite_register, vault, consent_id, Kind.CLAIM, ObjectMissing)


async def test_a_file_that_is_gone_is_missing(sqlite_register: Database, vault: FileVault) -> None:
    consent_id = await _seal(sqlite_register, vault)
    vault.path_of(consent_id, Kind.CLAIM).unlink()
    await _expect(sqlite_register, vault, consent_id, Kind.CLAIM, ObjectMissing)


async def test_when_the_disk_refuses_the_old_object_stays_and_nothing_unfinished_is_left(
    sqlite_register: Database, vault: FileVault
) -> None:
    consent_id = await _seal(sqlite_register, vault)
    folder = vault.path_of(consent_id, Kind.PAGE_EN)
    folder.mkdir()  # a folder where the file should go: the rename fails, as on a full or broken disk
    async with sqlite_register.transaction() as tx:
        with pytest.raises(StoreAway):
            await vault.seal(tx, consent_id, Kind.PAGE_EN, b"page")
    assert sorted(one.name for one in folder.parent.iterdir()) == ["claim.sealed", "page_en.sealed"]
    async with sqlite_register.reading() as tx:
        assert await vault.open(tx, consent_id, Kind.CLAIM) == SECRET


async def test_a_page_that_an_earlier_release_sealed_opens_and_can_be_erased(
    sqlite_register: Database, vault: FileVault
) -> None:
    consent_id = await _seal(sqlite_register, vault)
    async with sqlite_register.reading() as tx:
        data_key = await DataKeys(MASTER, utc_now).get(tx, consent_id)
    nonce, kind = os.urandom(NONCE_BYTES), Kind.PAGE_EN
    sealed = AESGCM(data_key).encrypt(nonce, SECRET, WHOLE + f"|{consent_id}|{kind.value}".encode())
    vault.path_of(consent_id, kind).write_bytes(WHOLE + nonce + sealed)
    async with sqlite_register.reading() as tx:
        assert await vault.open(tx, consent_id, kind) == SECRET
    async with sqlite_register.transaction() as tx:
        await vault.erase_case(tx, consent_id)
    await _expect(sqlite_register, vault, consent_id, kind, ObjectMissing)
    await vault.remove_erased(consent_id)
    assert [one.name for one in vault.path_of(consent_id, kind).parent.iterdir()] == ["claim.sealed"]


async def test_a_case_key_that_a_backup_brought_back_opens_nothing_without_the_consents_key(
    sqlite_register: Database, vault: FileVault
) -> None:
    mine, other = await _seal(sqlite_register, vault, Kind.PAGE_EN), await _seal(sqlite_register, vault, Kind.PAGE_EN)
    async with sqlite_register.transaction() as tx:
        stolen = (await tx.get_one(VaultCaseKey, other)).wrapped_key
        await tx.execute(update(VaultCaseKey).where(VaultCaseKey.consent_id == mine).values(wrapped_key=stolen))
    await _expect(sqlite_register, vault, mine, Kind.PAGE_EN, ObjectDamaged)
    async with sqlite_register.transaction() as tx:
        await vault.destroy_key(tx, other)
    await _expect(sqlite_register, vault, other, Kind.PAGE_EN, ObjectMissing)
