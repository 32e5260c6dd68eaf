"""A legal hold keeps what the calendar would erase, and nothing that a parent took back."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from schemas.consent_events import RevokedBy
from schemas.reason_codes import ReasonCode
from services.register import audit, consents, legal_holds
from services.register.database import Database, Transaction
from services.register.expiry import expire_all
from services.register.gate import Refused
from services.register.states import ConsentStatus, Purpose
from services.register.tables import AuditEntry, Consent
from services.settings import RetentionSettings
from services.vault.commands import app as vault_app
from services.vault.master_key import MasterKey
from services.vault.retention import erase_due
from services.vault.stored_vault import StoredVault
from services.vault.vault import OF_THE_CASE, Kind, ObjectMissing
from tests.support.command_home import Home
from tests.support.memory_store import MemoryStore
from tests.support.register_builders import NOON, GateWorld, a_consent, a_person, an_organization

SETTINGS = RetentionSettings(case_days=30, closed_form_days=30)
LATE = NOON + timedelta(days=31)


@pytest.fixture
def world() -> GateWorld:
    return GateWorld(vault=StoredVault(MemoryStore(), MasterKey(b"m" * 32)))


async def delivered(database: Database, world: GateWorld, expires_on: date = date(2027, 10, 31)) -> Consent:
    async with database.transaction() as tx:
        consent = await world.approved_consent(tx, status=ConsentStatus.DELIVERED, expires_on=expires_on)
        for kind in (*OF_THE_CASE, Kind.DOCUMENT):
            await world.vault.seal(tx, consent.id, kind, b"x")
    return consent


async def opens(database: Database, world: GateWorld, consent_id: UUID, kind: Kind = Kind.PAGE_EN) -> bool:
    async with database.reading() as tx:
        try:
            return await world.vault.open(tx, consent_id, kind) == b"x"
        except ObjectMissing:
            return False


async def place(database: Database, consent: Consent, *, whole_organization: bool = False) -> UUID:
    about = {"organization_id": consent.organization_id} if whole_organization else {"consent_id": consent.id}
    async with database.transaction() as tx:
        return await legal_holds.place(tx, actor=audit.SYSTEM, at=NOON, **about)


async def lift(database: Database, hold: UUID) -> bool:
    async with database.transaction() as tx:
        return await legal_holds.lift(tx, hold, actor=audit.SYSTEM, at=LATE)


async def acts(database: Database) -> Sequence[AuditEntry]:
    async with database.reading() as tx:
        assert (await audit.verify(tx)).intact
        return (await tx.scalars(select(AuditEntry).where(AuditEntry.act.like("hold.%")))).all()


@pytest.mark.parametrize("whole_organization", [False, True])
async def test_what_is_held_is_kept_past_its_time_and_goes_once_the_hold_is_lifted(
    register_database: Database, world: GateWorld, *, whole_organization: bool
) -> None:
    kept, gone = await delivered(register_database, world), await delivered(register_database, world)
    hold = await place(register_database, kept, whole_organization=whole_organization)
    assert await erase_due(register_database, world.vault, SETTINGS, now=LATE) == 1
    assert await opens(register_database, world, kept.id)
    assert not await opens(register_database, world, gone.id)
    assert await lift(register_database, hold)
    assert not await lift(register_database, hold)
    assert await erase_due(register_database, world.vault, SETTINGS, now=LATE) == 1
    assert not await opens(register_database, world, kept.id)
    consent_id = None if whole_organization else kept.id
    organization_id = str(kept.organization_id) if whole_organization else None
    assert [(one.act, one.consent_id, one.detail) for one in await acts(register_database)] == [
        (act, consent_id, {"hold": str(hold), "organization_id": organization_id})
        for act in ("hold.placed", "hold.lifted")
    ]


@pytest.mark.parametrize("status", [ConsentStatus.REJECTED, ConsentStatus.REFUSED])
async def test_a_closed_form_is_kept_too(sqlite_register: Database, world: GateWorld, status: ConsentStatus) -> None:
    async with sqlite_register.transaction() as tx:
        organization = await an_organization(tx)
        consent = await a_consent(tx, organization, await a_person(tx, organization))
        await world.vault.seal(tx, consent.id, Kind.DOCUMENT, b"x")
        if status is ConsentStatus.REFUSED:
            await consents.move(tx, consent, ConsentStatus.APPROVED, at=NOON)
        await consents.move(tx, consent, status, at=NOON)
    hold = await place(sqlite_register, consent)
    assert await erase_due(sqlite_register, world.vault, SETTINGS, now=LATE) == 0
    assert await opens(sqlite_register, world, consent.id, Kind.DOCUMENT)
    await lift(sqlite_register, hold)
    assert await erase_due(sqlite_register, world.vault, SETTINGS, now=LATE) == 1
    assert not await opens(sqlite_register, world, consent.id, Kind.DOCUMENT)


async def test_past_its_last_day_a_held_consent_is_kept_but_shown_to_nobody(
    register_database: Database, world: GateWorld
) -> None:
    consent = await delivered(register_database, world, expires_on=NOON.date() - timedelta(days=1))
    hold = await place(register_database, consent)
    assert await expire_all(register_database, vault=world.vault, now=NOON) == 1
    assert await opens(register_database, world, consent.id)
    async with register_database.transaction() as tx:
        decision = await world.gate.decide(tx, consent.id, Purpose.DELIVER, audit.stage_actor("notifier"))
        assert decision == Refused(ReasonCode.CONSENT_EXPIRED)
        expired = (await tx.scalars(select(AuditEntry).where(AuditEntry.act == "consent.expired"))).one()
        assert expired.detail["held"] is True
    assert await erase_due(register_database, world.vault, SETTINGS, now=LATE) == 0
    await lift(register_database, hold)
    assert await erase_due(register_database, world.vault, SETTINGS, now=LATE) == 1
    assert not await opens(register_database, world, consent.id)
    assert await erase_due(register_database, world.vault, SETTINGS, now=LATE) == 0


@pytest.mark.parametrize("expired", [False, True])
async def test_a_revocation_destroys_what_is_held_all_the_same(
    register_database: Database, world: GateWorld, *, expired: bool
) -> None:
    last_day = NOON.date() - timedelta(days=1) if expired else date(2027, 10, 31)
    consent = await delivered(register_database, world, expires_on=last_day)
    await place(register_database, consent, whole_organization=True)
    assert await expire_all(register_database, vault=world.vault, now=NOON) == int(expired)
    assert await opens(register_database, world, consent.id)
    async with register_database.transaction() as tx:
        by = RevokedBy.PARENT
        assert await consents.revoke(tx, consent.id, by=by, actor=audit.SYSTEM, at=NOON, vault=world.vault)
    assert not await opens(register_database, world, consent.id)


async def test_a_hold_that_was_placed_after_the_round_began_counts(
    sqlite_register: Database, world: GateWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    consent = await delivered(sqlite_register, world)
    await place(sqlite_register, consent)

    async def found_before(*_: object) -> list[UUID]:
        return [consent.id]

    monkeypatch.setattr("services.vault.retention._due_cases", found_before)
    assert await erase_due(sqlite_register, world.vault, SETTINGS, now=LATE) == 0
    assert await opens(sqlite_register, world, consent.id)


@pytest.mark.usefixtures("sqlite_register_url")
def test_an_operator_places_shows_and_lifts_a_hold(tmp_path: Path) -> None:
    home = Home(tmp_path)

    def run(*words: str) -> tuple[int, str]:
        ended = home.run(vault_app, "hold", *words)
        return ended.exit_code, ended.output

    async def an_active_one(tx: Transaction) -> UUID:
        return (await an_organization(tx)).id

    assert run("list") == (0, "No hold is in force.\n")
    assert run("place")[0] == 2
    assert run("place", "--consent", str(uuid4()))[0] == 2
    organization = home.in_register(an_active_one)
    code, said = run("place", "--organization", str(organization))
    assert code == 0
    hold = said.split()[-1]
    assert f"{hold}  organization {organization}  since " in run("list")[1]
    assert run("lift", hold)[0] == 0
    assert run("lift", hold)[0] == 1
    assert run("list") == (0, "No hold is in force.\n")


async def test_many_held_consents_do_not_keep_others_from_being_erased(
    sqlite_register: Database, world: GateWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.vault.retention.A_ROUND", 1)
    first, second = await delivered(sqlite_register, world), await delivered(sqlite_register, world)
    async with sqlite_register.transaction() as tx:
        (await tx.get_one(Consent, first.id)).status_since = NOON - timedelta(days=1)
    await place(sqlite_register, first)
    assert await erase_due(sqlite_register, world.vault, SETTINGS, now=LATE) == 1
    assert not await opens(sqlite_register, world, second.id)
