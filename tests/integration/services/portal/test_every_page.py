"""What holds for every address that a person or a program can open, taken from the running application."""

import re
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest

from services.register.states import PersonRole
from tests.support.portal_world import Member, PortalWorld, add_member, approve, deliver, upload

PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
SAMPLES = ("/sign-in", "/sign-up", "/consents", "/api/v1/consents", "/static/portal.css", "/nowhere")


async def _opened(world: PortalWorld) -> AsyncIterator[tuple[str, Member, httpx.Response]]:
    """Open every GET address with a consent that was delivered, by people of every kind."""
    consent_id = await upload(world, world.staff)
    await approve(world, consent_id)
    snapshot_id = await deliver(world, consent_id)
    agency = await add_member(world, None, PersonRole.AGENCY_ADMIN, "agency@example.gov")
    known = {"consent_id": str(consent_id), "snapshot_id": str(snapshot_id), "language": "en", "check": "signature"}
    for included in world.app.router.routes:
        for route in getattr(included, "effective_candidates", list)():
            if "GET" in route.methods and not route.path.endswith(".png"):  # a made-up page can't be drawn
                address = PARAMETER.sub(lambda found: known.get(found.group(1), str(uuid4())), route.path)
                for member in (world.staff, world.reviewer, agency):
                    is_api = address.startswith("/api/")
                    async with world.api(member) if is_api else world.browser(member) as client:
                        yield address, member, await client.get(address)


async def test_every_answer_says_what_it_is_and_in_which_letters(world: PortalWorld) -> None:
    seen = set()
    async for address, _, answer in _opened(world):
        if answer.content and answer.status_code != 303:
            kind = answer.headers["content-type"]
            seen.add(kind)
            assert kind in {
                "text/html; charset=utf-8",
                "application/pdf",
                "application/json",
                "application/problem+json",
                "text/plain; charset=utf-8",
            }, address
            assert (b"<!doctype html" in answer.content[:100].lower()) == kind.startswith("text/html"), address
            assert answer.content.startswith(b"%PDF-") == (kind == "application/pdf"), address
    assert len(seen) > 3


async def test_every_page_of_somebody_signed_in_has_the_way_out(world: PortalWorld) -> None:
    pages = 0
    async for address, _, answer in _opened(world):
        is_page = answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
        if is_page and not address.startswith(("/snapshots", "/api/")):  # the parent's own page, made to be printed
            pages += 1
            assert 'action="/sign-out"' in answer.text, address
    assert pages > 10


@pytest.mark.parametrize("path", SAMPLES)
async def test_no_other_site_is_let_in(world: PortalWorld, path: str) -> None:
    asks = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    async with world.browser(world.staff) as client:
        for method in ("GET", "OPTIONS", "POST"):
            answer = await client.request(method, path, headers=asks)
            assert not [name for name in answer.headers if name.startswith("access-control-")]
            assert "evil.example" not in str(answer.headers)


async def test_a_password_is_masked_and_left_to_the_browsers_keeper(world: PortalWorld) -> None:
    async with world.browser(None) as client:
        page = (await client.get("/sign-in")).text
    field = next(found for found in re.findall(r"<input[^>]+>", page) if 'name="password"' in found)
    assert 'type="password"' in field
    assert 'autocomplete="current-password"' in field
    assert "onpaste" not in page
    assert "maxlength" not in field
