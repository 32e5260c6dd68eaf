"""Fills in the portal's forms as a browser does: opens the page, takes the form's token along, sends it."""

import re
from collections.abc import Mapping

import httpx

ANAS_PASSWORD = "lluvia sobre tejado 7"
"""Of the first organization's administrator, once the fixture ``ana`` has given it to her."""

_TOKEN = re.compile(r'name="csrf_token" value="([0-9a-f]{64})"')


async def form_token(client: httpx.AsyncClient, page: str) -> str:
    """Open a page and return the token of its forms."""
    answer = await client.get(page)
    assert answer.status_code in {200, 422}, answer.status_code
    found = _TOKEN.search(answer.text)
    assert found, f"no form on {page}"
    return found.group(1)


async def submit(
    client: httpx.AsyncClient, page: str, fields: Mapping[str, str], *, action: str | None = None
) -> httpx.Response:
    """Open a page and send its form; ``action`` is where to, when not the page itself."""
    token = await form_token(client, page)
    return await client.post(action or page.partition("?")[0], data={"csrf_token": token, **fields})


async def sign_in(client: httpx.AsyncClient, email: str, password: str) -> httpx.Response:
    """Sign in through the form."""
    return await submit(client, "/sign-in", {"email": email, "password": password})
