"""The gate against a real register: what it reads, locks, records and answers."""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, update
from typing_extensions import override

from schemas.consent_events import RevokedBy
from schemas.reason_codes import ReasonCode
from schemas.values import Party
from services.register import audit, consents, organizations, people
from services.register.database import Database, Transaction
from services.register.gate import Allowed, Refused
from services.register.gate_rules import RULE_VERSION, GateInputs, refusal
from services.register.grants import GrantSigner
from services.register.states import ConsentStatus, OrganizationStatus, PersonStatus, Purpose
from services.register.tables import AuditEntry, Consent, Grant
from services.vault.file_vault import FileVault
from services.vault.master_key import MasterKey
from services.vault.vault import Kind, ObjectMissing
from tests.support.memory_vault import MemoryVault
from tests.support.register_builders import PRACTICE_CASE, GateWorld, a_consent, a_grant, a_person, an_organization

STAGE = audit.stage_actor("case_fetcher")


@pytest.fixture
def world() -> GateWorld:
    return GateWorld()


async def _ask(
    database: Database, world: GateWorld, consent_id: UUID, purpose: Purpose = Purpose.FETCH, **who: UUID
) -> Allowed | Refused:
    async with database.transaction() as tx:
        return await world.gate.decide(tx, consent_id, purpose, STAGE, **who)


async def _disclosures(database: Database) -> list[AuditEntry]:
    async with database.reading() as tx:
        query = select(AuditEntry).where(AuditEntry.act.startswith("disclosure.")).order_by(AuditEntry.sequence)
        return list(await tx.scalars(query))


async def _status(database: Database, consent_id: UUID) -> ConsentStatus:
    async with database.reading() as tx:
        return (await consents.get(tx, consent_id)).status


async def test_an_approved_consent_opens_its_case_and_the_disclosure_is_recorded(
    register_database: Database, world: GateWorld
) -> None:
    async with register_database.transaction() as tx:
        consent = await world.approved_consent(tx)
    answer = await _ask(register_database, world, consent.id)
    assert isinstance(answer, Allowed)
    assert answer.grant == a_grant(consent)
    (entry,) = await _disclosures(register_database)
    assert (entry.sequence, entry.act, entry.actor) == (answer.disclosure, "disclosure.allowed", STAGE)
    assert (entry.at, entry.consent_id) == (world.clock.now, consent.id)
    assert (entry.detail["rule"], entry.detail["reason"]) == (RULE_VERSION, None)


async def test_a_recorded_decision_can_be_worked_out_again_and_names_nobody(
    register_database: Database, world: GateWorld
) -> None:
    async with register_database.transaction() as tx:
        organization = await an_organization(tx)
        person = await a_person(tx, organization)
        consent = await world.approved_consent(tx, organization=organization, person=person)
    await _ask(register_database, world, consent.id, Purpose.VIEW, person_id=person.id)
    async with register_database.transaction() as tx:
        await consents.revoke(
            tx, consent.id, by=RevokedBy.PARENT, actor=audit.SYSTEM, at=world.clock(), vault=world.vault
        )
    await _ask(register_database, world, consent.id, Purpose.VIEW, person_id=person.id)
    entries = await _disclosures(register_database)
    assert [entry.act for entry in entries] == ["disclosure.allowed", "disclosure.refused"]
    for entry in entries:
        again = refusal(GateInputs.from_detail(entry.detail["inputs"]))
        assert (again.value if again else None) == entry.detail["reason"]
        assert not any(word in str(entry.detail) for word in ("Practice", PRACTICE_CASE, "1990", "@"))


async def test_an_unknown_consent_is_refused_and_recorded(register_database: Database, world: GateWorld) -> None:
    assert await _ask(register_database, world, uuid4()) == Refused(ReasonCode.CONSENT_UNKNOWN)
    assert [entry.act for entry in await _disclosures(register_database)] == ["disclosure.refused"]


