import asyncio
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from consent_intake.rules.form_id_checks import FormIdStatus
from schemas.reason_codes import ReasonCode
from schemas.values import Language, Party
from services.consent_form.code import new_serial
from services.consent_form.layout import FORM_REVISION
from services.register import audit, consents, printed_forms
from services.register.database import Database, Transaction
from services.register.states import ConsentStatus, PrintedFormKind
from services.register.tables import AuditEntry, Consent, Organization, Person, PrintedForm
from services.vault.claim_index import claim_index
from services.vault.master_key import MasterKey
from tests.support.register_builders import CLAIM_INDEX, NOON, a_consent, a_person, an_organization

MASTER = MasterKey(b"\7" * 32)


@dataclass
class Desk:
    """An organization with somebody who prints and uploads."""

    database: Database
    organization: Organization
    person: Person

    async def print(self, index: str | None = CLAIM_INDEX) -> str:
        async with self.database.transaction() as tx:
            return await self.print_in(tx, index)

    async def print_in(self, tx: Transaction, index: str | None) -> str:
        form = await printed_forms.issue(
            tx,
            new_serial(),
            organization_id=self.organization.id,
            language=Language.SPANISH,
            revision=FORM_REVISION,
            printed_by=self.person.id,
            actor=audit.person_actor(self.person.id),
            at=NOON,
            claim_index=index,
        )
        return form.serial

    async def upload(self) -> Consent:
        async with self.database.transaction() as tx:
            return await a_consent(tx, self.organization, self.person)

    async def decide(self, serial: str, consent: Consent, outcome: ConsentStatus, *reasons: ReasonCode) -> str:
        """Do what consent_intake does: ask, decide, note the use."""
        async with self.database.transaction() as tx:
            status = await self.ask(tx, serial, consent)
            await consents.move(tx, consent, outcome, at=NOON, reasons=reasons)
            await printed_forms.mark_used(tx, serial, consent_id=consent.id, at=NOON)
        return status

    async def ask(self, tx: Transaction, serial: str, consent: Consent) -> str:
        return await printed_forms.status_of(
            tx,
            serial,
            organization_id=consent.organization_id,
            claim_index=consent.claim_index,
            consent_id=consent.id,
        )

    async def status(self, serial: str, consent: Consent) -> str:
        async with self.database.transaction() as tx:
            return await self.ask(tx, serial, consent)


async def a_desk(database: Database) -> Desk:
    async with database.transaction() as tx:
        organization = await an_organization(tx)
        return Desk(database, organization, await a_person(tx, organization))


@pytest.fixture
async def desk(register_database: Database) -> Desk:
    """An organization, over each kind of register."""
    return await a_desk(register_database)


async def test_a_printed_form_is_known_and_its_first_use_is_noted(desk: Desk) -> None:
    serial, consent = await desk.print(), await desk.upload()
    assert await desk.decide(serial, consent, ConsentStatus.APPROVED) == FormIdStatus.ISSUED
    async with desk.database.reading() as tx:
        form = await tx.get_one(PrintedForm, serial)
    assert (form.kind, form.used_by, form.used_at) == (PrintedFormKind.PREFILLED, consent.id, NOON)


async def test_an_id_that_was_never_given_out_is_unknown_and_nothing_is_noted(desk: Desk) -> None:
    serial, consent = new_serial(), await desk.upload()
    assert await desk.decide(serial, consent, ConsentStatus.IN_REVIEW) == FormIdStatus.UNKNOWN
    async with desk.database.reading() as tx:
        assert (await tx.scalars(select(PrintedForm))).all() == []


async def test_the_register_knows_when_an_id_was_printed_and_nothing_of_one_never_given_out(desk: Desk) -> None:
    serial = await desk.print()
    async with desk.database.reading() as tx:
        assert await printed_forms.printed_at(tx, serial) == NOON
        assert await printed_forms.printed_at(tx, new_serial()) is None


@pytest.mark.parametrize("first", [ConsentStatus.APPROVED, ConsentStatus.IN_REVIEW])
async def test_a_second_consent_on_a_prefilled_form_is_noticed_and_the_first_keeps_it(
    desk: Desk, first: ConsentStatus
) -> None:
    serial, consent, again = await desk.print(), await desk.upload(), await desk.upload()
    await desk.decide(serial, consent, first)
    assert await desk.decide(serial, again, ConsentStatus.IN_REVIEW) == FormIdStatus.USED
    assert await desk.status(serial, consent) == FormIdStatus.ISSUED, "its own use does not count against it"


