import asyncio
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from schemas.values import Language
from services.register import organizations
from services.register.database import Database
from services.register.states import OrganizationStatus
from services.register.tables import AuditEntry, Organization
from tests.support.register_builders import NOON, an_organization

DECIDER = uuid4()


async def _request(database: Database, name: str) -> Organization:
    async with database.transaction() as tx:
        return await organizations.request(
            tx, name=name, contact_email="desk@families.example", language=Language.SPANISH, at=NOON
        )


async def _status(database: Database, organization_id: UUID) -> OrganizationStatus:
    async with database.reading() as tx:
        return (await organizations.get(tx, organization_id)).status


async def test_an_organization_asks_is_approved_suspended_and_let_in_again(register_database: Database) -> None:
    asked = await _request(register_database, "  Bronx   Family Fund ")
    assert (asked.name, asked.form_code, asked.status) == ("Bronx Family Fund", "BFF", OrganizationStatus.REQUESTED)
    steps = [organizations.approve, organizations.suspend, organizations.approve]
    expected = [OrganizationStatus.ACTIVE, OrganizationStatus.SUSPENDED, OrganizationStatus.ACTIVE]
    for step, status in zip(steps, expected, strict=True):
        async with register_database.transaction() as tx:
            assert await step(tx, asked.id, by=DECIDER, at=NOON)
            assert not await step(tx, asked.id, by=DECIDER, at=NOON)
        assert await _status(register_database, asked.id) is status
    async with register_database.reading() as tx:
        query = select(AuditEntry.act, AuditEntry.actor, AuditEntry.detail).order_by(AuditEntry.sequence)
        entries = (await tx.execute(query)).all()
    assert [act for act, _, _ in entries] == [
        "organization.requested",
        "organization.approved",
        "organization.suspended",
        "organization.approved",
    ]
    assert all(actor == f"person:{DECIDER}" for _, actor, _ in entries[1:])
    assert all(detail == {"organization": str(asked.id)} for _, _, detail in entries)


async def test_a_declined_organization_stays_declined(register_database: Database) -> None:
    asked = await _request(register_database, "Queens Kin Care")
    async with register_database.transaction() as tx:
        assert await organizations.decline(tx, asked.id, by=DECIDER, at=NOON)
        assert not await organizations.approve(tx, asked.id, by=DECIDER, at=NOON)
        assert not await organizations.suspend(tx, asked.id, by=DECIDER, at=NOON)
        acts = list(await tx.scalars(select(AuditEntry.act).order_by(AuditEntry.sequence)))
    assert await _status(register_database, asked.id) is OrganizationStatus.DECLINED
    assert acts == ["organization.requested", "organization.declined"]


async def test_a_name_is_taken_once_whatever_its_letter_case_and_spaces(register_database: Database) -> None:
    await _request(register_database, "Bronx Family Fund")
    with pytest.raises(organizations.NameTaken):
        await _request(register_database, "BRONX  family fund")


async def test_of_two_requests_at_once_with_one_name_one_is_told_so(register_database: Database) -> None:
    requests = [_request(register_database, "Harlem Help") for _ in range(3)]
    results = await asyncio.gather(*requests, return_exceptions=True)
    told = [result for result in results if isinstance(result, BaseException)]
    assert [type(error) for error in told] == [organizations.NameTaken] * 2


async def test_requests_at_once_whose_names_shorten_alike_all_get_a_code_of_their_own(
    register_database: Database,
) -> None:
    names = ["Harlem Help", "Hudson Homes", "Happy Hands"]
    made = await asyncio.gather(*(_request(register_database, name) for name in names))
    assert sorted(organization.form_code for organization in made) == ["HH", "HH2", "HH3"]


async def test_an_organization_is_found_by_the_code_on_its_forms(register_database: Database) -> None:
    asked = await _request(register_database, "Bronx Family Fund")
    async with register_database.reading() as tx:
        found = await organizations.by_form_code(tx, "BFF")
        assert found is not None
        assert found.id == asked.id
        assert await organizations.by_form_code(tx, "XYZ") is None
        with pytest.raises(organizations.OrganizationUnknown):
            await organizations.get(tx, uuid4())


async def test_organizations_of_a_status_are_listed(sqlite_register: Database) -> None:
    async with sqlite_register.transaction() as tx:
        active = await an_organization(tx)
        waiting = await an_organization(tx, status=OrganizationStatus.REQUESTED)
        assert [one.id for one in await organizations.with_status(tx, OrganizationStatus.ACTIVE)] == [active.id]
        assert [one.id for one in await organizations.with_status(tx, OrganizationStatus.REQUESTED)] == [waiting.id]
        with pytest.raises(organizations.OrganizationUnknown):
            await organizations.suspend(tx, uuid4(), by=DECIDER, at=NOON)


@pytest.mark.parametrize(
    ("name", "taken", "code"),
    [
        ("Bronx Family Fund", set[str](), "BFF"),
        ("Bronx Family Fund", {"BFF"}, "BFF2"),
        ("Bronx Family Fund", {"BFF", "BFF2"}, "BFF3"),
        ("The Children of Queens, Inc.", set[str](), "CQ"),
        ("Niñez y Familia", set[str](), "NF"),
        ("Homebase", set[str](), "HOM"),
        ("125th Street Center", set[str](), "1SC"),
        ("家庭", set[str](), "ORG"),
        ("The Of", set[str](), "TO"),
        ("A B C D E F G H I J K L M", set[str](), "ABCDEFGH"),
    ],
)
def test_the_form_code_comes_from_the_name(name: str, taken: set[str], code: str) -> None:
    assert organizations.form_code_for(name, taken) == code


def test_a_form_code_fits_its_column_and_holds_capitals_and_digits_only() -> None:
    code = organizations.form_code_for("a b c d e f g h i j", {f"ABCDEFGH{n}" for n in range(2, 1000)} | {"ABCDEFGH"})
    assert code == "ABCDEFGH1000"
    assert len(code) <= organizations.FORM_CODE_LENGTH
