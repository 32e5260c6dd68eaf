"""What every answer carries, whatever it is about."""

import httpx
import pytest
from fastapi import APIRouter

from services.portal.security_headers import HEADERS
from tests.support.portal_world import PortalWorld

PUBLIC_PAGES = [
    "/",
    "/privacy",
    "/problems",
    "/sign-in",
    "/sign-up",
    "/sign-up/received",
    "/nowhere",
    "/static/portal.css",
]
PEOPLE_PAGES = ["/people", "/connections", "/consents", "/agreement"]


@pytest.mark.parametrize("path", [*PUBLIC_PAGES, "/api/v1/consents", "/api/nowhere", "/healthz"])
async def test_every_answer_has_the_security_headers(world: PortalWorld, path: str) -> None:
    async with world.browser(None) as client:
        answer = await client.get(path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert "unsafe" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", [*PUBLIC_PAGES[:-1], *PEOPLE_PAGES])
async def test_no_page_is_kept_by_browser_or_proxy(world: PortalWorld, path: str) -> None:
    async with world.browser(world.staff) as client:
        assert (await client.get(path)).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", [*PUBLIC_PAGES[:-1], *PEOPLE_PAGES])
async def test_a_page_needs_no_inline_script_style_or_other_site(world: PortalWorld, path: str) -> None:
    async with world.browser(world.staff) as client:
        text = (await client.get(path)).text
    for unwanted in ("<style", " style=", " onclick=", "javascript:", 'src="http', 'href="http://fonts'):
        assert unwanted not in text
    assert text.count("<script") == text.count("<script src=")


@pytest.mark.parametrize(("header", "language"), [("es-MX,es;q=0.9,en;q=0.5", "es"), ("fr,en;q=0.5", "en"), ("", "en")])
async def test_a_problem_speaks_the_callers_language(world: PortalWorld, header: str, language: str) -> None:
    async with world.browser(None) as client:
        answer = await client.get("/api/nowhere", headers={"accept-language": header})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == language
    document = answer.json()
    assert set(document) == {"type", "title", "status", "code"}
    assert (document["status"], document["code"]) == (404, "NOT_FOUND")
    assert document["type"].endswith("/problems#NOT_FOUND")
    assert ("Aquí" in document["title"]) == (language == "es")


async def test_a_wrong_method_is_a_problem_document_too(world: PortalWorld) -> None:
    async with world.api(world.staff) as client:
        answer = await client.delete("/api/v1/consents")
    assert (answer.status_code, answer.json()["code"]) == (405, "METHOD_NOT_ALLOWED")


async def test_a_form_that_is_too_large_is_refused(world: PortalWorld) -> None:
    async with world.browser(world.staff) as client:
        answer = await client.post("/connections/keys", data={"label": "x" * 100_000})
    assert answer.status_code == 413


async def test_an_unexpected_error_shows_nothing_of_itself(world: PortalWorld) -> None:
    router = APIRouter()

    @router.get("/api/broken")
    async def broken() -> None:
        raise ValueError("Marisol Practice AB12345C1")

    world.app.include_router(router)
    transport = httpx.ASGITransport(app=world.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
        answer = await client.get("/api/broken")
    assert (answer.status_code, answer.json()["code"]) == (500, "UNEXPECTED")
    assert "Marisol" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_every_code_is_explained_in_both_languages(world: PortalWorld) -> None:
    async with world.browser(None) as client:
        english = (await client.get("/problems")).text
        await client.get("/language/es")
        spanish = (await client.get("/problems")).text
    for code in ("FILE_TOO_LARGE", "KEY_UNKNOWN", "CONSENT_REVOKED"):
        assert f'id="{code}"' in english
        assert f'id="{code}"' in spanish
    assert english != spanish


async def test_the_language_link_stays_on_the_page_and_is_remembered(world: PortalWorld) -> None:
    async with world.browser(world.staff) as client:
        switched = await client.get("/language/es?back=/people")
        assert (switched.status_code, switched.headers["location"]) == (303, "/people")
        client.cookies.delete("language")
        page = await client.get("/people")
        elsewhere = await client.get("/language/es?back=//evil.example")
    assert '<html lang="es">' in page.text
    assert 'href="/language/en?back=/people"' in page.text
    assert elsewhere.headers["location"] == "/"


async def test_ready_means_that_an_upload_could_be_accepted(world: PortalWorld) -> None:
    async with world.browser(None) as client:
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "ready")
        world.context.settings.vault_path.rmdir()
        world.context.settings.vault_path.write_text("in the way")
        away = await client.get("/readyz")
    assert (away.status_code, away.json()) == (503, {"status": "not_ready", "database": True, "vault": False})
