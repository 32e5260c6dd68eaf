"""Whose address counts: a proxy's word is believed where it is trusted, a stranger's never."""

import httpx
import uvicorn

from services.portal.__main__ import server_options
from services.portal.rate_limits import API_KEY_REFUSED
from tests.support.portal_world import PortalWorld

STRANGER, PROXY = "203.0.113.9", "127.0.0.1"
KEY = {"Authorization": "Bearer snap_" + "x" * 43}


def through(world: PortalWorld, address: str) -> httpx.AsyncClient:
    """Return a client that connects from an address, to the portal as it is served."""
    config = uvicorn.Config(world.app, **server_options(world.context.settings))
    config.load()
    transport = httpx.ASGITransport(app=config.loaded_app, client=(address, 40_000))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080", headers=KEY)


async def _guess(client: httpx.AsyncClient, number: int) -> int:
    told = {"X-Forwarded-For": f"198.51.100.{number}", "X-Real-IP": "198.51.100.1", "Forwarded": "for=198.51.100.2"}
    return (await client.get("/api/v1/consents", headers=told)).status_code


async def test_a_guesser_who_claims_another_address_each_time_is_slowed_down_all_the_same(world: PortalWorld) -> None:
    async with through(world, STRANGER) as client:
        statuses = [await _guess(client, number) for number in range(API_KEY_REFUSED.amount + 5)]
    assert statuses == [401] * API_KEY_REFUSED.amount + [429] * 5


async def test_behind_a_trusted_proxy_each_office_is_counted_for_itself(world: PortalWorld) -> None:
    async with through(world, PROXY) as client:
        statuses = [await _guess(client, number) for number in range(API_KEY_REFUSED.amount + 5)]
    assert set(statuses) == {401}