async def test_a_form_that_the_checks_turned_down_can_be_completed_and_sent_again(desk: Desk) -> None:
    serial, undated, dated, copy = await desk.print(), await desk.upload(), await desk.upload(), await desk.upload()
    await desk.decide(serial, undated, ConsentStatus.REJECTED, ReasonCode.MISSING_DATE)
    assert await desk.decide(serial, dated, ConsentStatus.APPROVED) == FormIdStatus.ISSUED
    assert await desk.status(serial, copy) == FormIdStatus.USED


async def test_a_form_that_a_reviewer_turned_down_goes_to_a_reviewer_again(desk: Desk) -> None:
    serial, consent, again = await desk.print(), await desk.upload(), await desk.upload()
    await desk.decide(serial, consent, ConsentStatus.IN_REVIEW, ReasonCode.SIGNATURE_UNCLEAR)
    async with desk.database.transaction() as tx:
        reasons = (ReasonCode.REVIEWER_REJECTED, ReasonCode.MISSING_SIGNATURE)
        await consents.move(tx, consent, ConsentStatus.REJECTED, at=NOON, reasons=reasons)
    assert await desk.status(serial, again) == FormIdStatus.USED


async def test_the_paper_of_a_revoked_consent_opens_nothing_a_second_time(desk: Desk) -> None:
    serial, consent, again = await desk.print(), await desk.upload(), await desk.upload()
    await desk.decide(serial, consent, ConsentStatus.APPROVED)
    async with desk.database.transaction() as tx:
        await consents.move(tx, consent, ConsentStatus.REVOKED, at=NOON)
    assert await desk.status(serial, again) == FormIdStatus.USED


async def test_a_blank_form_may_be_copied(desk: Desk) -> None:
    serial = await desk.print(None)
    for _ in range(3):
        assert await desk.decide(serial, await desk.upload(), ConsentStatus.APPROVED) == FormIdStatus.ISSUED


@pytest.mark.parametrize("index", [CLAIM_INDEX, None], ids=["prefilled", "blank"])
async def test_another_organizations_form_is_refused_and_stays_good_for_its_owner(
    desk: Desk, index: str | None
) -> None:
    other = await a_desk(desk.database)
    serial = await other.print(index)
    assert await desk.decide(serial, await desk.upload(), ConsentStatus.IN_REVIEW) == FormIdStatus.OTHER_ORGANIZATION
    assert await other.status(serial, await other.upload()) == FormIdStatus.ISSUED


@pytest.mark.parametrize(
    ("case_identifier", "party"), [("AB12345C2", Party.NONCUSTODIAL), ("AB12345C1", Party.CUSTODIAL)]
)
async def test_a_form_of_another_case_or_role_is_noticed_and_stays_good_for_its_parent(
    desk: Desk, case_identifier: str, party: Party
) -> None:
    serial = await desk.print(claim_index(MASTER, "AB12345C1", Party.NONCUSTODIAL))
    for index, expected in (
        (claim_index(MASTER, case_identifier, party), FormIdStatus.OTHER_PARENT),
        (claim_index(MASTER, "AB12345C1", Party.NONCUSTODIAL), FormIdStatus.ISSUED),
    ):
        consent = await desk.upload()
        async with desk.database.transaction() as tx:
            (await tx.get_one(Consent, consent.id)).claim_index = index
        consent.claim_index = index
        assert await desk.decide(serial, consent, ConsentStatus.IN_REVIEW) == expected


async def test_of_two_consents_on_one_form_that_are_decided_at_once_one_finds_it_used(desk: Desk) -> None:
    serial, both = await desk.print(), [await desk.upload(), await desk.upload()]
    found = await asyncio.gather(*(desk.decide(serial, consent, ConsentStatus.APPROVED) for consent in both))
    assert sorted(found) == [FormIdStatus.ISSUED, FormIdStatus.USED]


async def test_printing_is_audited_without_anything_about_the_parent(desk: Desk) -> None:
    serial = await desk.print()
    async with desk.database.reading() as tx:
        entry = (await tx.scalars(select(AuditEntry).where(AuditEntry.act == "form.printed"))).one()
        assert (await audit.verify(tx)).intact
    assert entry.actor == f"person:{desk.person.id}"
    assert entry.detail == {"serial": serial, "kind": "prefilled", "language": "es", "revision": FORM_REVISION}