async def test_a_revoked_consent_opens_nothing_and_its_objects_are_gone(
    register_database: Database, world: GateWorld
) -> None:
    async with register_database.transaction() as tx:
        consent = await world.approved_consent(tx)
    async with register_database.transaction() as tx:
        assert await consents.revoke(
            tx, consent.id, by=RevokedBy.PARENT, actor=audit.SYSTEM, at=world.clock(), vault=world.vault
        )
    assert await _ask(register_database, world, consent.id) == Refused(ReasonCode.CONSENT_REVOKED)
    async with register_database.reading() as tx:
        with pytest.raises(ObjectMissing):
            await world.vault.open(tx, consent.id, Kind.DOCUMENT)


async def test_a_grant_signed_by_another_key_opens_nothing(register_database: Database, world: GateWorld) -> None:
    forger = GrantSigner(Ed25519PrivateKey.generate())
    async with register_database.transaction() as tx:
        consent = await world.approved_consent(tx)
        await world.give_grant(tx, consent, signer=forger)
    assert await _ask(register_database, world, consent.id) == Refused(ReasonCode.GRANT_INVALID)


async def test_the_grant_of_another_consent_opens_nothing(register_database: Database, world: GateWorld) -> None:
    async with register_database.transaction() as tx:
        organization = await an_organization(tx)
        mine = await world.approved_consent(tx, organization=organization)
        other = await world.approved_consent(tx, organization=organization)
        await world.give_grant(tx, mine, a_grant(other))
    assert await _ask(register_database, world, mine.id) == Refused(ReasonCode.GRANT_INVALID)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"party": Party.CUSTODIAL}, ReasonCode.GRANT_INVALID),
        ({"organization_id": UUID(int=7)}, ReasonCode.GRANT_INVALID),
        ({"document_sha256": "f" * 64}, ReasonCode.DOCUMENT_CHANGED),
        ({"scope": ()}, ReasonCode.OUT_OF_SCOPE),
        ({"starts_on": date(2026, 11, 17)}, ReasonCode.CONSENT_NOT_STARTED),
    ],
)
async def test_a_signed_grant_opens_only_what_the_register_says_too(
    sqlite_register: Database, world: GateWorld, changes: dict[str, object], reason: ReasonCode
) -> None:
    async with sqlite_register.transaction() as tx:
        consent = await world.approved_consent(tx)
        await world.give_grant(tx, consent, a_grant(consent, **changes))
    assert await _ask(sqlite_register, world, consent.id) == Refused(reason)


async def test_a_grant_whose_sealed_bytes_were_swapped_opens_nothing(
    register_database: Database, world: GateWorld
) -> None:
    async with register_database.transaction() as tx:
        consent = await world.approved_consent(tx)
        wider = a_grant(consent, expires_on=date(2036, 1, 1))
        await world.vault.seal(tx, consent.id, Kind.GRANT, wider.canonical_bytes())
    assert await _ask(register_database, world, consent.id) == Refused(ReasonCode.GRANT_INVALID)


async def test_a_damaged_sealed_grant_is_a_refusal_and_no_crash(register_database: Database, tmp_path: Path) -> None:
    vault = FileVault(tmp_path / "vault", MasterKey(b"k" * 32))
    world = GateWorld(vault=vault)
    async with register_database.transaction() as tx:
        consent = await world.approved_consent(tx)
    vault.path_of(consent.id, Kind.GRANT).write_bytes(b"damaged")
    assert await _ask(register_database, world, consent.id) == Refused(ReasonCode.GRANT_INVALID)


@pytest.mark.parametrize("signature", ["", "A", "not base64 !", "AAAA", "A" * 86, "é" * 86])
async def test_a_garbled_signature_is_a_refusal_and_no_crash(
    sqlite_register: Database, world: GateWorld, signature: str
) -> None:
    async with sqlite_register.transaction() as tx:
        consent = await world.approved_consent(tx)
        await tx.execute(update(Grant).values(signature=signature))
    assert await _ask(sqlite_register, world, consent.id) == Refused(ReasonCode.GRANT_INVALID)


