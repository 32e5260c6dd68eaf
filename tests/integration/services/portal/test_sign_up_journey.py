"""From a request on the landing page to the first page with a consent on it."""

import httpx
from sqlalchemy import select

from services.register.messages import INVITATION, ORGANIZATION_DECLINED, SEALED_TOKEN, open_parameter
from services.register.states import OrganizationStatus, PersonRole, PersonStatus
from services.register.tables import AuditEntry, Invitation, Message, Organization, Person
from tests.support.portal_browser import submit
from tests.support.portal_world import Member, PortalWorld, add_member

REQUEST = {
    "organization": "Brooklyn Family Hub",
    "contact": "Maya Ortiz",
    "email": "maya@bfh.example.org",
    "preferred": "es",
    "why": "Our case workers help parents with past-due support.",
}
GOOD = "lluvia sobre tejado 7"


async def _organization(world: PortalWorld) -> Organization:
    async with world.context.database.reading() as tx:
        return (await tx.scalars(select(Organization).where(Organization.name == REQUEST["organization"]))).one()


async def _messages(world: PortalWorld, kind: str) -> list[Message]:
    async with world.context.database.reading() as tx:
        return list(await tx.scalars(select(Message).where(Message.kind == kind)))


async def _request_and_decide(world: PortalWorld, decision: str) -> Member:
    async with world.browser(None) as client:
        answer = await submit(client, "/sign-up", REQUEST)
        assert answer.headers["location"] == "/sign-up/received"
    agency = await add_member(world, None, PersonRole.AGENCY_ADMIN, "sam@example.gov")
    organization = await _organization(world)
    async with world.browser(agency) as client:
        waiting = await client.get("/organizations")
        assert REQUEST["why"] in waiting.text
        assert REQUEST["email"] in waiting.text
        answer = await client.post(
            f"/organizations/{organization.id}/{decision}", data={"csrf_token": agency.csrf_token}
        )
        assert answer.status_code == 303
    return agency


async def _invitation_token(world: PortalWorld) -> str:
    (message,) = await _messages(world, INVITATION)
    return open_parameter(world.context.master_key, message, SEALED_TOKEN)


async def _set_password(client: httpx.AsyncClient, token: str, password: str, again: str) -> httpx.Response:
    arrived = await client.get(f"/invitation?token={token}")
    assert arrived.headers["location"] == "/invitation"
    return await submit(client, "/invitation", {"password": password, "again": again})


