"""What every vault promises; runs on the one in memory, on files with each database, and on S3."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from services.register.database import Database
from services.settings import VaultSettings
from services.vault.file_vault import FileVault
from services.vault.master_key import MasterKey
from services.vault.s3_store import S3Store
from services.vault.stored_vault import StoredVault
from services.vault.vault import OF_THE_CASE, Kind, ObjectMissing, Vault
from tests.support.memory_vault import MemoryVault
from tests.support.s3_server import BUCKET, s3_server


@dataclass(frozen=True)
class VaultUnderTest:
    vault: Vault
    database: Database


def _files(folder: Path) -> Vault:
    return FileVault(folder, MasterKey(b"k" * 32))


def _memory(_folder: Path) -> Vault:
    return MemoryVault()


def _bucket(folder: Path) -> Vault:
    return StoredVault(S3Store(VaultSettings(home=folder)), MasterKey(b"k" * 32))


@pytest.fixture
def bucket_register_url(sqlite_register_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A register beside a store that speaks S3, which the settings name."""
    with s3_server() as s3:
        for name, value in {
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "practice",
            "AWS_CONFIG_FILE": "/dev/null",
            "SNAPSHOT_AWS_REGION": "us-east-1",
            "SNAPSHOT_S3_ENDPOINT": s3.url,
            "SNAPSHOT_VAULT_S3_BUCKET": BUCKET,
        }.items():
            monkeypatch.setenv(name, value)
        yield sqlite_register_url


