"""Links are asked on a server of this machine; no test asks the internet."""

from collections.abc import AsyncIterator

import httpx
import pytest

from services.resources.catalogue import Resource, all_resources
from services.resources.link_check import FAULTS, CheckedLink, LinkState, check_links
from tests.support.local_web_server import LocalWebServer, local_web_server

HERE = frozenset({"http"})


@pytest.fixture
async def web() -> AsyncIterator[LocalWebServer]:
    async with local_web_server() as server:
        yield server


def linked(url: str, **changes: str) -> Resource:
    return all_resources()[0].model_copy(update={"url": url, **changes})


async def ask(*resources: Resource, seconds: float = 5, schemes: frozenset[str] = HERE) -> list[CheckedLink]:
    async with httpx.AsyncClient(timeout=seconds) as client:
        return await check_links(resources, client, schemes=schemes)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (200, LinkState.ALIVE),
        (404, LinkState.DEAD),
        (410, LinkState.DEAD),
        (403, LinkState.REFUSED),
        (429, LinkState.REFUSED),
        (500, LinkState.UNREACHABLE),
    ],
)
async def test_the_status_says_how_a_link_is(web: LocalWebServer, status: int, state: LinkState) -> None:
    web.status = status

    (link,) = await ask(linked(f"{web.url}/page"))

    assert (link.state, link.status) == (state, status)
    assert [entry.line.split()[0] for entry in web.received] == (["HEAD", "GET"] if status >= 400 else ["HEAD"])


async def test_a_redirect_for_ever_is_told_with_its_end(web: LocalWebServer) -> None:
    async with local_web_server() as new:
        new.status = 200
        web.status, web.location = 301, f"{new.url}/new"
        (moved,) = await ask(linked(f"{web.url}/old"))
        web.status = 302
        (elsewhere,) = await ask(linked(f"{web.url}/old"))

    assert (moved.state, moved.leads_to) == (LinkState.MOVED, f"{new.url}/new")
    assert elsewhere.state is LinkState.ALIVE


async def test_a_circle_of_redirects_ends_and_is_dead(web: LocalWebServer) -> None:
    web.status, web.location = 302, "/round"

    (link,) = await ask(linked(f"{web.url}/round"))

    assert link.state is LinkState.DEAD
    assert len(web.received) == 6


async def test_nothing_but_https_is_asked_unless_told_otherwise(web: LocalWebServer) -> None:
    async with httpx.AsyncClient() as client:
        (link,) = await check_links([linked(f"{web.url}/page")], client)

    assert link.state is LinkState.INSECURE
    assert web.received == []
    assert link.state in FAULTS


async def test_a_redirect_to_another_scheme_is_not_followed(web: LocalWebServer) -> None:
    web.status, web.location = 302, "ftp://127.0.0.1/file"

    (link,) = await ask(linked(f"{web.url}/page"))

    assert link.state is LinkState.INSECURE


async def test_a_server_that_hangs_or_is_away_is_unreachable(web: LocalWebServer) -> None:
    web.hangs = True
    (hangs,) = await ask(linked(f"{web.url}/page"), seconds=0.2)
    async with local_web_server() as gone:
        address = gone.url
    (away,) = await ask(linked(f"{address}/page"))

    assert {hangs.state, away.state} == {LinkState.UNREACHABLE}


async def test_an_address_that_two_resources_share_is_asked_once(web: LocalWebServer) -> None:
    web.status = 200
    shared = f"{web.url}/forms"

    links = await ask(linked(shared, id="first"), linked(shared, id="second"))

    assert [link.resource_id for link in links] == ["first", "second"]
    assert len(web.received) == 1
    assert "cookie" not in web.received[0].headers


def test_the_links_that_were_only_seen_without_https_are_known() -> None:
    insecure = {resource.id for resource in all_resources() if not resource.url.startswith("https://")}

    assert insecure == {"nyc_pio_short"}, "the command names it until it is seen over HTTPS"
