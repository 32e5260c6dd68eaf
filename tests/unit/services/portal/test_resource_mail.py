import httpx
import pytest
from sqlalchemy import select

from services.portal.resource_mail import AddressRefused, one_address
from services.register.messages import SEALED_ADDRESS, open_parameter
from services.register.tables import AuditEntry, Message
from services.resources.catalogue import all_resources
from tests.support.portal_world import PortalWorld

ADDRESS = "marisol.practice@example.com"
LINK = all_resources()[0].id


async def _send(world: PortalWorld, address: str, *links: str) -> httpx.Response:
    data = {"address": address, "language": "es", "resource": list(links), "csrf_token": world.staff.csrf_token}
    async with world.browser(world.staff) as browser:
        return await browser.post("/resources", data=data)


async def _messages(world: PortalWorld) -> list[Message]:
    async with world.context.database.reading() as tx:
        return list(await tx.scalars(select(Message)))


async def test_the_address_is_sealed_and_nowhere_else(world: PortalWorld) -> None:
    answer = await _send(world, ADDRESS, LINK)
    assert answer.headers["location"] == "/resources?notice=resources_sent"
    (message,) = await _messages(world)
    assert (message.kind, message.channel, message.state) == ("resource", "email", "pending")
    assert (message.parameters["resource_ids"], message.parameters["language"]) == ([LINK], "es")
    assert open_parameter(world.context.master_key, message, SEALED_ADDRESS) == ADDRESS
    async with world.context.database.reading() as tx:
        entry = (await tx.scalars(select(AuditEntry))).one()
    assert entry.detail == {"resources": [LINK], "language": "es"}
    for stored in (str(vars(message)), str(vars(entry))):
        assert "marisol" not in stored
        assert "example.com" not in stored


@pytest.mark.parametrize(
    "address",
    [
        "",
        "no address",
        "a@example.com, b@example.com",
        "a@example.com\nBcc: b@example.com",
        "a@example.com\r\n\r\nbody",
        "=?utf-8?q?a=0ABcc:b?=@example.com",
        "a@example.com\0",
        "Ana <a@example.com>",
        '"a b"@example.com',
        "a@localhost",
    ],
)
async def test_anything_but_one_plain_address_is_refused(world: PortalWorld, address: str) -> None:
    with pytest.raises(AddressRefused):
        one_address(address)
    assert (await _send(world, address, LINK)).status_code == 422
    assert await _messages(world) == []


async def test_unknown_or_no_resources_are_not_sent(world: PortalWorld) -> None:
    assert (await _send(world, ADDRESS)).status_code == 422
    assert (await _send(world, ADDRESS, LINK, "https://evil.example")).status_code == 422
    assert await _messages(world) == []


async def test_sending_is_limited_per_person(world: PortalWorld) -> None:
    answers = [(await _send(world, ADDRESS, LINK)).status_code for _ in range(31)]
    assert answers == [303] * 30 + [429]


async def test_the_search_form_finds_and_a_reviewer_cannot_send(world: PortalWorld) -> None:
    async with world.browser(world.staff) as browser:
        found = (await browser.get("/resources", params={"text": "debt", "language": "en"})).text
        odd = await browser.get("/resources", params={"role": "x", "kind": "y", "language": "z"})
    assert "Debt Reduction" in found
    assert odd.status_code == 200
    async with world.browser(world.reviewer) as browser:
        assert "Send links to a client" not in (await browser.get("/resources")).text
        data = {"address": ADDRESS, "resource": LINK, "csrf_token": world.reviewer.csrf_token}
        assert (await browser.post("/resources", data=data)).status_code == 403