async def _accept(client: httpx.AsyncClient, audience: str, version: str) -> None:
    answer = await submit(client, "/agreement", {"audience": audience, "version": version, "agree": "yes"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/agreement")


async def test_an_organization_comes_in_step_by_step(world: PortalWorld) -> None:
    await _request_and_decide(world, "approve")
    agreements = world.context.agreements
    async with world.browser(None) as client:
        done = await _set_password(client, await _invitation_token(world), GOOD, GOOD)
        assert (done.status_code, done.headers["location"]) == (303, "/agreement")
        for page in ("/consents", "/people", "/connections"):
            assert (await client.get(page)).headers["location"] == "/agreement"
        await _accept(client, "person", agreements.current.version)
        assert (await client.get("/consents")).headers["location"] == "/agreement"
        assert "Brooklyn Family Hub" in (await client.get("/agreement")).text
        await _accept(client, "organization", agreements.current_for_organizations.version)
        opened = await client.get("/people")
    assert opened.status_code == 200
    assert '<html lang="es">' in opened.text
    async with world.context.database.reading() as tx:
        acts = list(await tx.scalars(select(AuditEntry.act).order_by(AuditEntry.sequence)))
        person = (await tx.scalars(select(Person).where(Person.email == REQUEST["email"]))).one()
    decided = ["organization.requested", "person.added", "organization.approved", "person.activated"]
    assert acts == [*decided, "agreement.accepted", "agreement.accepted"]
    assert (person.role, person.status) == (PersonRole.ORGANIZATION_ADMIN, PersonStatus.ACTIVE)


async def test_a_weak_or_mistyped_password_is_sent_back(world: PortalWorld) -> None:
    await _request_and_decide(world, "approve")
    token = await _invitation_token(world)
    async with world.browser(None) as client:
        assert (await _set_password(client, token, "password1234", "password1234")).status_code == 422
        assert (await _set_password(client, token, GOOD, GOOD + "!")).status_code == 422
        assert (await _set_password(client, token, GOOD, GOOD)).status_code == 303


async def test_a_declined_organization_is_told_and_gets_no_link(world: PortalWorld) -> None:
    await _request_and_decide(world, "decline")
    assert (await _organization(world)).status is OrganizationStatus.DECLINED
    assert len(await _messages(world, ORGANIZATION_DECLINED)) == 1
    assert await _messages(world, INVITATION) == []


async def test_a_second_decision_changes_nothing_and_sends_nothing(world: PortalWorld) -> None:
    agency = await _request_and_decide(world, "approve")
    organization = await _organization(world)
    async with world.browser(agency) as client:
        for decision in ("approve", "decline"):
            await client.post(f"/organizations/{organization.id}/{decision}", data={"csrf_token": agency.csrf_token})
    assert (await _organization(world)).status is OrganizationStatus.ACTIVE
    assert len(await _messages(world, INVITATION)) == 1
    assert await _messages(world, ORGANIZATION_DECLINED) == []


async def test_an_invitation_works_once_and_its_token_is_nowhere_in_clear(world: PortalWorld) -> None:
    await _request_and_decide(world, "approve")
    token = await _invitation_token(world)
    (message,) = await _messages(world, INVITATION)
    async with world.context.database.reading() as tx:
        (stored,) = await tx.scalars(select(Invitation.token_sha256))
    assert token != stored
    assert token not in str(message.parameters)
    async with world.browser(None) as client:
        await client.get(f"/invitation?token={token}")
        await submit(client, "/invitation", {"password": GOOD, "again": GOOD})
    async with world.browser(None) as again:
        await again.get(f"/invitation?token={token}")
        assert (await again.get("/invitation")).status_code == 410


async def test_an_old_invitation_has_ended(world: PortalWorld) -> None:
    await _request_and_decide(world, "approve")
    token = await _invitation_token(world)
    async with world.context.database.reading() as tx:
        (expires_at,) = await tx.scalars(select(Invitation.expires_at))
    world.clock.now = expires_at
    async with world.browser(None) as client:
        await client.get(f"/invitation?token={token}")
        assert (await client.get("/invitation")).status_code == 410


async def test_nobody_learns_from_the_form_who_is_registered(world: PortalWorld) -> None:
    async with world.browser(None) as client:
        new = await submit(client, "/sign-up", REQUEST)
        known_name = await submit(client, "/sign-up", {**REQUEST, "email": "other@bfh.example.org"})
        known_address = await submit(client, "/sign-up", {**REQUEST, "organization": "New", "email": "ana@example.org"})
    assert new.status_code == known_name.status_code == known_address.status_code == 303
    assert new.headers["location"] == known_name.headers["location"] == known_address.headers["location"]
    async with world.context.database.reading() as tx:
        names = list(await tx.scalars(select(Organization.name)))
    assert names.count("Brooklyn Family Hub") == 1
    assert "New" not in names


async def test_a_form_with_mistakes_comes_back_with_what_was_typed(world: PortalWorld) -> None:
    async with world.browser(None) as client:
        answer = await submit(client, "/sign-up", {**REQUEST, "email": "not an address", "why": " "})
    assert answer.status_code == 422
    assert 'href="#email"' in answer.text
    assert 'href="#why"' in answer.text
    assert "Brooklyn Family Hub" in answer.text
    assert "errors" in answer.text


async def test_what_people_type_is_shown_and_never_run(world: PortalWorld) -> None:
    payload = "<script>alert(1)</script>{{ 7*7 }}"
    async with world.browser(None) as client:
        answer = await submit(client, "/sign-up", {**REQUEST, "organization": payload, "why": ""})
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}" in answer.text
