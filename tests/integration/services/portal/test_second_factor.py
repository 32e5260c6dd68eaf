"""A second factor is set up, asked for after the password, and taken away; the password alone opens nothing then."""

import re
from base64 import b32decode
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from services.portal.app import create_app
from services.portal.routes.second_factor import CODE_NOT_RIGHT, NEEDED
from services.portal.routes.sign_in_code import NOT_RIGHT
from services.portal.settings import SECOND_STEP_LIFETIME, PortalSettings
from services.portal.sign_ins import digest
from services.register import people, second_factors
from services.register.one_time_codes import RECOVERY_CODES, code_at, step_of
from services.register.states import PersonRole
from services.register.tables import AuditEntry, SecondFactor, SecondStep, SignIn
from tests.support.portal_browser import ANAS_PASSWORD, sign_in, submit
from tests.support.portal_world import Member, PortalWorld, add_member

PAGE = "/account/second-factor"
KEY = re.compile(r'<code class="secret">([A-Z2-7 ]+)</code>')
RECOVERY = re.compile(r"<li><code>([A-Z2-7-]+)</code></li>")


async def entries(world: PortalWorld, act: str) -> Sequence[AuditEntry]:
    async with world.context.database.reading() as tx:
        return (await tx.scalars(select(AuditEntry).where(AuditEntry.act == act))).all()


def code(world: PortalWorld, seed: bytes) -> str:
    return code_at(seed, step_of(world.clock()))


async def set_up(world: PortalWorld, client: httpx.AsyncClient) -> tuple[bytes, list[str]]:
    """Do what a person does, up to the recovery codes; afterwards it is a minute later."""
    shown = await submit(client, PAGE, {"current": ANAS_PASSWORD})
    seed = b32decode(KEY.search(shown.text).group(1).replace(" ", ""))  # type: ignore[union-attr]
    on = await submit(client, PAGE, {"code": code(world, seed)}, action=f"{PAGE}/confirm")
    world.clock.now += timedelta(minutes=1)
    return seed, RECOVERY.findall(on.text)


@pytest.fixture
async def app(world: PortalWorld, ana: str) -> tuple[bytes, list[str]]:
    """The seed and the recovery codes of the first organization's administrator, who has a second factor."""
    assert ana
    async with world.browser(world.staff) as client:
        return await set_up(world, client)


async def test_it_is_set_up_with_a_code_to_scan_and_a_key_to_type(world: PortalWorld, ana: str) -> None:
    async with world.browser(world.staff) as client:
        shown = await submit(client, PAGE, {"current": ANAS_PASSWORD})
        assert '<svg class="app-code"' in shown.text
        seed = b32decode(KEY.search(shown.text).group(1).replace(" ", ""))  # type: ignore[union-attr]
        wrong = await submit(client, PAGE, {"code": "000000"}, action=f"{PAGE}/confirm")
        assert wrong.status_code == 422
        assert CODE_NOT_RIGHT in wrong.text
        assert KEY.search(wrong.text).group(1) in shown.text  # type: ignore[union-attr]
        on = await submit(client, PAGE, {"code": code(world, seed)}, action=f"{PAGE}/confirm")
        assert len(set(RECOVERY.findall(on.text))) == RECOVERY_CODES
        again = (await client.get(PAGE)).text
    assert ana
    assert not RECOVERY.search(again)
    assert not KEY.search(again)
    (entry,) = await entries(world, "factor.added")
    assert (entry.actor, entry.detail) == (f"person:{world.staff.person_id}", {})


async def test_switching_it_on_signs_every_other_browser_out(world: PortalWorld, ana: str) -> None:
    async with world.browser(None) as other:
        await sign_in(other, ana, ANAS_PASSWORD)
        async with world.browser(world.staff) as client:
            await set_up(world, client)
            assert (await client.get("/account")).status_code == 200
        assert (await other.get("/account")).status_code == 303


