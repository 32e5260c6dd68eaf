from uuid import uuid4

import pytest
from sqlalchemy import select

from services.register.agreements import AgreementOutdated, Agreements, AgreementText, packaged
from services.register.database import Database
from services.register.tables import AuditEntry
from tests.support.register_builders import NOON, a_person, an_organization


async def test_accepting_counts_from_then_on_and_is_recorded_with_the_texts_hash(register_database: Database) -> None:
    agreements = Agreements()
    version = agreements.current.version
    async with register_database.transaction() as tx:
        organization = await an_organization(tx, agreed=False)
        person = await a_person(tx, organization, agreed=False)
        assert not agreements.person_agreed(person)
        assert not agreements.organization_agreed(organization)
        await agreements.accept(tx, person_id=person.id, version=version, at=NOON)
        await agreements.accept_for_organization(
            tx, organization_id=organization.id, person_id=person.id, version=version, at=NOON
        )
    assert agreements.person_agreed(person)
    assert agreements.organization_agreed(organization)
    assert organization.agreement_accepted_by == person.id
    async with register_database.reading() as tx:
        query = select(AuditEntry).where(AuditEntry.act == "agreement.accepted").order_by(AuditEntry.sequence)
        first, second = await tx.scalars(query)
    assert first.detail == {"version": version, "text_sha256": agreements.current.sha256, "organization": None}
    assert second.detail["text_sha256"] == agreements.current_for_organizations.sha256
    assert second.detail["organization"] == str(organization.id)


async def test_a_new_version_has_to_be_accepted_again(sqlite_register: Database) -> None:
    old = Agreements()
    text = AgreementText("2027-05", "new", "nuevo", old.current.effective_on)
    new = Agreements(person=text, organization=text)
    async with sqlite_register.transaction() as tx:
        organization = await an_organization(tx)
        person = await a_person(tx, organization)
        assert old.person_agreed(person)
        assert not new.person_agreed(person)
        assert not new.organization_agreed(organization)
        with pytest.raises(AgreementOutdated):
            await new.accept(tx, person_id=person.id, version="2026-11", at=NOON)
        with pytest.raises(AgreementOutdated):
            await new.accept_for_organization(
                tx, organization_id=organization.id, person_id=person.id, version="2026-11", at=NOON
            )
        assert not new.person_agreed(person)


async def test_nobody_unknown_accepts(sqlite_register: Database) -> None:
    agreements = Agreements()
    async with sqlite_register.transaction() as tx:
        with pytest.raises(LookupError):
            await agreements.accept(tx, person_id=uuid4(), version="2026-11", at=NOON)
        with pytest.raises(LookupError):
            await agreements.accept_for_organization(
                tx, organization_id=uuid4(), person_id=uuid4(), version="2026-11", at=NOON
            )


@pytest.mark.parametrize("audience", ["person", "organization"])
def test_the_packaged_texts_exist_in_both_languages_with_the_same_sections(audience: str) -> None:
    text = packaged(audience)

    def numbers(whole: str) -> list[str]:
        return [line.split(".")[0] for line in whole.splitlines() if line[:1].isdigit()]

    assert numbers(text.text_en) == numbers(text.text_es) == [str(n) for n in range(1, len(numbers(text.text_en)) + 1)]
    assert text.version in text.text_en
    assert text.version in text.text_es
    for source in ("45 CFR 303.21", "111-v", "18 NYCRR 347.19"):
        assert source in text.text_en
        assert source in text.text_es


def test_the_accepted_texts_are_frozen() -> None:
    """People accepted these very words: a change needs a new version, not an edit."""
    assert packaged("person").sha256 == "d72abfac2e05fa59f0ddb1e6843a2f944e756fd5ef6c77867948cc278011533b"
    assert packaged("organization").sha256 == "8d360db58533f33902433133b33a3fa331cb350dd504fae3103c2331fc93f291"
