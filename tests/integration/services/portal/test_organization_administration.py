"""What an organization's administrator does: people, keys, webhook, the organization's agreement."""

import re
from uuid import UUID

import pytest
from sqlalchemy import select

from services.portal import sign_ins
from services.register.messages import INVITATION, webhook_secret_purpose
from services.register.states import PersonRole, PersonStatus
from services.register.tables import ApiKey, AuditEntry, Message, Organization, Person
from services.vault.sealed_text import open_text
from tests.support.portal_browser import submit
from tests.support.portal_world import Member, PortalWorld, add_member

NEW = {"name": "Ben Ruiz", "email": "ben@bff.example.org", "role": "organization_staff", "preferred": "es"}


async def _post(world: PortalWorld, member: Member, path: str, **fields: str) -> int:
    async with world.browser(member) as client:
        return (await client.post(path, data={"csrf_token": member.csrf_token, **fields})).status_code


async def _person(world: PortalWorld, email: str) -> Person:
    async with world.context.database.reading() as tx:
        return (await tx.scalars(select(Person).where(Person.email == email))).one()


async def test_an_invited_person_belongs_to_the_administrators_organization(world: PortalWorld) -> None:
    assert await _post(world, world.staff, "/people", **NEW) == 303
    person = await _person(world, NEW["email"])
    assert (person.organization_id, person.status) == (world.staff.organization_id, PersonStatus.INVITED)
    async with world.context.database.reading() as tx:
        message = (await tx.scalars(select(Message).where(Message.person_id == person.id))).one()
    assert message.kind == INVITATION


@pytest.mark.parametrize("role", ["agency_admin", "reviewer", "operator", "", "root"])
async def test_nobody_can_be_invited_into_a_role_of_the_agency(world: PortalWorld, role: str) -> None:
    assert await _post(world, world.staff, "/people", **{**NEW, "role": role}) == 422


async def test_an_address_that_is_known_anywhere_cannot_be_invited(world: PortalWorld) -> None:
    assert await _post(world, world.staff, "/people", **{**NEW, "email": "BEN@example.org"}) == 422


async def test_deactivating_ends_every_sign_in_at_once(world: PortalWorld) -> None:
    colleague = await add_member(
        world, world.staff.organization_id, PersonRole.ORGANIZATION_STAFF, "col@bff.example.org"
    )
    assert await _post(world, world.staff, f"/people/{colleague.person_id}/deactivate") == 303
    async with world.context.database.reading() as tx:
        assert await sign_ins.find(tx, colleague.browser_token, world.clock()) is None
    async with world.api(colleague) as client:
        assert (await client.get("/api/v1/consents")).json()["code"] == "PERSON_NOT_ACTIVE"


async def test_people_of_another_organization_and_nobody_look_the_same(world: PortalWorld) -> None:
    nobody = UUID(int=7)
    for act in ("deactivate", "invite-again"):
        assert await _post(world, world.staff, f"/people/{world.other_staff.person_id}/{act}") == 404
        assert await _post(world, world.staff, f"/people/{nobody}/{act}") == 404
    async with world.context.database.reading() as tx:
        assert (await tx.get_one(Person, world.other_staff.person_id)).status is PersonStatus.ACTIVE


async def test_an_administrator_cannot_lock_themself_out(world: PortalWorld) -> None:
    assert await _post(world, world.staff, f"/people/{world.staff.person_id}/deactivate") == 404


async def test_a_new_key_is_shown_once_works_and_can_be_revoked(world: PortalWorld) -> None:
    async with world.browser(world.staff) as client:
        made = await submit(client, "/connections", {"label": "Case system"}, action="/connections/keys")
        again = await client.get("/connections")
    (token,) = re.findall(r"snap_[\w-]{43}", made.text)
    assert token not in again.text
    key_id = await _key_id(world, "Case system")
    holder = Member(world.staff.person_id, world.staff.organization_id, token, "")
    async with world.api(holder) as client:
        assert (await client.get("/api/v1/consents")).status_code == 200
        assert await _post(world, world.staff, f"/connections/keys/{key_id}/revoke") == 303
        assert (await client.get("/api/v1/consents")).status_code == 401
    async with world.context.database.reading() as tx:
        acts = list(await tx.scalars(select(AuditEntry.act).where(AuditEntry.act.like("key.%"))))
    assert acts == ["key.created", "key.used", "key.revoked", "key.unknown"]


