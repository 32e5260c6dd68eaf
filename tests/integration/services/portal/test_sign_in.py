from datetime import timedelta

import httpx
from sqlalchemy import select

from services.portal.routes.sign_in import WRONG
from services.portal.settings import ABSOLUTE_LIMIT, IDLE_LIMIT
from services.portal.sign_ins import digest
from services.register import people
from services.register.audit import person_actor
from services.register.states import PersonRole, PersonStatus
from services.register.tables import AuditEntry, Organization, SignIn
from tests.support.portal_browser import ANAS_PASSWORD, form_token, sign_in, submit
from tests.support.portal_world import Member, PortalWorld, add_member


async def _acts(world: PortalWorld) -> list[str]:
    async with world.context.database.reading() as tx:
        return list(await tx.scalars(select(AuditEntry.act).order_by(AuditEntry.sequence)))


async def test_the_right_password_signs_in_and_leads_where_one_wanted_to_go(world: PortalWorld, ana: str) -> None:
    async with world.browser(None) as client:
        refused = await client.get("/people")
        assert refused.headers["location"] == "/sign-in?next=%2Fpeople"
        answer = await submit(
            client, refused.headers["location"], {"email": ana.upper(), "password": ANAS_PASSWORD, "next": "/people"}
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "/people")
        assert (await client.get("/people")).status_code == 200
    assert "person.signed_in" in await _acts(world)


async def test_the_cookie_is_hidden_from_scripts_and_only_its_hash_is_stored(world: PortalWorld, ana: str) -> None:
    async with world.browser(None) as client:
        answer = await sign_in(client, ana, ANAS_PASSWORD)
        token = client.cookies["sign_in"]
    cookie = next(value for value in answer.headers.get_list("set-cookie") if value.startswith("sign_in="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    async with world.context.database.reading() as tx:
        stored = set(await tx.scalars(select(SignIn.token_sha256)))
    assert digest(token) in stored
    assert token not in stored


async def test_unknown_address_and_wrong_password_get_the_same_answer(world: PortalWorld, ana: str) -> None:
    async with world.browser(None) as client:
        wrong = await sign_in(client, ana, "not the password")
        unknown = await sign_in(client, "nobody@example.org", "not the password")
    assert wrong.status_code == unknown.status_code == 422
    assert WRONG in wrong.text
    assert wrong.text.replace(ana, "") == unknown.text.replace("nobody@example.org", "")


async def test_ten_wrong_passwords_lock_the_account_for_a_while(world: PortalWorld, ana: str) -> None:
    async with world.browser(None) as client:
        for _ in range(people.FAILURES_BEFORE_LOCK):
            assert (await sign_in(client, ana, "not the password")).status_code == 422
        assert (await sign_in(client, ana, ANAS_PASSWORD)).status_code == 422
        world.clock.now += people.LOCKED_FOR + timedelta(seconds=1)
        assert (await sign_in(client, ana, ANAS_PASSWORD)).status_code == 303
    assert "person.locked_out" in await _acts(world)


async def test_one_address_cannot_try_for_ever(world: PortalWorld) -> None:
    async with world.browser(None) as client:
        answers = [await sign_in(client, f"guess{number}@example.org", "x" * 12) for number in range(30)]
    statuses = [answer.status_code for answer in answers]
    assert statuses[:15] == [422] * 15
    assert statuses[-1] == 429


async def test_a_planted_cookie_is_never_the_one_that_gets_signed_in(world: PortalWorld, ana: str) -> None:
    planted = "planted-by-somebody-else"
    async with world.browser(None) as client:
        client.cookies.set("sign_in", planted, domain="127.0.0.1", path="/")
        answer = await sign_in(client, ana, ANAS_PASSWORD)
        assert answer.status_code == 303
    thief = httpx.AsyncClient(
        transport=httpx.ASGITransport(app=world.app), base_url="http://127.0.0.1:8080", cookies={"sign_in": planted}
    )
    async with thief:
        assert (await thief.get("/people")).headers["location"].startswith("/sign-in")


async def test_signing_in_again_ends_the_earlier_sign_in_of_that_browser(world: PortalWorld, ana: str) -> None:
    async with world.browser(None) as client:
        await sign_in(client, ana, ANAS_PASSWORD)
        first = client.cookies["sign_in"]
        token = {"csrf_token": await form_token(client, "/people"), "email": ana, "password": ANAS_PASSWORD}
        await client.post("/sign-in", data=token)
        assert client.cookies["sign_in"] != first
    async with world.context.database.reading() as tx:
        assert (await tx.get_one(SignIn, digest(first))).ended_at is not None


async def test_signing_out_ends_the_sign_in_in_the_register_too(world: PortalWorld) -> None:
    async with world.browser(world.staff) as client:
        answer = await client.post("/sign-out", data={"csrf_token": world.staff.csrf_token})
        assert answer.status_code == 303
    async with world.browser(world.staff) as copy:
        assert (await copy.get("/people")).headers["location"].startswith("/sign-in")


async def test_a_sign_in_ends_when_it_is_not_used(world: PortalWorld) -> None:
    assert (timedelta(minutes=15), timedelta(hours=12)) == (IDLE_LIMIT, ABSOLUTE_LIMIT)
    async with world.browser(world.staff) as client:
        world.clock.now += IDLE_LIMIT
        assert (await client.get("/people")).status_code == 200
        world.clock.now += IDLE_LIMIT + timedelta(seconds=1)
        assert (await client.get("/people")).status_code == 303


async def test_a_sign_in_ends_after_half_a_day_however_much_it_is_used(world: PortalWorld) -> None:
    end = world.clock.now + ABSOLUTE_LIMIT
    async with world.browser(world.staff) as client:
        while world.clock.now < end:
            assert (await client.get("/people")).status_code == 200
            world.clock.now += IDLE_LIMIT - timedelta(minutes=1)
        assert (await client.get("/people")).status_code == 303


async def test_a_deactivated_person_is_out_at_the_next_click(world: PortalWorld) -> None:
    async with world.browser(world.staff) as client:
        assert (await client.get("/people")).status_code == 200
        async with world.context.database.transaction() as tx:
            (await people.get(tx, world.staff.person_id)).status = PersonStatus.DEACTIVATED
        assert (await client.get("/people")).status_code == 303


async def test_a_suspended_organization_is_out_at_the_next_click(world: PortalWorld) -> None:
    agency = await _agency_admin(world)
    organization_id = world.staff.organization_id
    async with world.browser(agency) as client:
        answer = await client.post(f"/organizations/{organization_id}/suspend", data={"csrf_token": agency.csrf_token})
        assert answer.status_code == 303
    async with world.browser(world.staff) as client:
        assert (await client.get("/people")).status_code == 303
    async with world.api(world.staff) as api:
        assert (await api.get("/api/v1/consents")).json()["code"] == "ORG_NOT_ACTIVE"
    async with world.context.database.reading() as tx:
        assert (await tx.get_one(Organization, organization_id)).decided_by == agency.person_id
        entry = (await tx.scalars(select(AuditEntry).where(AuditEntry.act == "organization.suspended"))).one()
    assert entry.actor == person_actor(agency.person_id)


async def _agency_admin(world: PortalWorld) -> Member:
    return await add_member(world, None, PersonRole.AGENCY_ADMIN, "sam@example.gov")
