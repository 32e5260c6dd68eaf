"""The keys of the claim index and of sealed texts stay the same while master keys come and go."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from schemas.values import Party
from services.register.database import Database
from services.register.tables import VaultKey, VaultStandingKey
from services.runtime.failures import TemporarilyUnavailable
from services.vault.claim_index import claim_index
from services.vault.key_ring import FixedKeyRing, MasterKeyMismatch
from services.vault.master_key import MasterKey
from services.vault.standing_keys import NAMES, StandingKeys
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


def test_another_master_key_finds_nothing_rather_than_another_index(url: str) -> None:
    StandingKeys(url, FIRST).make_missing(NOON)
    with pytest.raises(MasterKeyMismatch):
        StandingKeys(url, SECOND).derive("claim-index")


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