async def _key_id(world: PortalWorld, label: str) -> UUID:
    async with world.context.database.reading() as tx:
        return (await tx.scalars(select(ApiKey.id).where(ApiKey.label == label))).one()


async def test_a_key_of_another_organization_cannot_be_revoked(world: PortalWorld) -> None:
    async with world.context.database.reading() as tx:
        query = select(ApiKey.id).where(ApiKey.organization_id == world.other_staff.organization_id)
        theirs = (await tx.scalars(query)).one()
    assert await _post(world, world.staff, f"/connections/keys/{theirs}/revoke") == 404
    async with world.api(world.other_staff) as client:
        assert (await client.get("/api/v1/consents")).status_code == 200


async def test_the_webhooks_secret_is_shown_once_and_stored_sealed(world: PortalWorld) -> None:
    fields = {"url": "https://hooks.example.org/snapshot"}
    async with world.browser(world.staff) as client:
        saved = await submit(client, "/connections", fields, action="/connections/webhook")
        again = await client.get("/connections")
    (secret,) = re.findall(r"whsec_[\w+/=]+", saved.text)
    assert secret not in again.text
    organization_id = world.staff.organization_id
    assert organization_id is not None
    async with world.context.database.reading() as tx:
        organization = await tx.get_one(Organization, organization_id)
    assert organization.webhook_url == fields["url"]
    sealed = organization.webhook_secret_sealed or b""
    assert open_text(world.context.master_key, webhook_secret_purpose(organization_id), sealed) == secret
    assert await _post(world, world.staff, "/connections/webhook/remove") == 303
    async with world.context.database.reading() as tx:
        assert (await tx.get_one(Organization, organization_id)).webhook_url is None


async def test_a_webhook_that_was_switched_off_says_so_and_saving_it_switches_it_on(world: PortalWorld) -> None:
    organization_id, fields = world.staff.organization_id, {"url": "https://hooks.example.org/snapshot"}
    async with world.browser(world.staff) as client:
        await submit(client, "/connections", fields, action="/connections/webhook")
        async with world.context.database.transaction() as tx:
            (await tx.get_one(Organization, organization_id)).webhook_disabled_at = world.clock()
        assert "Switched off" in (await client.get("/connections")).text
        saved = await submit(client, "/connections", fields, action="/connections/webhook")
    assert "Switched off" not in saved.text
    async with world.context.database.reading() as tx:
        assert (await tx.get_one(Organization, organization_id)).webhook_disabled_at is None


async def test_a_webhook_inside_a_private_network_is_not_saved(world: PortalWorld) -> None:
    assert await _post(world, world.staff, "/connections/webhook", url="https://169.254.169.254/") == 422
    async with world.context.database.reading() as tx:
        assert (await tx.get_one(Organization, world.staff.organization_id)).webhook_url is None


async def test_staff_cannot_sign_for_the_organization(world: PortalWorld) -> None:
    async with world.context.database.transaction() as tx:
        (await tx.get_one(Organization, world.other_staff.organization_id)).agreement_version = None
    version = world.context.agreements.current_for_organizations.version
    fields = {"audience": "organization", "version": version, "agree": "yes"}
    assert await _post(world, world.other_staff, "/agreement", **fields) == 403
    async with world.browser(world.other_staff) as client:
        assert (await client.get("/consents")).headers["location"] == "/agreement"
        assert "Harlem Family Desk" in (await client.get("/agreement")).text


async def test_an_agreement_needs_the_tick_and_the_text_in_force(world: PortalWorld) -> None:
    async with world.context.database.transaction() as tx:
        (await tx.get_one(Person, world.staff.person_id)).agreement_version = "2020-01"
    current = world.context.agreements.current.version
    assert await _post(world, world.staff, "/agreement", audience="person", version=current) == 422
    assert await _post(world, world.staff, "/agreement", audience="person", version="2020-01", agree="yes") == 422
    assert await _post(world, world.staff, "/agreement", audience="person", version=current, agree="yes") == 303
    async with world.browser(world.staff) as client:
        assert (await client.get("/people")).status_code == 200