async def test_an_approved_consent_without_a_grant_opens_nothing(register_database: Database, world: GateWorld) -> None:
    async with register_database.transaction() as tx:
        organization = await an_organization(tx)
        consent = await a_consent(tx, organization, await a_person(tx, organization))
        await consents.move(tx, consent, ConsentStatus.APPROVED, at=world.clock())
    assert await _ask(register_database, world, consent.id) == Refused(ReasonCode.GRANT_MISSING)


async def test_a_changed_document_hash_shuts_the_gate(register_database: Database, world: GateWorld) -> None:
    async with register_database.transaction() as tx:
        consent = await world.approved_consent(tx)
        await tx.execute(update(Consent).where(Consent.id == consent.id).values(document_sha256="e" * 64))
    assert await _ask(register_database, world, consent.id) == Refused(ReasonCode.DOCUMENT_CHANGED)


async def test_a_consent_ends_at_midnight_in_new_york_and_its_key_with_it(
    register_database: Database, world: GateWorld
) -> None:
    async with register_database.transaction() as tx:
        consent = await world.approved_consent(tx, expires_on=date(2026, 11, 20))
    world.clock.now = datetime(2026, 11, 21, 4, 59, 59, 999_999, UTC)
    assert isinstance(await _ask(register_database, world, consent.id), Allowed)
    world.clock.now = datetime(2026, 11, 21, 5, 0, 0, 0, UTC)
    assert await _ask(register_database, world, consent.id) == Refused(ReasonCode.CONSENT_EXPIRED)
    assert await _status(register_database, consent.id) is ConsentStatus.EXPIRED
    async with register_database.reading() as tx:
        assert [entry.status for entry in await consents.timeline(tx, consent.id)][-1] is ConsentStatus.EXPIRED
        with pytest.raises(ObjectMissing):
            await world.vault.open(tx, consent.id, Kind.GRANT)


async def test_midnight_follows_daylight_saving_time(sqlite_register: Database, world: GateWorld) -> None:
    async with sqlite_register.transaction() as tx:
        consent = await world.approved_consent(tx, expires_on=date(2027, 7, 4))
    world.clock.now = datetime(2027, 7, 5, 3, 59, 59, tzinfo=UTC)
    assert isinstance(await _ask(sqlite_register, world, consent.id), Allowed)
    world.clock.now = datetime(2027, 7, 5, 4, 0, 0, tzinfo=UTC)
    assert await _ask(sqlite_register, world, consent.id) == Refused(ReasonCode.CONSENT_EXPIRED)


async def test_staff_of_the_organization_may_view(register_database: Database, world: GateWorld) -> None:
    async with register_database.transaction() as tx:
        organization = await an_organization(tx)
        viewer = await a_person(tx, organization)
        consent = await world.approved_consent(tx, organization=organization, status=ConsentStatus.DELIVERED)
    answer = await _ask(
        register_database, world, consent.id, Purpose.VIEW, person_id=viewer.id, organization_id=organization.id
    )
    assert isinstance(answer, Allowed)


async def test_staff_of_another_organization_may_not(register_database: Database, world: GateWorld) -> None:
    async with register_database.transaction() as tx:
        stranger = await a_person(tx, await an_organization(tx))
        agency = await a_person(tx, None)
        consent = await world.approved_consent(tx)
    for person in (stranger, agency):
        answer = await _ask(register_database, world, consent.id, Purpose.VIEW, person_id=person.id)
        assert answer == Refused(ReasonCode.PERSON_OF_OTHER_ORG)


async def test_nobody_views_without_saying_who_they_are(register_database: Database, world: GateWorld) -> None:
    async with register_database.transaction() as tx:
        consent = await world.approved_consent(tx)
    unnamed = await _ask(register_database, world, consent.id, Purpose.VIEW, organization_id=consent.organization_id)
    unknown = await _ask(register_database, world, consent.id, Purpose.VIEW, person_id=uuid4())
    assert unnamed == unknown == Refused(ReasonCode.PERSON_NOT_ACTIVE)


