"""A person who is named is checked, whatever the disclosure is for."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from schemas.reason_codes import ReasonCode
from services.register import audit, grants
from services.register.database import Database
from services.register.gate import Allowed, Refused
from services.register.gate_rules import GateInputs, GrantState, RegisteredConsent
from services.register.grants import GrantSigner
from services.register.states import OrganizationStatus, PersonStatus, Purpose
from services.register.tables import AuditEntry, Consent, Grant, Organization, Person
from tests.support.register_builders import NOON, GateWorld, a_person, an_organization

STAGE = audit.stage_actor("notifier")


async def _recorded(database: Database) -> AuditEntry:
    async with database.reading() as tx:
        query = select(AuditEntry).where(AuditEntry.act.startswith("disclosure.")).order_by(AuditEntry.sequence.desc())
        return (await tx.scalars(query.limit(1))).one()


async def _ask(database: Database, world: GateWorld, consent_id: UUID, purpose: Purpose, person: UUID) -> object:
    async with database.transaction() as tx:
        return await world.gate.decide(tx, consent_id, purpose, STAGE, person_id=person)


@pytest.mark.parametrize("purpose", list(Purpose))
async def test_a_person_whom_nobody_knows_gets_nothing_for_any_purpose(
    sqlite_register: Database, purpose: Purpose
) -> None:
    world = GateWorld()
    async with sqlite_register.transaction() as tx:
        consent = await world.approved_consent(tx)
    assert await _ask(sqlite_register, world, consent.id, purpose, uuid4()) == Refused(ReasonCode.PERSON_NOT_ACTIVE)
    assert (await _recorded(sqlite_register)).detail["inputs"]["person_asked"] is True


@pytest.mark.parametrize("purpose", list(Purpose))
async def test_a_person_who_is_known_is_judged_for_any_purpose(sqlite_register: Database, purpose: Purpose) -> None:
    world = GateWorld()
    async with sqlite_register.transaction() as tx:
        organization = await an_organization(tx)
        active = await a_person(tx, organization)
        gone = await a_person(tx, organization)
        gone.status = PersonStatus.DEACTIVATED
        consent = await world.approved_consent(tx, organization=organization)
    assert await _ask(sqlite_register, world, consent.id, purpose, gone.id) == Refused(ReasonCode.PERSON_NOT_ACTIVE)
    assert (await _recorded(sqlite_register)).detail["inputs"]["person_asked"] is True
    assert isinstance(await _ask(sqlite_register, world, consent.id, purpose, active.id), Allowed)


async def test_a_grant_that_was_changed_meanwhile_is_read_afresh(sqlite_register: Database) -> None:
    world = GateWorld()
    async with sqlite_register.transaction() as tx:
        consent = await world.approved_consent(tx)
    async with sqlite_register.transaction() as tx:
        first = await grants.load(tx, consent.id)
        assert first is not None
        async with tx.begin_nested():
            table = Grant.__table__
            await tx.execute(table.update().where(table.c.consent_id == consent.id).values(signature="changed"))  # type: ignore[attr-defined]
        again = await grants.load(tx, consent.id)
    assert again is not None
    assert again.signature == "changed"


async def test_what_the_session_read_earlier_does_not_count(sqlite_register: Database) -> None:
    world = GateWorld()
    async with sqlite_register.transaction() as tx:
        organization = await an_organization(tx)
        person = await a_person(tx, organization)
        consent = await world.approved_consent(tx, organization=organization)
    for table, row_id, status, reason in (
        (Person.__table__, person.id, PersonStatus.DEACTIVATED, ReasonCode.PERSON_NOT_ACTIVE),
        (Organization.__table__, organization.id, OrganizationStatus.SUSPENDED, ReasonCode.ORG_NOT_ACTIVE),
    ):
        async with sqlite_register.transaction() as tx:
            kept = await tx.get_one(Person, person.id), await tx.get_one(Organization, organization.id)
            await tx.execute(table.update().where(table.c.id == row_id).values(status=status))  # type: ignore[attr-defined]
            answer = await world.gate.decide(tx, consent.id, Purpose.VIEW, STAGE, person_id=person.id)
            assert answer == Refused(reason)
        assert len(kept) == 2  # held until here: what nobody holds, the session forgets by itself


async def test_evidence_that_does_not_fit_is_recorded_as_invalid(sqlite_register: Database) -> None:
    world = GateWorld()
    async with sqlite_register.transaction() as tx:
        consent = await world.approved_consent(tx)
        await world.give_grant(tx, consent, signer=GrantSigner(Ed25519PrivateKey.generate()))
    async with sqlite_register.transaction() as tx:
        assert await world.gate.decide(tx, consent.id, Purpose.FETCH, STAGE) == Refused(ReasonCode.GRANT_INVALID)
    assert (await _recorded(sqlite_register)).detail["inputs"]["grant_state"] == GrantState.INVALID.value


async def test_a_consent_whose_organization_is_not_there_is_known_and_opens_nothing(sqlite_register: Database) -> None:
    """The register's references forbid it; the gate does not rely on that."""
    world = GateWorld()
    async with sqlite_register.transaction() as tx:
        consent = await world.approved_consent(tx)
        gone = Consent(id=consent.id, organization_id=uuid4(), status=consent.status, party=consent.party,
                       document_sha256=consent.document_sha256)  # fmt: skip
        asked = GateInputs(purpose=Purpose.FETCH, day=NOON.date(), consent_id=consent.id)
        found = await world.gate._with_organization(tx, asked, gone)
    registered = RegisteredConsent(consent.status, gone.organization_id, consent.party, consent.document_sha256)
    assert found == replace(asked, consent=registered)
