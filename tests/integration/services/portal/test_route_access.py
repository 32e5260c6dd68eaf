"""Who may use which route. The routes are taken from the running application; one that is not listed here fails."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from services.portal.csrf import token_for
from services.register.states import PersonRole
from services.register.tables import AuditEntry, Person
from tests.support.portal_world import PortalWorld, add_member

ADMIN, STAFF, REVIEWER, AGENCY, OPERATOR = (
    PersonRole.ORGANIZATION_ADMIN,
    PersonRole.ORGANIZATION_STAFF,
    PersonRole.REVIEWER,
    PersonRole.AGENCY_ADMIN,
    PersonRole.OPERATOR,
)
PUBLIC = "public"
BEFORE_AGREEMENT = "signed in, agreement accepted or not"
API_KEY = "api key"
ORGANIZATION = {ADMIN, STAFF}
EVERYBODY = set(PersonRole)

EXPECTED: dict[tuple[str, str], str | set[PersonRole]] = {
    ("GET", "/"): PUBLIC,
    ("GET", "/privacy"): PUBLIC,
    ("GET", "/problems"): PUBLIC,
    ("GET", "/healthz"): PUBLIC,
    ("GET", "/readyz"): PUBLIC,
    ("GET", "/language/{language}"): PUBLIC,
    ("GET", "/sign-in"): PUBLIC,
    ("POST", "/sign-in"): PUBLIC,
    ("GET", "/sign-in/code"): PUBLIC,
    ("POST", "/sign-in/code"): PUBLIC,
    ("POST", "/sign-out"): PUBLIC,
    ("GET", "/sign-up"): PUBLIC,
    ("POST", "/sign-up"): PUBLIC,
    ("GET", "/sign-up/received"): PUBLIC,
    ("GET", "/invitation"): PUBLIC,
    ("POST", "/invitation"): PUBLIC,
    ("GET", "/forgot-password"): PUBLIC,
    ("POST", "/forgot-password"): PUBLIC,
    ("GET", "/password-reset"): PUBLIC,
    ("POST", "/password-reset"): PUBLIC,
    ("GET", "/agreement"): BEFORE_AGREEMENT,
    ("POST", "/agreement"): BEFORE_AGREEMENT,
    ("GET", "/organizations"): {AGENCY},
    ("POST", "/organizations/{organization_id}/approve"): {AGENCY},
    ("POST", "/organizations/{organization_id}/decline"): {AGENCY},
    ("POST", "/organizations/{organization_id}/suspend"): {AGENCY},
    ("GET", "/operations"): {OPERATOR},
    ("GET", "/people"): {ADMIN},
    ("POST", "/people"): {ADMIN},
    ("POST", "/people/{person_id}/invite-again"): {ADMIN},
    ("POST", "/people/{person_id}/reset-password"): {ADMIN},
    ("POST", "/people/{person_id}/deactivate"): {ADMIN},
    ("POST", "/people/{person_id}/remove-second-factor"): {ADMIN},
    ("GET", "/account"): EVERYBODY,
    ("POST", "/account/sign-ins/{sign_in_id:uuid}/end"): EVERYBODY,
    ("POST", "/account/sign-ins/end-others"): EVERYBODY,
    ("GET", "/account/password"): EVERYBODY,
    ("POST", "/account/password"): EVERYBODY,
    ("GET", "/account/second-factor"): EVERYBODY,
    ("POST", "/account/second-factor"): EVERYBODY,
    ("POST", "/account/second-factor/confirm"): EVERYBODY,
    ("POST", "/account/second-factor/recovery-codes"): EVERYBODY,
    ("POST", "/account/second-factor/remove"): EVERYBODY,
    ("GET", "/connections"): {ADMIN},
    ("POST", "/connections/keys"): {ADMIN},
    ("POST", "/connections/keys/{key_id}/revoke"): {ADMIN},
    ("POST", "/connections/webhook"): {ADMIN},
    ("POST", "/connections/webhook/remove"): {ADMIN},
    ("GET", "/consents"): ORGANIZATION,
    ("GET", "/consents/new"): ORGANIZATION,
    ("POST", "/consents/new"): ORGANIZATION,
    ("GET", "/consents/{consent_id:uuid}"): ORGANIZATION,
    ("GET", "/consents/{consent_id:uuid}/receipt"): ORGANIZATION,
    ("GET", "/consents/{consent_id:uuid}/revocation"): ORGANIZATION,
    ("POST", "/consents/{consent_id:uuid}/revocation"): ORGANIZATION,
    ("GET", "/snapshots/{snapshot_id:uuid}/{language}.pdf"): ORGANIZATION,
    ("GET", "/snapshots/{snapshot_id:uuid}/{language}.png"): ORGANIZATION,
    ("GET", "/snapshots/{snapshot_id:uuid}/{language}"): ORGANIZATION,
    ("GET", "/forms/new"): ORGANIZATION,
    ("POST", "/forms/new"): ORGANIZATION,
    ("GET", "/forms/blank/{language}.pdf"): ORGANIZATION,
    ("GET", "/inbox"): ORGANIZATION | {REVIEWER},
    ("POST", "/inbox/read"): ORGANIZATION | {REVIEWER},
    ("POST", "/inbox/{message_id:uuid}"): ORGANIZATION | {REVIEWER},
    ("GET", "/resources"): EVERYBODY,
    ("POST", "/resources"): ORGANIZATION,
    ("POST", "/resources/sheet"): ORGANIZATION,
    ("GET", "/review"): {REVIEWER},
    ("GET", "/review/cases"): {REVIEWER},
    ("POST", "/review/cases/{consent_id:uuid}"): {REVIEWER},
    ("GET", "/review/{consent_id:uuid}"): {REVIEWER},
    ("GET", "/review/{consent_id:uuid}/page.png"): {REVIEWER},
    ("GET", "/review/{consent_id:uuid}/crop/{check}.png"): {REVIEWER},
    ("POST", "/review/{consent_id:uuid}"): {REVIEWER},
    ("POST", "/api/v1/consents"): API_KEY,
    ("GET", "/api/v1/consents"): API_KEY,
    ("GET", "/api/v1/consents/{consent_id:uuid}"): API_KEY,
    ("POST", "/api/v1/consents/{consent_id:uuid}/revocation"): API_KEY,
    ("POST", "/api/v1/forms"): API_KEY,
    ("GET", "/api/v1/forms/blank.pdf"): API_KEY,
    ("GET", "/api/v1/resources"): API_KEY,
    ("GET", "/api/v1/snapshots/{snapshot_id:uuid}.pdf"): API_KEY,
    ("GET", "/api/v1/snapshots/{snapshot_id:uuid}.html"): API_KEY,
    ("GET", "/api/v1/snapshots/{snapshot_id:uuid}.png"): API_KEY,
}

PAGES = {route: roles for route, roles in EXPECTED.items() if isinstance(roles, set)}


def _routes_of(app: FastAPI) -> Iterator[tuple[str, str]]:
    for included in app.router.routes:
        for route in getattr(included, "effective_candidates", list)():
            yield from ((method, route.path) for method in route.methods)


def _address(path: str) -> str:
    for name in ("consent_id", "snapshot_id", "message_id", "sign_in_id", "organization_id", "person_id", "key_id"):
        path = path.replace(f"{{{name}:uuid}}", str(uuid4())).replace(f"{{{name}}}", str(uuid4()))
    return path.replace("{language}", "en").replace("{check}", "signature")


async def _ask(client: httpx.AsyncClient, route: tuple[str, str], csrf_token: str) -> httpx.Response:
    method, path = route
    data = {"csrf_token": csrf_token} if method == "POST" and not path.startswith("/api/") else None
    files = {"form": ("", b"")} if route == ("POST", "/consents/new") else None
    return await client.request(method, _address(path), data=data, files=files)


def test_every_route_of_the_application_is_listed(world: PortalWorld) -> None:
    assert set(_routes_of(world.app)) == set(EXPECTED)


async def test_without_a_sign_in_only_the_public_pages_open(world: PortalWorld) -> None:
    for route, who in EXPECTED.items():
        async with world.browser(None) as client:
            client.cookies.set("visitor", "some-visitor")
            answer = await _ask(client, route, token_for("some-visitor"))
        if who == API_KEY:
            assert (answer.status_code, answer.json()["code"]) == (401, "KEY_MISSING"), route
        elif who != PUBLIC:
            assert answer.status_code == 303, route
            assert answer.headers["location"].startswith("/sign-in"), route
        else:
            assert answer.status_code < 500, route


async def denials(world: PortalWorld, actor: str) -> list[str]:
    """Return the reasons of what the audit log says somebody was denied, the oldest first."""
    wanted = select(AuditEntry).where(AuditEntry.act == "access.denied", AuditEntry.actor == actor)
    async with world.context.database.reading() as tx:
        return [str(one.detail["reason"]) for one in await tx.scalars(wanted.order_by(AuditEntry.sequence))]


@pytest.mark.parametrize("role", list(PersonRole))
async def test_a_role_opens_its_own_pages_and_no_others(world: PortalWorld, role: PersonRole) -> None:
    organization_id = world.staff.organization_id if role in ORGANIZATION else None
    member = await add_member(world, organization_id, role, f"{role.value}@example.net")
    noted = 0
    for route, roles in PAGES.items():
        async with world.browser(member) as client:
            answer = await _ask(client, route, member.csrf_token)
        denied = await denials(world, f"person:{member.person_id}")
        if role in roles:
            assert answer.status_code not in {401, 403, 500}, route
            assert not answer.headers.get("location", "").startswith(("/sign-in", "/agreement")), route
            assert denied[noted:] == (["NOT_THEIRS"] if answer.status_code == 404 else []), route
        else:
            assert answer.status_code == 403, route
            assert denied[noted:] == ["ROLE"], route
        noted = len(denied)


@pytest.mark.parametrize("role", list(PersonRole))
async def test_nothing_opens_before_the_agreement_is_accepted(world: PortalWorld, role: PersonRole) -> None:
    organization_id = world.staff.organization_id if role in ORGANIZATION else None
    member = await add_member(world, organization_id, role, f"{role.value}@example.net")
    async with world.context.database.transaction() as tx:
        (await tx.get_one(Person, member.person_id)).agreement_version = "2020-01"
    for route in PAGES:
        async with world.browser(member) as client:
            answer = await _ask(client, route, member.csrf_token)
        assert (answer.status_code, answer.headers["location"]) == (303, "/agreement"), route


async def test_a_cookie_opens_nothing_in_the_api_and_a_key_opens_no_page(world: PortalWorld) -> None:
    for route, who in EXPECTED.items():
        if who == API_KEY:
            async with world.browser(world.staff) as client:
                assert (await _ask(client, route, world.staff.csrf_token)).status_code == 401, route
        elif who != PUBLIC and route[0] == "GET":
            async with world.api(world.staff) as client:
                assert (await client.get(_address(route[1]))).headers["location"].startswith("/sign-in"), route


async def test_an_unknown_or_revoked_key_is_refused_and_never_echoed(world: PortalWorld) -> None:
    stranger = replace(world.staff, api_key="snap_" + "x" * 43)
    async with world.api(stranger) as client:
        answer = await client.get("/api/v1/consents")
    assert (answer.status_code, answer.json()["code"]) == (401, "KEY_UNKNOWN")
    assert stranger.api_key not in answer.text


async def test_guessing_keys_is_slowed_down(world: PortalWorld) -> None:
    stranger = replace(world.staff, api_key="snap_" + "x" * 43)
    async with world.api(stranger) as client:
        statuses = [(await client.get("/api/v1/consents")).status_code for _ in range(40)]
    assert statuses[:20] == [401] * 20
    assert statuses[-1] == 429
