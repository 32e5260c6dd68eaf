import pytest

from services.portal.csrf import token_for
from tests.support.portal_world import PortalWorld

LABEL = {"label": "Case system"}


async def _make_key(world: PortalWorld, token: str | None, **headers: str) -> int:
    data = {**LABEL, **({"csrf_token": token} if token is not None else {})}
    async with world.browser(world.staff) as client:
        return (await client.post("/connections/keys", data=data, headers=headers)).status_code


async def test_a_form_of_our_own_is_taken(world: PortalWorld) -> None:
    assert await _make_key(world, world.staff.csrf_token) == 200
    own = {"sec-fetch-site": "same-origin", "origin": "null"}
    assert await _make_key(world, world.staff.csrf_token, **own) == 200
    assert await _make_key(world, world.staff.csrf_token, origin="http://127.0.0.1:8080") == 200


@pytest.mark.parametrize("token", [None, "", "0" * 64, token_for("another browser"), "ñ" * 64])
async def test_a_form_without_this_browsers_token_is_refused(world: PortalWorld, token: str | None) -> None:
    assert await _make_key(world, token) == 403


async def test_the_token_of_another_persons_sign_in_is_refused(world: PortalWorld) -> None:
    assert await _make_key(world, world.other_staff.csrf_token) == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:8080.evil.example"},
    ],
)
async def test_a_form_from_another_site_is_refused_even_with_the_token(
    world: PortalWorld, headers: dict[str, str]
) -> None:
    assert await _make_key(world, world.staff.csrf_token, **headers) == 403


async def test_nobody_can_be_signed_in_from_another_site(world: PortalWorld) -> None:
    async with world.browser(None) as client:
        answer = await client.post("/sign-in", data={"email": "ana@example.org", "password": "x" * 12})
    assert answer.status_code == 403