async def test_suspending_the_organization_shuts_the_gate_at_once(
    register_database: Database, world: GateWorld
) -> None:
    async with register_database.transaction() as tx:
        organization = await an_organization(tx)
        consent = await world.approved_consent(tx, organization=organization)
    async with register_database.transaction() as tx:
        assert await organizations.suspend(tx, organization.id, by=uuid4(), at=world.clock())
    assert await _ask(register_database, world, consent.id) == Refused(ReasonCode.ORG_NOT_ACTIVE)


async def test_deactivating_a_person_shuts_the_gate_for_them_at_once(
    register_database: Database, world: GateWorld
) -> None:
    async with register_database.transaction() as tx:
        organization = await an_organization(tx)
        person = await a_person(tx, organization)
        consent = await world.approved_consent(tx, organization=organization)
    async with register_database.transaction() as tx:
        await people.deactivate(tx, person.id, actor=audit.SYSTEM, at=world.clock())
    answer = await _ask(register_database, world, consent.id, Purpose.VIEW, person_id=person.id)
    assert answer == Refused(ReasonCode.PERSON_NOT_ACTIVE)


async def test_an_agreement_that_is_missing_or_outdated_shuts_the_gate(
    register_database: Database, world: GateWorld
) -> None:
    async with register_database.transaction() as tx:
        organization = await an_organization(tx)
        person = await a_person(tx, organization, agreed=False)
        consent = await world.approved_consent(tx, organization=organization)
    answer = await _ask(register_database, world, consent.id, Purpose.VIEW, person_id=person.id)
    assert answer == Refused(ReasonCode.PERSON_AGREEMENT_MISSING)
    async with register_database.transaction() as tx:
        (await organizations.get(tx, organization.id)).agreement_version = "2025-01"
    assert await _ask(register_database, world, consent.id) == Refused(ReasonCode.ORG_AGREEMENT_MISSING)


async def test_a_row_read_earlier_in_the_same_transaction_is_looked_at_afresh(
    register_database: Database, world: GateWorld
) -> None:
    async with register_database.transaction() as tx:
        organization = await an_organization(tx)
        person = await a_person(tx, organization)
        consent = await world.approved_consent(tx, organization=organization)
    async with register_database.reading() as tx:
        await consents.get(tx, consent.id)
    async with register_database.transaction() as tx:
        seen = await organizations.get(tx, organization.id)
        seen.status = OrganizationStatus.SUSPENDED
        (await people.get(tx, person.id)).status = PersonStatus.DEACTIVATED
        assert await world.gate.decide(tx, consent.id, Purpose.FETCH, STAGE) == Refused(ReasonCode.ORG_NOT_ACTIVE)


async def _revoke(database: Database, world: GateWorld, consent_id: UUID) -> None:
    async with database.transaction() as tx:
        assert await consents.revoke(
            tx, consent_id, by=RevokedBy.PARENT, actor=audit.SYSTEM, at=world.clock(), vault=world.vault
        )


class PausingVault(MemoryVault):
    """Holds the gate up in the middle of a decision: it has read the register, and not yet recorded what it decides."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = asyncio.Event()
        self.go_on = asyncio.Event()

    @override
    async def open(self, tx: Transaction, consent_id: UUID, kind: Kind) -> bytes:
        self.reached.set()
        await self.go_on.wait()
        return await super().open(tx, consent_id, kind)


async def _finishes_only_after_the_gate(
    database: Database, world: GateWorld, vault: PausingVault, consent_id: UUID, change: Awaitable[None]
) -> bool:
    """Start a change while the gate is in the middle of its decision; it must wait until the gate's commit."""
    asking = asyncio.create_task(_ask(database, world, consent_id))
    await vault.reached.wait()
    changing = asyncio.ensure_future(change)
    await asyncio.wait({changing}, timeout=0.3)
    waited = not changing.done()
    vault.go_on.set()
    assert isinstance(await asking, Allowed)
    await changing
    return waited