@pytest.fixture(
    params=[
        pytest.param(("sqlite_register_url", _memory), id="memory"),
        pytest.param(("sqlite_register_url", _files), id="files-sqlite"),
        pytest.param(("bucket_register_url", _bucket), id="s3-sqlite"),
        pytest.param(("postgres_register_url", _files), id="files-postgresql", marks=pytest.mark.postgres),
    ]
)
async def under_test(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[VaultUnderTest]:
    fixture, make = request.param
    typed_make: Callable[[Path], Vault] = make
    database = Database(request.getfixturevalue(fixture))
    yield VaultUnderTest(typed_make(tmp_path / "vault"), database)
    await database.close()


async def test_what_was_sealed_opens_in_a_later_transaction(under_test: VaultUnderTest) -> None:
    consent_id = uuid4()
    async with under_test.database.transaction() as tx:
        await under_test.vault.seal(tx, consent_id, Kind.DOCUMENT, b"a form")
    async with under_test.database.reading() as tx:
        assert await under_test.vault.open(tx, consent_id, Kind.DOCUMENT) == b"a form"


async def test_an_empty_object_is_an_object(under_test: VaultUnderTest) -> None:
    consent_id = uuid4()
    async with under_test.database.transaction() as tx:
        await under_test.vault.seal(tx, consent_id, Kind.READING, b"")
        assert await under_test.vault.open(tx, consent_id, Kind.READING) == b""


async def test_sealing_again_replaces_the_object_of_that_kind_only(under_test: VaultUnderTest) -> None:
    consent_id = uuid4()
    async with under_test.database.transaction() as tx:
        await under_test.vault.seal(tx, consent_id, Kind.PAGE_EN, b"first")
        await under_test.vault.seal(tx, consent_id, Kind.PAGE_ES, b"spanish")
        await under_test.vault.seal(tx, consent_id, Kind.PAGE_EN, b"second")
        assert await under_test.vault.open(tx, consent_id, Kind.PAGE_EN) == b"second"
        assert await under_test.vault.open(tx, consent_id, Kind.PAGE_ES) == b"spanish"


async def test_what_was_never_sealed_is_missing(under_test: VaultUnderTest) -> None:
    consent_id = uuid4()
    async with under_test.database.transaction() as tx:
        with pytest.raises(ObjectMissing):
            await under_test.vault.open(tx, consent_id, Kind.CLAIM)
        await under_test.vault.seal(tx, consent_id, Kind.DOCUMENT, b"a form")
        with pytest.raises(ObjectMissing):
            await under_test.vault.open(tx, consent_id, Kind.CLAIM)


async def test_destroying_the_key_takes_every_object_and_spares_other_consents(under_test: VaultUnderTest) -> None:
    gone, kept = uuid4(), uuid4()
    async with under_test.database.transaction() as tx:
        for kind in Kind:
            await under_test.vault.seal(tx, gone, kind, b"x")
        await under_test.vault.seal(tx, kept, Kind.CLAIM, b"kept")
        await under_test.vault.destroy_key(tx, gone)
    async with under_test.database.reading() as tx:
        for kind in Kind:
            with pytest.raises(ObjectMissing):
                await under_test.vault.open(tx, gone, kind)
        assert await under_test.vault.open(tx, kept, Kind.CLAIM) == b"kept"


async def test_a_shredded_consent_never_comes_back(under_test: VaultUnderTest) -> None:
    consent_id = uuid4()
    async with under_test.database.transaction() as tx:
        await under_test.vault.seal(tx, consent_id, Kind.CLAIM, b"x")
        await under_test.vault.destroy_key(tx, consent_id)
    async with under_test.database.transaction() as tx:
        await under_test.vault.destroy_key(tx, consent_id)
        with pytest.raises(ObjectMissing):
            await under_test.vault.seal(tx, consent_id, Kind.CLAIM, b"y")


async def test_a_consent_that_had_no_key_yet_can_be_shredded_too(under_test: VaultUnderTest) -> None:
    consent_id = uuid4()
    async with under_test.database.transaction() as tx:
        await under_test.vault.destroy_key(tx, consent_id)
    async with under_test.database.transaction() as tx:
        with pytest.raises(ObjectMissing):
            await under_test.vault.seal(tx, consent_id, Kind.CLAIM, b"late")


async def test_a_destruction_that_is_rolled_back_did_not_happen(under_test: VaultUnderTest) -> None:
    consent_id = uuid4()
    async with under_test.database.transaction() as tx:
        await under_test.vault.seal(tx, consent_id, Kind.CLAIM, b"still here")
    async with under_test.database.transaction() as tx:
        await under_test.vault.destroy_key(tx, consent_id)
        await tx.rollback()
    async with under_test.database.reading() as tx:
        assert await under_test.vault.open(tx, consent_id, Kind.CLAIM) == b"still here"


async def test_two_writers_that_make_a_consents_first_key_at_once_both_keep_their_objects(
    under_test: VaultUnderTest,
) -> None:
    consent_id = uuid4()

    async def seal(kind: Kind) -> None:
        async with under_test.database.transaction() as tx:
            await under_test.vault.seal(tx, consent_id, kind, kind.value.encode())

    await asyncio.gather(*(seal(kind) for kind in Kind))
    async with under_test.database.reading() as tx:
        for kind in Kind:
            assert await under_test.vault.open(tx, consent_id, kind) == kind.value.encode()


async def test_erasing_the_case_spares_the_form_and_its_grant_and_is_for_good(under_test: VaultUnderTest) -> None:
    consent_id, other = uuid4(), uuid4()
    async with under_test.database.transaction() as tx:
        for kind in Kind:
            await under_test.vault.seal(tx, consent_id, kind, kind.value.encode())
        await under_test.vault.seal(tx, other, Kind.PAGE_EN, b"another parent's")
    async with under_test.database.transaction() as tx:
        await under_test.vault.erase_case(tx, consent_id)
    for _ in range(2):
        async with under_test.database.transaction() as tx:
            for kind in OF_THE_CASE:
                with pytest.raises(ObjectMissing):
                    await under_test.vault.open(tx, consent_id, kind)
                with pytest.raises(ObjectMissing):
                    await under_test.vault.seal(tx, consent_id, kind, b"again")
            for kind in set(Kind) - OF_THE_CASE:
                assert await under_test.vault.open(tx, consent_id, kind) == kind.value.encode()
            assert await under_test.vault.open(tx, other, Kind.PAGE_EN) == b"another parent's"
            await under_test.vault.erase_case(tx, consent_id)
        await under_test.vault.remove_erased(consent_id)


async def test_an_erasure_that_is_rolled_back_did_not_happen(under_test: VaultUnderTest) -> None:
    consent_id = uuid4()
    async with under_test.database.transaction() as tx:
        await under_test.vault.seal(tx, consent_id, Kind.PAGE_EN, b"still here")
    async with under_test.database.transaction() as tx:
        await under_test.vault.erase_case(tx, consent_id)
        await tx.rollback()
    async with under_test.database.reading() as tx:
        assert await under_test.vault.open(tx, consent_id, Kind.PAGE_EN) == b"still here"


async def test_of_a_shredded_consent_no_page_can_be_sealed_either(under_test: VaultUnderTest) -> None:
    consent_id = uuid4()
    async with under_test.database.transaction() as tx:
        await under_test.vault.destroy_key(tx, consent_id)
    async with under_test.database.transaction() as tx:
        with pytest.raises(ObjectMissing):
            await under_test.vault.seal(tx, consent_id, Kind.PAGE_EN, b"late")
