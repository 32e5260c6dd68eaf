"""The keys of the claim index and of sealed texts stay the same while master keys come and go."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from schemas.values import Party
from services.register.database import Database
from services.register.tables import VaultKey, VaultStandingKey
from services.runtime.failures import TemporarilyUnavailable
from services.settings import VaultSettings
from services.vault.claim_index import claim_index
from services.vault.key_ring import FixedKeyRing, MasterKeyMismatch
from services.vault.master_key import MasterKey
from services.vault.opening import key_ring
from services.vault.standing_keys import NAMES, StandingKeys
from tests.support.kms_server import KEY_ID, kms_server
from tests.support.register_builders import NOON

FIRST, SECOND = MasterKey(b"1" * 32), MasterKey(b"2" * 32)
CLAIM = ("AB12345C1", Party.NONCUSTODIAL)


@pytest.fixture
def url(sqlite_register_url: str) -> str:
    return sqlite_register_url


def test_an_installation_keeps_the_index_that_it_began_with(url: str) -> None:
    before = claim_index(FIRST, *CLAIM)  # as earlier releases made it
    assert claim_index(StandingKeys(url, FIRST), *CLAIM) == before
    StandingKeys(url, FixedKeyRing([FIRST, SECOND])).make_missing(NOON)
    assert claim_index(StandingKeys(url, FixedKeyRing([FIRST, SECOND])), *CLAIM) == before
    assert claim_index(StandingKeys(url, SECOND), *CLAIM) == before  # the first one is not needed any more


def test_what_is_there_is_never_made_again(url: str) -> None:
    keys = StandingKeys(url, SECOND)
    keys.make_missing(NOON)
    first = {name: keys.derive(name) for name in NAMES}
    StandingKeys(url, FixedKeyRing([FIRST, SECOND])).make_missing(NOON + timedelta(days=1))
    again = StandingKeys(url, SECOND)
    assert {name: again.derive(name) for name in NAMES} == first
    assert len(set(first.values())) == len(NAMES)


async def test_they_come_from_the_key_that_wrapped_the_first_data_key(sqlite_register: Database, url: str) -> None:
    ring = FixedKeyRing([SECOND, FIRST])
    async with sqlite_register.transaction() as tx:
        row = {"wrapped_key": b"w", "master_key_id": FIRST.id, "created_at": NOON}
        tx.add(VaultKey(consent_id=uuid4(), **row))
    StandingKeys(url, ring).make_missing(NOON)
    assert StandingKeys(url, ring).derive("claim-index") == FIRST.derive("claim-index")
    async with sqlite_register.reading() as tx:
        stored = await tx.get_one(VaultStandingKey, "claim-index")
        assert stored.master_key_id == FIRST.id
        assert FIRST.derive("claim-index") not in stored.wrapped_key


def test_with_a_master_key_that_never_leaves_its_service_they_are_random_and_wrapped_by_it(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "practice")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    with kms_server() as kms:
        settings = VaultSettings(
            home=tmp_path, master_key_source="aws-kms", kms_keys=KEY_ID, kms_endpoint=kms.url, aws_region="us-east-1"
        )
        ring = key_ring(settings)
        with pytest.raises(TemporarilyUnavailable, match="master_key"):
            StandingKeys(url, ring).derive("claim-index")  # nobody has made them yet, and none can be made up
        StandingKeys(url, ring).make_missing(NOON)
        made = claim_index(StandingKeys(url, ring), *CLAIM)
        assert claim_index(StandingKeys(url, ring), *CLAIM) == made
        kms.refuses = "DisabledException"
        with pytest.raises(TemporarilyUnavailable, match="kms"):
            claim_index(StandingKeys(url, ring), *CLAIM)


def test_another_master_key_finds_nothing_rather_than_another_index(url: str) -> None:
    StandingKeys(url, FIRST).make_missing(NOON)
    with pytest.raises(MasterKeyMismatch):
        StandingKeys(url, SECOND).derive("claim-index")


def test_once_loaded_they_need_neither_register_nor_master_key(url: str) -> None:
    keys, none_yet = StandingKeys(url, FIRST), StandingKeys("sqlite:////nowhere/register.db", FIRST)
    keys.load()
    none_yet.load()  # no error: it is asked again when it is needed
    Path(url.removeprefix("sqlite:///")).unlink()
    assert keys.derive("sealed-text") == FIRST.derive("sealed-text")
    with pytest.raises(TemporarilyUnavailable):
        none_yet.derive("sealed-text")


def test_a_register_that_is_away_is_waited_for_and_asked_again(url: str) -> None:
    keys = StandingKeys(url, FIRST)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE vault_standing_keys RENAME TO away"))
    with pytest.raises(TemporarilyUnavailable, match="register"):
        keys.derive("claim-index")
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO vault_standing_keys"))
    engine.dispose()
    assert keys.derive("claim-index") == FIRST.derive("claim-index")
