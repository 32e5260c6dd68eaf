"""A register restored from a backup brings destroyed keys back; the shred list takes them away again."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from schemas.consent_events import RevokedBy
from schemas.reason_codes import ReasonCode
from services.portal.settings import PortalSettings
from services.register import audit, consents
from services.register.commands import keys_app
from services.register.database import Database
from services.register.expiry import expire_all
from services.register.gate import Allowed, Refused
from services.register.key_files import private_key_from
from services.register.states import ConsentStatus, Purpose
from services.register.tables import AuditEntry, VaultCaseKey, VaultKey
from services.vault.commands import app as vault_app
from services.vault.file_vault import FileVault
from services.vault.master_key import MasterKey
from services.vault.reshredding import keep_shred_list, newly_shredded, reshred, reshred_at_start
from services.vault.shred_list import Shredded, ShredList, ShredListForged
from services.vault.stored_vault import StoredVault
from services.vault.vault import Kind, ObjectMissing
from tests.support.command_home import Home
from tests.support.memory_store import MemoryStore
from tests.support.postgres_server import PostgresServer
from tests.support.register_builders import NOON, GateWorld, a_consent, a_person, an_organization

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PAGE = b"%PDF the page of a parent who withdrew"


@dataclass
class BackedUp:
    """A register of which backups can be made and really restored."""

    url: str
    back_up: Callable[[], str]
    restore: Callable[[str], None]


def _sqlite(path: Path) -> BackedUp:
    def back_up() -> str:
        copy = path.with_suffix(".backup")
        with sqlite3.connect(path) as source, sqlite3.connect(copy) as target:
            source.backup(target)
        return str(copy)

    def restore(copy: str) -> None:
        for end in ("-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        shutil.copy(copy, path)

    return BackedUp(f"sqlite:///{path}", back_up, restore)


def _postgres(server: PostgresServer, name: str) -> BackedUp:
    def restore(copy: str) -> None:
        server.drop_database(name)
        server.create_database(copy, name=name)

    return BackedUp(server.url_of(name), lambda: server.create_database(name), restore)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def register(request: pytest.FixtureRequest) -> BackedUp:
    if request.param == "sqlite":
        return _sqlite(Path(request.getfixturevalue("sqlite_register_url").removeprefix("sqlite:///")))
    server = request.getfixturevalue("postgres_server")
    return _postgres(server, server.create_database(request.getfixturevalue("postgres_template")))


@pytest.fixture
def world(tmp_path: Path) -> GateWorld:
    return GateWorld(vault=FileVault(tmp_path / "vault", MasterKey(b"m" * 32)))


@pytest.fixture
def shred_list(tmp_path: Path) -> ShredList:
    return ShredList(tmp_path / "elsewhere", KEY.public_key())


async def delivered(database: Database, world: GateWorld, expires_on: date = date(2027, 10, 31)) -> UUID:
    async with database.transaction() as tx:
        consent = await world.approved_consent(tx, status=ConsentStatus.DELIVERED, expires_on=expires_on)
        await world.vault.seal(tx, consent.id, Kind.PAGE_EN, PAGE)
    return consent.id


async def opens(database: Database, world: GateWorld, consent_id: UUID) -> bool:
    async with database.reading() as tx:
        try:
            return await world.vault.open(tx, consent_id, Kind.PAGE_EN) == PAGE
        except ObjectMissing:
            return False


async def asked(database: Database, world: GateWorld, consent_id: UUID) -> Allowed | Refused:
    async with database.transaction() as tx:
        return await world.gate.decide(tx, consent_id, Purpose.DELIVER, audit.stage_actor("notifier"))


async def list_them(database: Database, shred_list: ShredList) -> None:
    async with database.reading() as tx:
        shred_list.append(await newly_shredded(tx, since=None), KEY)


async def test_what_was_withdrawn_or_over_before_a_restored_backup_stays_so(
    register: BackedUp, world: GateWorld, shred_list: ShredList
) -> None:
    database = Database(register.url)
    revoked, kept = await delivered(database, world), await delivered(database, world)
    expired = await delivered(database, world, expires_on=NOON.date() - timedelta(days=1))
    await database.close()
    copy = register.back_up()

    async with database.transaction() as tx:
        actor = audit.SYSTEM
        await consents.revoke(tx, revoked, by=RevokedBy.PARENT, actor=actor, at=NOON, vault=world.vault)
    assert await expire_all(database, vault=world.vault, now=NOON) == 1
    await list_them(database, shred_list)
    await database.close()
    register.restore(copy)

    restored = Database(register.url)
    assert isinstance(await asked(restored, world, revoked), Allowed)  # the danger, without what follows
    assert await opens(restored, world, revoked)
    assert await reshred(restored, world.vault, list(shred_list.read()), now=NOON) == 2
    for gone, reason in ((revoked, ReasonCode.CONSENT_REVOKED), (expired, ReasonCode.CONSENT_EXPIRED)):
        assert not await opens(restored, world, gone)
        assert await asked(restored, world, gone) == Refused(reason)
    assert await opens(restored, world, kept)
    assert isinstance(await asked(restored, world, kept), Allowed)
    assert await reshred(restored, world.vault, list(shred_list.read()), now=NOON) == 0
    async with restored.reading() as tx:
        acts = await tx.scalars(select(AuditEntry.consent_id).where(AuditEntry.act == "vault.reshredded"))
        assert set(acts) == {revoked, expired}
        assert (await audit.verify(tx)).intact
    await restored.close()


async def test_of_a_thousand_documents_none_opens_after_yesterdays_backup_came_back(
    sqlite_register_url: str, shred_list: ShredList
) -> None:
    register = _sqlite(Path(sqlite_register_url.removeprefix("sqlite:///")))
    vault = StoredVault(MemoryStore(), MasterKey(b"m" * 32))
    world, database = GateWorld(vault=vault), Database(register.url)
    async with database.transaction() as tx:
        organization = await an_organization(tx)
        person = await a_person(tx, organization)
        ended = [(await a_consent(tx, organization, person)).id for _ in range(1000)]
        kept = await a_consent(tx, organization, person)
        for consent_id in (*ended, kept.id):
            await vault.seal(tx, consent_id, Kind.DOCUMENT, PAGE)
    await database.close()
    yesterday = register.back_up()

    async with database.transaction() as tx:
        for number, consent_id in enumerate(ended):
            if number < 50:  # withdrawn; the others were kept long enough
                by, actor = RevokedBy.PARENT, audit.SYSTEM
                assert await consents.revoke(tx, consent_id, by=by, actor=actor, at=NOON, vault=vault)
            else:
                await vault.destroy_key(tx, consent_id)
    await list_them(database, shred_list)
    await database.close()
    register.restore(yesterday)

    restored = Database(register.url)
    assert await documents_that_open(restored, world, ended[::50]) == 20  # the danger, without what follows
    assert await reshred(restored, vault, list(shred_list.read()), now=NOON) == 1000
    assert await documents_that_open(restored, world, ended) == 0
    assert await documents_that_open(restored, world, [kept.id]) == 1
    await restored.close()


async def documents_that_open(database: Database, world: GateWorld, of: list[UUID]) -> int:
    found = 0
    async with database.reading() as tx:
        for consent_id in of:
            with suppress(ObjectMissing):
                found += await world.vault.open(tx, consent_id, Kind.DOCUMENT) == PAGE
    return found


async def test_the_companion_applies_the_list_first_and_then_adds_to_it(
    register: BackedUp, world: GateWorld, shred_list: ShredList
) -> None:
    database = Database(register.url)
    came_back, later = await delivered(database, world), await delivered(database, world)
    async with database.transaction() as tx:
        await world.vault.destroy_key(tx, came_back)
    await list_them(database, shred_list)
    await _bring_back(database, world, came_back)
    rounds = []

    class Enough(Exception):
        pass

    async def rest(_seconds: float) -> None:
        rounds.append([one.consent_id for one in shred_list.read()])
        if len(rounds) == 1:
            assert not await opens(database, world, came_back)
            async with database.transaction() as tx:
                await world.vault.destroy_key(tx, later)
        if len(rounds) == 3:
            raise Enough

    with pytest.raises(Enough):
        await keep_shred_list(
            database, vault=world.vault, shred_list=shred_list, private_key=KEY, clock=world.clock, rest=rest
        )
    assert rounds == [[came_back], [came_back, later], [came_back, later]]
    await database.close()


async def _bring_back(database: Database, world: GateWorld, consent_id: UUID) -> None:
    """Give a consent a key again, as a restored row would."""
    async with database.transaction() as tx:
        await tx.delete(await tx.get_one(VaultKey, consent_id))
        await tx.delete(await tx.get_one(VaultCaseKey, consent_id))
    async with database.transaction() as tx:
        await world.vault.seal(tx, consent_id, Kind.PAGE_EN, PAGE)


async def test_a_forged_list_is_not_applied_and_the_portal_does_not_start_with_it(
    sqlite_register: Database, world: GateWorld, tmp_path: Path
) -> None:
    home = Home(tmp_path / "home")
    home.run(keys_app, "create")
    settings = PortalSettings(home=home.folder)
    consent_id = await delivered(sqlite_register, world)
    public = private_key_from(home.folder / "keys" / "audit_private.pem").public_key()
    shred_list = ShredList(settings.audit_checkpoint_path, public)
    assert await reshred_at_start(sqlite_register, world.vault, settings, now=NOON) == 0
    async with sqlite_register.transaction() as tx:
        await world.vault.destroy_key(tx, consent_id)
    await list_them(sqlite_register, shred_list)  # signed with another key
    await _bring_back(sqlite_register, world, consent_id)
    with pytest.raises(ShredListForged):
        await reshred_at_start(sqlite_register, world.vault, settings, now=NOON)
    assert await opens(sqlite_register, world, consent_id)
    assert home.run(vault_app, "reshred").exit_code == 1


async def test_the_portal_applies_the_list_before_it_serves(
    sqlite_register: Database, world: GateWorld, tmp_path: Path
) -> None:
    home = Home(tmp_path / "home")
    home.run(keys_app, "create")
    settings = PortalSettings(home=home.folder)
    private = private_key_from(home.folder / "keys" / "audit_private.pem")
    consent_id = await delivered(sqlite_register, world)
    async with sqlite_register.transaction() as tx:
        await world.vault.destroy_key(tx, consent_id)
    async with sqlite_register.reading() as tx:
        found = await newly_shredded(tx, since=None)
    ShredList(settings.audit_checkpoint_path, private.public_key()).append(found, private)
    await _bring_back(sqlite_register, world, consent_id)
    assert await reshred_at_start(sqlite_register, world.vault, settings, now=NOON) == 1
    assert not await opens(sqlite_register, world, consent_id)


def test_any_change_to_the_list_is_found_and_an_unfinished_line_passed_over(tmp_path: Path) -> None:
    shred_list = ShredList(tmp_path, KEY.public_key())
    entries = [Shredded(consent_id=UUID(int=n), at=NOON, status=None) for n in range(3)]
    shred_list.append(entries, KEY)
    whole = shred_list.file.read_bytes()
    with shred_list.file.open("ab") as file:
        file.write(whole[:40])
    shred_list.append(entries[:1], KEY)
    assert list(shred_list.read()) == [*entries, entries[0]]
    shred_list.file.write_bytes(whole.replace(b"0001", b"0007"))
    with pytest.raises(ShredListForged):
        list(shred_list.read())