async def test_an_open_browser_is_not_enough_to_change_it(world: PortalWorld, app: tuple[bytes, list[str]]) -> None:
    async with world.browser(world.staff) as client:
        for action in (PAGE, f"{PAGE}/recovery-codes", f"{PAGE}/remove"):
            answer = await submit(client, PAGE, {"current": "not the password"}, action=action)
            assert answer.status_code == 422
            assert not RECOVERY.search(answer.text)
    assert app
    async with world.context.database.reading() as tx:
        assert await second_factors.is_on(tx, world.staff.person_id)


async def test_after_the_password_the_code_is_asked_for_and_leads_where_one_wanted_to_go(
    world: PortalWorld, ana: str, app: tuple[bytes, list[str]]
) -> None:
    async with world.browser(None) as client:
        asked = await submit(
            client, "/sign-in?next=%2Fpeople", {"email": ana, "password": ANAS_PASSWORD, "next": "/people"}
        )
        assert asked.headers["location"] == "/sign-in/code?next=%2Fpeople"
        assert "sign_in" not in client.cookies
        for page in ("/people", "/account", PAGE, "/agreement"):
            assert (await client.get(page)).headers["location"].startswith("/sign-in"), page
        wrong = await submit(client, asked.headers["location"], {"code": "000000", "next": "/people"})
        assert wrong.status_code == 422
        assert NOT_RIGHT in wrong.text
        right = {"code": code(world, app[0]), "next": "/people"}
        answer = await submit(client, asked.headers["location"], right)
        assert (answer.status_code, answer.headers["location"]) == (303, "/people")
        assert (await client.get("/people")).status_code == 200
        assert (await client.get("/sign-in/code")).headers["location"] == "/sign-in"
    (signed_in,) = await entries(world, "person.signed_in")
    assert signed_in.detail == {"second_factor": "app"}


async def test_the_token_between_password_and_code_opens_no_page_and_is_stored_as_a_hash(
    world: PortalWorld, ana: str, app: tuple[bytes, list[str]]
) -> None:
    async with world.browser(None) as client:
        await sign_in(client, ana, ANAS_PASSWORD)
        token = client.cookies["second_step"]
    assert app
    async with world.browser(replace(world.staff, browser_token=token)) as client:
        assert (await client.get("/account")).status_code == 303
    async with world.context.database.reading() as tx:
        assert list(await tx.scalars(select(SecondStep.token_sha256))) == [digest(token)]


async def test_the_code_is_not_waited_for_longer_than_five_minutes(
    world: PortalWorld, ana: str, app: tuple[bytes, list[str]]
) -> None:
    async with world.browser(None) as client:
        await sign_in(client, ana, ANAS_PASSWORD)
        world.clock.now += SECOND_STEP_LIFETIME - timedelta(seconds=1)
        assert (await client.get("/sign-in/code")).status_code == 200
        world.clock.now += timedelta(seconds=1)
        token = {"csrf_token": await _token(client), "code": code(world, app[0])}
        assert (await client.post("/sign-in/code", data=token)).headers["location"] == "/sign-in"
        assert "sign_in" not in client.cookies


async def _token(client: httpx.AsyncClient) -> str:
    page = await client.get("/sign-in")
    return re.search(r'name="csrf_token" value="([0-9a-f]{64})"', page.text).group(1)  # type: ignore[union-attr]


async def test_a_code_works_in_one_browser_only(world: PortalWorld, ana: str, app: tuple[bytes, list[str]]) -> None:
    used = code(world, app[0])
    async with world.browser(None) as first, world.browser(None) as second:
        for client in (first, second):
            await sign_in(client, ana, ANAS_PASSWORD)
        assert (await submit(first, "/sign-in/code", {"code": used})).status_code == 303
        assert (await submit(second, "/sign-in/code", {"code": used})).status_code == 422
        assert (await submit(second, "/sign-in/code", {"code": app[1][0]})).status_code == 303
    async with world.browser(None) as third:
        await sign_in(third, ana, ANAS_PASSWORD)
        assert (await submit(third, "/sign-in/code", {"code": app[1][0]})).status_code == 422


