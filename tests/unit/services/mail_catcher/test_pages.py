from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from services.mail_catcher.mailbox import Mailbox
from services.mail_catcher.pages import WARNING, application

HOSTILE = b"From: a@example.org\r\nTo: b@example.net\r\nSubject: <script>alert(1)</script>\r\n\r\nGo: http://x.example/?a=1&b=<i>\r\n"


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path)


@pytest.fixture
async def browser(mailbox: Mailbox) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application(mailbox))
    async with httpx.AsyncClient(transport=transport, base_url="http://catcher.example") as client:
        yield client


async def test_the_page_warns_that_it_is_for_practice(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/")
    assert WARNING in page.text
    assert "No e-mail yet" in page.text


async def test_an_email_is_listed_shown_and_given_as_it_came(browser: httpx.AsyncClient, mailbox: Mailbox) -> None:
    number = mailbox.add(HOSTILE)
    (entry,) = (await browser.get("/messages.json")).json()["messages"]
    assert (entry["number"], entry["to"]) == (number, "b@example.net")
    assert f'href="/messages/{number}"' in (await browser.get("/")).text
    assert (await browser.get(f"/messages/{number}.eml")).content == HOSTILE


async def test_what_an_email_holds_can_not_act_on_the_page(browser: httpx.AsyncClient, mailbox: Mailbox) -> None:
    number = mailbox.add(HOSTILE)
    for address in ("/", f"/messages/{number}"):
        page = await browser.get(address)
        assert "<script>" not in page.text
        assert "<i>" not in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
    assert '<a rel="noreferrer" href="http://x.example/?a=1&amp;b=">' in page.text


async def test_all_can_be_deleted_but_not_from_another_site(browser: httpx.AsyncClient, mailbox: Mailbox) -> None:
    mailbox.add(HOSTILE)
    refused = await browser.post("/delete-all", headers={"sec-fetch-site": "cross-site"})
    assert refused.status_code == 403
    assert len(mailbox.newest_first()) == 1
    assert (await browser.post("/delete-all")).status_code == 303
    assert mailbox.newest_first() == []
    assert (await browser.delete("/messages")).status_code == 204


async def test_a_deleted_email_is_said_to_be_gone(browser: httpx.AsyncClient) -> None:
    for address in ("/messages/7", "/messages/7.eml"):
        assert (await browser.get(address)).status_code == 404
