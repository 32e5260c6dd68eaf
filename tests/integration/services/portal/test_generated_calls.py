"""Calls that Schemathesis makes up from the API's own document: none breaks the portal, and each answer is declared."""

import os
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.portal_world import Member, PortalWorld, approve, deliver, upload

CALLS = int(os.environ.get("SNAPSHOT_GENERATED_CALLS", "6"))
"""Sound calls, as many with known ids, and as many unsound ones, of each operation and role; more of them by night."""

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

ROLES = ("staff", "another organization's staff", "nobody", "a key that is unknown")


def made_up(operation: Any, mode: GenerationMode, known: dict[str, Any] | None = None) -> list[Case]:
    """Return calls of one operation; the same ones in every run. ``known``: path parameters that exist."""
    found: list[Case] = []

    @settings(
        max_examples=CALLS,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode, path_parameters=known))
    def collect(case: Case) -> None:
        found.append(case)

    collect()
    return found


def operations(world: PortalWorld) -> Iterator[Any]:
    load_all_checks()
    for operation in schemathesis.openapi.from_dict(world.app.openapi()).get_all_operations():
        yield operation.ok()


def client_of(world: PortalWorld, role: str) -> httpx.AsyncClient:
    members: dict[str, Member | None] = {ROLES[0]: world.staff, ROLES[1]: world.other_staff}
    unknown = {"Authorization": "Bearer snap_" + "x" * 43} if role == ROLES[3] else {}
    return world.api(members.get(role), **unknown)


async def known_ids(world: PortalWorld) -> dict[str, str]:
    consent_id = await upload(world, world.staff)
    await approve(world, consent_id)
    return {"consent_id": str(consent_id), "snapshot_id": str(await deliver(world, consent_id))}


def with_known_ids(operation: Any, known: dict[str, str]) -> dict[str, Any] | None:
    names = {name: value for name, value in known.items() if f"{{{name}}}" in operation.path}
    return names or None


@pytest.mark.parametrize("role", ROLES)
async def test_no_made_up_call_breaks_the_portal_and_every_answer_is_declared(world: PortalWorld, role: str) -> None:
    known, answered = await known_ids(world), 0
    for operation in operations(world):
        sound = made_up(operation, GenerationMode.POSITIVE) + made_up(
            operation, GenerationMode.POSITIVE, with_known_ids(operation, known)
        )
        for case in sound + made_up(operation, GenerationMode.NEGATIVE):
            async with client_of(world, role) as client:
                answer = await send(client, case)
            if answer is not None:
                answered += 1
                case.validate_response(answer, checks=CHECKS)
                assert (answer.status_code < 400) <= (role in ROLES[:2]), operation.label
    assert answered > 100


async def send(client: httpx.AsyncClient, case: Case) -> httpx.Response | None:
    """Send a call; None where no client could (an address or a header that is no text)."""
    given = case.as_transport_kwargs(base_url=str(client.base_url))
    wanted = {name: given[name] for name in ("method", "url", "params", "data", "json", "files") if name in given}
    headers = {name: value for name, value in given.get("headers", {}).items() if name.lower() != "authorization"}
    try:
        made = requests.Request(**wanted, headers=headers).prepare()
        return await client.request(made.method or "GET", made.url or "", headers=dict(made.headers), content=made.body)
    except (requests.RequestException, httpx.InvalidURL, httpx.LocalProtocolError, UnicodeError):
        return None