async def test_ten_wrong_codes_lock_the_account(world: PortalWorld, ana: str, app: tuple[bytes, list[str]]) -> None:
    for _ in range(people.FAILURES_BEFORE_LOCK - 1):
        await second_factors.finish_sign_in(
            world.context.database, world.context.master_key, world.staff.person_id, typed="000000", at=world.clock()
        )
    async with world.browser(None) as client:
        await sign_in(client, ana, ANAS_PASSWORD)
        await submit(client, "/sign-in/code", {"code": "000000"})
        assert (await submit(client, "/sign-in/code", {"code": code(world, app[0])})).status_code == 422
        assert (await sign_in(client, ana, ANAS_PASSWORD)).status_code == 422
    assert len(await entries(world, "person.locked_out")) == 1


async def test_a_new_password_by_link_does_not_get_round_it(
    world: PortalWorld, ana: str, app: tuple[bytes, list[str]]
) -> None:
    async with world.browser(None) as waiting:
        await sign_in(waiting, ana, ANAS_PASSWORD)
        async with world.browser(world.staff) as client:
            new = "zafiro con tejado 31"
            fields = {"current": ANAS_PASSWORD, "password": new, "again": new}
            assert (await submit(client, "/account/password", fields)).status_code == 303
        assert (await waiting.get("/sign-in/code")).headers["location"] == "/sign-in", "of the old password"
        assert (await sign_in(waiting, ana, new)).headers["location"].startswith("/sign-in/code")
    assert app


async def test_new_recovery_codes_are_shown_once_and_end_the_old_ones(
    world: PortalWorld, ana: str, app: tuple[bytes, list[str]]
) -> None:
    async with world.browser(world.staff) as client:
        shown = await submit(client, PAGE, {"current": ANAS_PASSWORD}, action=f"{PAGE}/recovery-codes")
    new = RECOVERY.findall(shown.text)
    assert len(new) == RECOVERY_CODES
    assert not set(new) & set(app[1])
    assert len(await entries(world, "factor.codes_renewed")) == 1
    async with world.browser(None) as client:
        await sign_in(client, ana, ANAS_PASSWORD)
        assert (await submit(client, "/sign-in/code", {"code": app[1][0]})).status_code == 422
        assert (await submit(client, "/sign-in/code", {"code": new[0]})).status_code == 303


async def test_a_person_switches_it_off_with_the_password(
    world: PortalWorld, ana: str, app: tuple[bytes, list[str]]
) -> None:
    async with world.browser(world.staff) as client:
        await submit(client, PAGE, {"current": ANAS_PASSWORD}, action=f"{PAGE}/remove")
    async with world.browser(None) as client:
        assert (await sign_in(client, ana, ANAS_PASSWORD)).headers["location"] == "/"
    assert app
    (entry,) = await entries(world, "factor.removed")
    assert entry.actor == f"person:{world.staff.person_id}"


async def _colleague(world: PortalWorld) -> Member:
    return await add_member(world, world.staff.organization_id, PersonRole.ORGANIZATION_ADMIN, "eve@example.org")


async def test_an_administrator_takes_it_from_somebody_who_lost_it(
    world: PortalWorld, ana: str, app: tuple[bytes, list[str]]
) -> None:
    eve = await _colleague(world)
    path = f"/people/{world.staff.person_id}/remove-second-factor"
    async with world.browser(eve) as client:
        assert path in (await client.get("/people")).text
        assert (await submit(client, "/people", {}, action=path)).headers["location"].startswith("/people")
        assert path not in (await client.get("/people")).text
    async with world.browser(world.staff) as client:
        assert (await client.get("/account")).status_code == 303, "signed out everywhere"
    async with world.browser(None) as client:
        assert (await sign_in(client, ana, ANAS_PASSWORD)).headers["location"] == "/"
    assert app
    (entry,) = await entries(world, "factor.removed")
    assert (entry.actor, entry.detail) == (f"person:{eve.person_id}", {"person": str(world.staff.person_id)})