async def test_a_revocation_waits_for_a_disclosure_in_progress_and_nothing_opens_after_it(
    register_database: Database,
) -> None:
    vault = PausingVault()
    world = GateWorld(vault=vault)
    async with register_database.transaction() as tx:
        consent = await world.approved_consent(tx)
    revocation = _revoke(register_database, world, consent.id)
    assert await _finishes_only_after_the_gate(register_database, world, vault, consent.id, revocation)
    assert await _ask(register_database, world, consent.id) == Refused(ReasonCode.CONSENT_REVOKED)
    assert await _no_disclosure_follows_the_revocation(register_database, consent.id)


async def test_a_suspension_waits_for_a_disclosure_in_progress(register_database: Database) -> None:
    vault = PausingVault()
    world = GateWorld(vault=vault)
    async with register_database.transaction() as tx:
        consent = await world.approved_consent(tx)

    async def suspend() -> None:
        async with register_database.transaction() as tx:
            await organizations.suspend(tx, consent.organization_id, by=uuid4(), at=world.clock())

    assert await _finishes_only_after_the_gate(register_database, world, vault, consent.id, suspend())
    assert await _ask(register_database, world, consent.id) == Refused(ReasonCode.ORG_NOT_ACTIVE)


async def test_racing_a_revocation_never_discloses_after_it_committed(
    register_database: Database, world: GateWorld
) -> None:
    for _ in range(5):
        async with register_database.transaction() as tx:
            consent = await world.approved_consent(tx)
        revoked = asyncio.Event()
        late: list[Allowed | Refused] = []

        async def ask(consent_id: UUID, revoked: asyncio.Event, late: list[Allowed | Refused]) -> None:
            asked_after = revoked.is_set()
            answer = await _ask(register_database, world, consent_id)
            if asked_after:
                late.append(answer)

        async def revoke(consent_id: UUID, revoked: asyncio.Event) -> None:
            await _revoke(register_database, world, consent_id)
            revoked.set()

        async def asker(consent_id: UUID, revoked: asyncio.Event, late: list[Allowed | Refused]) -> None:
            for _ in range(4):
                await ask(consent_id, revoked, late)

        askers = [asker(consent.id, revoked, late) for _ in range(3)]
        await asyncio.gather(*askers, revoke(consent.id, revoked))
        await ask(consent.id, revoked, late)
        assert late
        assert all(answer == Refused(ReasonCode.CONSENT_REVOKED) for answer in late)
        assert await _no_disclosure_follows_the_revocation(register_database, consent.id)
    async with register_database.reading() as tx:
        assert (await audit.verify(tx)).intact


async def _no_disclosure_follows_the_revocation(database: Database, consent_id: UUID) -> bool:
    async with database.reading() as tx:
        query = select(AuditEntry).where(AuditEntry.consent_id == consent_id).order_by(AuditEntry.sequence)
        acts = [entry.act for entry in await tx.scalars(query)]
    return "disclosure.allowed" not in acts[acts.index("consent.revoked") :]


async def test_two_gates_for_different_consents_do_not_deadlock(register_database: Database, world: GateWorld) -> None:
    async with register_database.transaction() as tx:
        organization = await an_organization(tx)
        many = [await world.approved_consent(tx, organization=organization) for _ in range(6)]

    async def suspend_and_resume(tx_of: Database) -> None:
        async with tx_of.transaction() as tx:
            await organizations.suspend(tx, organization.id, by=uuid4(), at=world.clock())
        async with tx_of.transaction() as tx:
            await organizations.approve(tx, organization.id, by=uuid4(), at=world.clock())

    asked = [_ask(register_database, world, consent.id) for consent in many for _ in range(2)]
    await asyncio.gather(*asked, suspend_and_resume(register_database))
    async with register_database.reading() as tx:
        assert (await audit.verify(tx)).intact
