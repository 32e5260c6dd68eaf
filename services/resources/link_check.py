"""Ask every link of the catalogue whether it still leads somewhere. Nobody's data goes along: a bare request each."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import httpx

from services.resources.catalogue import Resource

SECONDS = 20.0
MOST_REDIRECTS = 5
AT_ONCE = 4
"""Requests under way together; most links are on two hosts, which should not be hurried."""

HTTPS_ONLY = frozenset({"https"})

_GONE = frozenset({404, 410})
_FOR_EVER = frozenset({301, 308})


class LinkState(StrEnum):
    """What came of asking a link."""

    ALIVE = "alive"
    MOVED = "moved"
    DEAD = "dead"
    INSECURE = "insecure"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


FAULTS = frozenset({LinkState.DEAD, LinkState.INSECURE})
"""A person has to change the catalogue. Refused and unreachable links may be fine for a person with a browser."""


@dataclass(frozen=True)
class CheckedLink:
    """One link: ``status`` is the last HTTP status, 0 when nothing answered; ``leads_to`` is where it ended."""

    resource_id: str
    url: str
    state: LinkState
    status: int = 0
    leads_to: str = ""


async def check_links(
    resources: Iterable[Resource], client: httpx.AsyncClient, *, schemes: frozenset[str] = HTTPS_ONLY
) -> list[CheckedLink]:
    """Ask every link, in the catalogue's order; an address that several resources share is asked once.

    Args:
        resources: what to ask about.
        client: must not follow redirects by itself.
        schemes: what an address and its redirects may start with.
    """
    wanted = list(resources)
    gate = asyncio.Semaphore(AT_ONCE)

    async def ask(url: str) -> tuple[LinkState, int, str]:
        async with gate:
            return await _follow(url, client, schemes)

    urls = list(dict.fromkeys(resource.url for resource in wanted))
    answers = dict(zip(urls, await asyncio.gather(*map(ask, urls)), strict=True))
    return [CheckedLink(resource.id, resource.url, *answers[resource.url]) for resource in wanted]


async def _follow(url: str, client: httpx.AsyncClient, schemes: frozenset[str]) -> tuple[LinkState, int, str]:
    address, moved, status = httpx.URL(url), False, 0
    for _ in range(MOST_REDIRECTS + 1):
        if address.scheme not in schemes:
            return LinkState.INSECURE, status, str(address)
        try:
            status, location = await _ask(address, client)
        except httpx.HTTPError:
            return LinkState.UNREACHABLE, 0, str(address)
        if location is None:
            return _state(status, moved=moved), status, str(address)
        moved = moved or status in _FOR_EVER
        try:
            address = address.join(location)
        except httpx.InvalidURL:
            return LinkState.DEAD, status, str(address)
    return LinkState.DEAD, status, str(address)


async def _ask(address: httpx.URL, client: httpx.AsyncClient) -> tuple[int, str | None]:
    """Return the status and where it redirects to. Some servers know no HEAD: errors are asked again by GET."""
    answer = await client.head(address)
    if answer.is_error:
        async with client.stream("GET", address) as answer:  # the body is not read
            pass
    return answer.status_code, answer.headers.get("location") if answer.is_redirect else None


def _state(status: int, *, moved: bool) -> LinkState:
    if status in _GONE:
        return LinkState.DEAD
    if 400 <= status < 500:  # noqa: PLR2004 (client errors: 403 and 429 are how sites turn programs away)
        return LinkState.REFUSED
    if not 200 <= status < 300:  # noqa: PLR2004 (success)
        return LinkState.UNREACHABLE
    return LinkState.MOVED if moved else LinkState.ALIVE