async def test_nobody_takes_it_from_people_of_another_organization_or_from_themselves_so(
    world: PortalWorld, app: tuple[bytes, list[str]]
) -> None:
    other = await add_member(
        world, world.other_staff.organization_id, PersonRole.ORGANIZATION_ADMIN, "mallory@example.org"
    )
    for member in (other, world.staff):
        async with world.browser(member) as client:
            path = f"/people/{world.staff.person_id}/remove-second-factor"
            assert (await submit(client, "/people", {}, action=path)).status_code == 404
    assert app
    async with world.context.database.reading() as tx:
        assert await second_factors.is_on(tx, world.staff.person_id)


def demanding(world: PortalWorld, roles: str) -> PortalWorld:
    settings = PortalSettings(home=world.context.settings.home, second_factor_roles=roles)
    context = replace(world.context, settings=settings)
    made = replace_world(world)
    made.context, made.app = context, create_app(settings, context)
    return made


def replace_world(world: PortalWorld) -> PortalWorld:
    made = PortalWorld(world.context, world.app, world.vault, world.clock, world.relay, world.signer)
    made.staff, made.other_staff, made.reviewer = world.staff, world.other_staff, world.reviewer
    return made


async def test_a_role_that_needs_one_gets_nowhere_without(world: PortalWorld, ana: str) -> None:
    strict = demanding(world, "organization_admin, reviewer")
    async with strict.browser(strict.staff) as client:
        for page in ("/consents", "/people", "/account", "/account/password"):
            assert (await client.get(page)).headers["location"] == PAGE, page
        refused = await client.post("/people", data={"csrf_token": strict.staff.csrf_token})
        assert refused.headers["location"] == PAGE
        assert (await client.get("/")).headers.get("location", PAGE) == PAGE
        shown = (await client.get(PAGE)).text
        assert "Your role needs a second factor." in shown
        assert 'href="/consents"' not in shown
        await set_up(strict, client)
        assert (await client.get("/people")).status_code == 200
        answer = await submit(client, PAGE, {"current": ANAS_PASSWORD}, action=f"{PAGE}/remove")
        assert (answer.status_code, NEEDED in answer.text) == (422, True)
    async with strict.browser(await _colleague(strict)) as client:
        for method, path in (("GET", "/consents/new"), ("POST", "/consents/new")):
            token = {"csrf_token": "of no use"} if method == "POST" else None
            files = {"form": ("", b"")} if method == "POST" else None
            answer = await client.request(method, path, data=token, files=files)
            assert answer.headers["location"] == PAGE, path
    async with strict.browser(strict.other_staff) as client:
        assert (await client.get("/consents")).status_code == 200, "a role that needs none"
    assert ana


@pytest.mark.parametrize(("roles", "wanted"), [("", False), ("all", True), ("operator", False), ("reviewer", True)])
def test_roles_are_named_in_the_settings(roles: str, wanted: bool) -> None:
    assert PortalSettings(second_factor_roles=roles).needs_second_factor(PersonRole.REVIEWER) == wanted


@pytest.mark.parametrize("roles", ["reviewers", "reviewer;operator", "reviewer,", "None"])
def test_a_role_that_is_misspelt_stops_the_portal_instead_of_asking_nobody(roles: str) -> None:
    with pytest.raises(ValueError, match="second_factor_roles"):
        PortalSettings(second_factor_roles=roles)


async def test_the_seed_is_sealed_and_shown_to_nobody_else(world: PortalWorld, app: tuple[bytes, list[str]]) -> None:
    async with world.context.database.reading() as tx:
        (factor,) = (await tx.scalars(select(SecondFactor))).all()
        assert app[0] not in factor.sealed_seed
        assert (await tx.scalars(select(SignIn))).all()
