"""No answer of any route repeats a secret: neither one that the request brought along nor one that is stored."""

import hashlib
from dataclasses import replace
from urllib.parse import unquote

import httpx
import pytest
from sqlalchemy import select

from services.portal.csrf import token_for
from services.register.tables import Person, SignIn
from services.runtime.log_fields import ROUTE
from tests.integration.services.portal.test_route_access import EXPECTED, _address
from tests.support.portal_world import Member, PortalWorld

TYPED_PASSWORD = "Typed-Passphrase-Hollowmere-7713"
TYPED_TOKEN = "one-time-token-Quillhaven-0123456789abcdefghijk"
STRANGERS_KEY = "snap_" + "Q7" * 22
SMUGGLED = {"Cookie-Of-Another": "sign_in=another-persons-browser-token-9981", "X-Api-Key": STRANGERS_KEY}


async def secrets_of(world: PortalWorld) -> dict[str, str]:
    """Return everything that no answer may hold, with what it is."""
    found = {"password typed": TYPED_PASSWORD, "token typed": TYPED_TOKEN, "stranger's key": STRANGERS_KEY}
    found |= {f"header {name}": value for name, value in SMUGGLED.items()}
    for name, member in (("staff", world.staff), ("other", world.other_staff), ("reviewer", world.reviewer)):
        for kind, secret in (("key", member.api_key), ("browser", member.browser_token)):
            found |= {
                f"{kind} of {name}": secret,
                f"hash of {kind} of {name}": hashlib.sha256(secret.encode()).hexdigest(),
            }
    async with world.context.database.reading() as tx:
        for number, hashed in enumerate(await tx.scalars(select(Person.password_hash))):
            found |= {f"password hash {number}": hashed} if hashed else {}
        for number, stored in enumerate(await tx.scalars(select(SignIn.token_sha256))):
            found[f"sign-in {number}"] = stored
    key = world.context.master_key.derive("claim-index")
    return found | {"index key": key.hex(), "register": "sqlite+aiosqlite"}


async def ask(client: httpx.AsyncClient, route: tuple[str, str], csrf_token: str) -> httpx.Response:
    """Send a request with secrets wherever a request can carry one."""
    method, path = route
    fields = {"csrf_token": csrf_token, "password": TYPED_PASSWORD, "token": TYPED_TOKEN, "email": "a@b.example"}
    query = {"token": TYPED_TOKEN, "key": STRANGERS_KEY, "password": TYPED_PASSWORD, "next": f"/x?{TYPED_TOKEN}"}
    if method == "GET":
        return await client.get(_address(path), params=query, headers=SMUGGLED)
    if path.startswith("/api/v1/forms"):
        return await client.post(
            _address(path), params=query, json={**fields, "language": TYPED_TOKEN}, headers=SMUGGLED
        )
    files = {"form": (TYPED_TOKEN, b"")} if path in {"/consents/new", "/api/v1/consents"} else None
    return await client.post(_address(path), params=query, data=fields, files=files, headers=SMUGGLED)


def told(answer: httpx.Response) -> str:
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items() if name != "set-cookie")
    return unquote(headers + "\n" + answer.content.decode("utf-8", "replace"))


@pytest.mark.parametrize("caller", ["nobody", "staff", "reviewer", "key", "stranger's key"])
async def test_no_answer_repeats_a_secret(world: PortalWorld, caller: str) -> None:
    secrets = await secrets_of(world)
    members: dict[str, Member] = {"staff": world.staff, "reviewer": world.reviewer}
    stranger = replace(world.staff, api_key=STRANGERS_KEY)
    leaked = []
    for route in EXPECTED:
        if caller in {"key", "stranger's key"}:
            client, csrf_token = world.api(world.staff if caller == "key" else stranger), "none"
        else:
            member = members.get(caller)
            client = world.browser(member)
            csrf_token = member.csrf_token if member else token_for("some-visitor")
            if member is None:
                client.cookies.set("visitor", "some-visitor")
        async with client:
            answer = await ask(client, route, csrf_token)
        assert answer.status_code < 500, route
        leaked += [(route, name) for name, secret in secrets.items() if secret in told(answer)]
    assert leaked == []


def test_every_route_can_be_logged_as_it_is_declared() -> None:
    assert [path for _, path in EXPECTED if not ROUTE(path)] == []
