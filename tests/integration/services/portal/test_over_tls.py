"""The portal as it is reached in an installation: over TLS, by whoever looks for more than pages."""

from dataclasses import replace

import httpx
import pytest

from services.portal.app import create_app
from services.register.tables import SecondFactor
from tests.support.portal_browser import ANAS_PASSWORD, form_token, sign_in
from tests.support.portal_world import START, PortalWorld

ADDRESS = "https://snapshot.agency.example"


def over_tls(world: PortalWorld) -> httpx.AsyncClient:
    settings = world.context.settings.model_copy(update={"portal_url": ADDRESS})
    app = create_app(settings, replace(world.context, settings=settings))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=ADDRESS)


async def test_browsers_are_told_to_come_over_tls_only_for_a_year(world: PortalWorld) -> None:
    async with over_tls(world) as client:
        for path in ("/", "/sign-in", "/static/portal.css", "/api/v1/consents", "/nothing"):
            answer = await client.get(path)
            assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains", path
    async with world.browser(None) as client:
        assert "strict-transport-security" not in (await client.get("/")).headers


async def test_every_cookie_is_this_hosts_alone_and_travels_encrypted(world: PortalWorld, ana: str) -> None:
    async with over_tls(world) as client:
        token = await form_token(client, "/sign-in")
        fields = {"csrf_token": token, "email": ana, "password": ANAS_PASSWORD}
        answers = [
            await client.post("/sign-in", data=fields),
            await client.get("/language/es"),
            await client.get("/sign-up"),
            await client.get("/invitation?token=x"),
            await client.get("/password-reset?token=x"),
        ]
        async with world.context.database.transaction() as tx:
            sealed = b"never opened here"
            tx.add(SecondFactor(person_id=world.staff.person_id, sealed_seed=sealed, made_at=START, confirmed_at=START))
        async with over_tls(world) as another:
            answers.append(await sign_in(another, ana, ANAS_PASSWORD))
    cookies = [cookie for answer in answers for cookie in answer.headers.get_list("set-cookie")]
    names = {cookie.partition("=")[0] for cookie in cookies}
    of_links = {"__Secure-invitation", "__Secure-password_reset", "__Secure-second_step"}
    assert names == {"__Host-sign_in", "__Host-visitor", "__Host-language"} | of_links
    for cookie in cookies:
        assert cookie.startswith(("__Host-", "__Secure-")), cookie.partition("=")[0]
        assert "; Secure" in cookie, cookie.partition("=")[0]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Domain=" not in cookie


@pytest.mark.parametrize(
    "path",
    ["/.git/config", "/.env", "/static/", "/static", "/static/js/", "/docs", "/redoc", "/server-status", "/metrics"],
)
async def test_nothing_but_pages_is_served(world: PortalWorld, path: str) -> None:
    async with over_tls(world) as client:
        assert (await client.get(path)).status_code in {404, 405}


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PUT", "DELETE", "PATCH", "PROPFIND"])
async def test_methods_that_no_route_has_are_refused(world: PortalWorld, method: str) -> None:
    async with over_tls(world) as client:
        for path in ("/", "/sign-in", "/api/v1/consents"):
            assert (await client.request(method, path)).status_code in {401, 403, 405}, path


async def test_no_answer_says_what_it_was_made_with(world: PortalWorld) -> None:
    async with over_tls(world) as client:
        answer = await client.get("/sign-in")
    assert not {"server", "x-powered-by"} & set(answer.headers)


async def test_the_chosen_language_stays(world: PortalWorld) -> None:
    async with over_tls(world) as client:
        await client.get("/language/es")
        assert (await client.get("/")).headers["content-language"] == "es"
