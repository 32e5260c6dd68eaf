"""Acts that leave an entry in the audit log in their own transaction, and leave it once."""

from dataclasses import replace
from uuid import UUID, uuid4

from sqlalchemy import select

from schemas.reason_codes import ReasonCode
from services.portal.rate_limits import API_KEY_UNKNOWN_NOTED, DENIAL_NOTED
from services.register import people
from services.register.states import OrganizationStatus, PersonStatus
from services.register.tables import AuditEntry, Organization, Person
from tests.support.portal_browser import submit
from tests.support.portal_world import Member, PortalWorld, upload
from tests.support.register_builders import NOON


async def entries(world: PortalWorld, act: str) -> list[AuditEntry]:
    async with world.context.database.reading() as tx:
        return list(await tx.scalars(select(AuditEntry).where(AuditEntry.act == act).order_by(AuditEntry.sequence)))


async def post(world: PortalWorld, member: Member, path: str, **fields: str) -> int:
    async with world.browser(member) as client:
        return (await client.post(path, data={"csrf_token": member.csrf_token, **fields})).status_code


async def test_who_looks_at_what_was_typed_about_a_parent_is_recorded_each_time(world: PortalWorld) -> None:
    consent_id = await upload(world, world.staff)
    async with world.browser(world.staff) as client:
        for _ in range(2):
            assert "Marisol" in (await client.get(f"/consents/{consent_id}")).text
    async with world.browser(world.other_staff) as client:
        assert (await client.get(f"/consents/{consent_id}")).status_code == 404
    found = await entries(world, "claim.opened")
    assert [(one.consent_id, one.actor) for one in found] == [(consent_id, f"person:{world.staff.person_id}")] * 2


async def test_the_use_of_a_key_is_recorded_once_a_minute_however_often_it_asks(world: PortalWorld) -> None:
    async with world.api(world.staff) as client:
        for _ in range(5):
            assert (await client.get("/api/v1/consents")).status_code == 200
    (used,) = await entries(world, "key.used")
    assert used.actor.startswith("key:")
    assert used.detail == {"organization": str(world.staff.organization_id)}


async def test_a_key_that_may_not_be_used_now_is_recorded_with_the_reason(world: PortalWorld) -> None:
    async with world.context.database.transaction() as tx:
        organization = await tx.get_one(Organization, world.staff.organization_id)
        organization.status = OrganizationStatus.SUSPENDED
    async with world.api(world.staff) as client:
        assert (await client.get("/api/v1/consents")).status_code == 403
    (refused,) = await entries(world, "key.refused")
    assert refused.detail["reason"] == ReasonCode.ORG_NOT_ACTIVE.value
    assert await entries(world, "key.used") == []


async def test_tries_with_a_key_or_an_address_that_nobody_has_are_recorded(world: PortalWorld) -> None:
    async with world.api(replace(world.staff, api_key="snap_" + "x" * 43)) as client:
        for _ in range(3):
            assert (await client.get("/api/v1/consents")).status_code == 401
    nobody = await people.sign_in(world.context.database, email="nobody@example.org", password="x" * 12, at=NOON)
    assert nobody is None
    found = [*await entries(world, "key.unknown"), *await entries(world, "person.unknown")]
    assert [(one.actor, one.detail) for one in found] == [("system", {})] * 4


async def test_whoever_guesses_keys_does_not_fill_the_log(world: PortalWorld) -> None:
    for _ in range(API_KEY_UNKNOWN_NOTED.amount):
        world.context.rate_limits.allow(API_KEY_UNKNOWN_NOTED, "key.unknown", "every address")
    async with world.api(replace(world.staff, api_key="snap_" + "x" * 43)) as client:
        assert (await client.get("/api/v1/consents")).status_code == 401
    assert await entries(world, "key.unknown") == []


async def test_a_sign_out_is_recorded_once(world: PortalWorld) -> None:
    for _ in range(2):
        assert await post(world, world.staff, "/sign-out") == 303
    (out,) = await entries(world, "person.signed_out")
    assert out.actor == f"person:{world.staff.person_id}"


async def test_a_second_invitation_and_the_end_of_somebodys_access_are_recorded(world: PortalWorld) -> None:
    async with world.browser(world.staff) as client:
        invited = {"name": "Nina", "email": "nina@example.org", "role": "organization_staff", "preferred": "en"}
        await submit(client, "/people", invited)
    async with world.context.database.reading() as tx:
        nina: UUID = (await tx.scalars(select(Person.id).where(Person.status == PersonStatus.INVITED))).one()
    assert await post(world, world.staff, f"/people/{nina}/invite-again") == 303
    assert await post(world, world.staff, f"/people/{nina}/deactivate") == 303
    for act in ("person.added", "person.invited_again", "person.deactivated"):
        (one,) = await entries(world, act)
        assert (one.actor, one.detail["person"]) == (f"person:{world.staff.person_id}", str(nina))


async def test_where_an_organizations_notices_go_is_recorded(world: PortalWorld) -> None:
    address = {"url": "https://hooks.example.org/snapshot"}
    async with world.browser(world.staff) as client:
        await submit(client, "/connections", address, action="/connections/webhook")
    assert await post(world, world.staff, "/connections/webhook/remove") == 303
    for act in ("webhook.saved", "webhook.removed"):
        (one,) = await entries(world, act)
        assert one.actor == f"person:{world.staff.person_id}"
        assert "hooks.example.org" not in str(one.detail)


async def test_who_asks_for_anothers_consent_leaves_an_entry_that_says_what_was_asked_for(world: PortalWorld) -> None:
    consent_id = await upload(world, world.staff)
    async with world.browser(world.other_staff) as browser, world.api(world.other_staff) as api:
        assert (await browser.get(f"/consents/{consent_id}")).status_code == 404
        assert (await api.get(f"/api/v1/consents/{consent_id}")).status_code == 404
        assert (await browser.get("/no/such/page")).status_code == 404
    by_page, by_key = await entries(world, "access.denied")
    assert (by_page.actor, by_page.consent_id) == (f"person:{world.other_staff.person_id}", None)
    route = "GET.consents.consent_status"
    assert by_page.detail == {"asked": [str(consent_id)], "reason": "NOT_THEIRS", "route": route}
    assert by_key.actor.startswith("key:")
    assert by_key.detail["asked"] == [str(consent_id)]


async def test_a_form_of_another_sign_in_is_recorded_with_who_sent_it(world: PortalWorld) -> None:
    async with world.browser(world.staff) as client:
        sent = await client.post("/people", data={"csrf_token": world.other_staff.csrf_token})
    assert sent.status_code == 403
    (denied,) = await entries(world, "access.denied")
    assert (denied.actor, denied.detail["reason"]) == (f"person:{world.staff.person_id}", "FORGED_REQUEST")


async def test_whoever_walks_through_ids_does_not_fill_the_log(world: PortalWorld) -> None:
    async with world.api(world.staff) as client:
        for _ in range(DENIAL_NOTED.amount + 5):
            assert (await client.get(f"/api/v1/consents/{uuid4()}")).status_code == 404
    assert len(await entries(world, "access.denied")) == DENIAL_NOTED.amount
