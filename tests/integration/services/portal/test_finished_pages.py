"""Real pages behind the gate: web page, large print and picture, in the browser and through the API."""

import io
from datetime import timedelta
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import select

from schemas.values import Language, Party
from services.portal.snapshot_pages import TWIN_POLICY
from services.register.tables import AuditEntry
from services.vault.vault import Kind
from snapshot_renderer.adapters.page_maker import make_both
from snapshot_renderer.samples.made_up_cases import typical
from tests.support.portal_world import PortalWorld, approve, deliver, upload

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014:ResourceWarning")


async def delivered(world: PortalWorld) -> tuple[UUID, UUID]:
    """Return consent and snapshot of a really made page."""
    pages = {language: make_both(typical(Party.NONCUSTODIAL), language) for language in Language}
    consent_id = await upload(world, world.staff)
    await approve(world, consent_id)
    made = {language: (page.pdf, page.twin) for language, page in pages.items()}
    return consent_id, await deliver(world, consent_id, made=made)


async def disclosures(world: PortalWorld) -> int:
    async with world.context.database.reading() as tx:
        return len(list(await tx.scalars(select(AuditEntry).where(AuditEntry.act == "disclosure.allowed"))))


async def test_each_form_of_a_page_opens_in_the_browser_and_each_opening_is_recorded(world: PortalWorld) -> None:
    consent_id, snapshot_id = await delivered(world)
    before = await disclosures(world)
    async with world.browser(world.staff) as browser:
        status = (await browser.get(f"/consents/{consent_id}")).text
        web, large, picture = [
            await browser.get(f"/snapshots/{snapshot_id}/{end}") for end in ("es", "es?size=large", "es.png")
        ]

    assert await disclosures(world) == before + 3
    assert all(f'/snapshots/{snapshot_id}/{end}"' in status for end in ("en", "es", "es?size=large", "en.png"))
    assert 'data-size="regular"' in web.text
    assert 'data-size="large"' in large.text
    assert large.text.replace('data-size="large"', 'data-size="regular"', 1) == web.text
    assert web.headers["content-security-policy"] == large.headers["content-security-policy"] == TWIN_POLICY
    assert "script-src" not in TWIN_POLICY
    assert {answer.headers["cache-control"] for answer in (web, large, picture)} == {"no-store"}
    assert picture.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(picture.content)).size == (1700, 2200)


async def test_the_api_gives_the_same_pages(world: PortalWorld) -> None:
    _, snapshot_id = await delivered(world)
    async with world.browser(world.staff) as browser:
        shown = await browser.get(f"/snapshots/{snapshot_id}/es?size=large")
    async with world.api(world.staff) as client:
        web = await client.get(f"/api/v1/snapshots/{snapshot_id}.html?language=es&size=large")
        picture = await client.get(f"/api/v1/snapshots/{snapshot_id}.png")
        wrong = await client.get(f"/api/v1/snapshots/{snapshot_id}.html?size=huge")

    assert web.content == shown.content
    assert web.headers["content-security-policy"] == TWIN_POLICY
    assert picture.content.startswith(b"\x89PNG")
    assert wrong.status_code == 422


@pytest.mark.parametrize("end", ["revoked", "expired"])
async def test_a_revoked_or_expired_consent_serves_nothing_in_any_form(world: PortalWorld, end: str) -> None:
    consent_id, snapshot_id = await delivered(world)
    async with world.api(world.staff) as client:
        if end == "revoked":
            await client.post(f"/api/v1/consents/{consent_id}/revocation", json={"by": "parent"})
        else:
            world.clock.now += timedelta(days=367)
        answers = [await client.get(f"/api/v1/snapshots/{snapshot_id}.{form}") for form in ("html", "png")]
    async with world.browser(world.staff) as browser:
        answers += [await browser.get(f"/snapshots/{snapshot_id}/{form}") for form in ("en", "en?size=large", "en.png")]

    if end == "revoked":
        assert {answer.status_code for answer in answers} == {410}
    assert not [answer for answer in answers if answer.status_code == 200 and "Marcus" in answer.text]
    assert not [answer for answer in answers if answer.content.startswith(b"\x89PNG")]


async def test_another_organization_finds_no_page_in_any_form(world: PortalWorld) -> None:
    _, snapshot_id = await delivered(world)
    async with world.browser(world.other_staff) as browser:
        answers = [await browser.get(f"/snapshots/{snapshot_id}/{form}") for form in ("en", "en.png")]
    async with world.api(world.other_staff) as client:
        answers += [await client.get(f"/api/v1/snapshots/{snapshot_id}.{form}") for form in ("html", "png")]

    assert {answer.status_code for answer in answers} == {404}


async def test_staff_print_chosen_resources_and_nothing_when_none_is_chosen(world: PortalWorld) -> None:
    async with world.browser(world.staff) as browser:
        token = {"csrf_token": world.staff.csrf_token, "language": "es"}
        printed = await browser.post("/resources/sheet", data={**token, "resource": ["nyc_ncp"]})
        nothing = await browser.post("/resources/sheet", data=token)
        unknown = await browser.post("/resources/sheet", data={**token, "resource": ["no-such"]})

    assert (printed.status_code, printed.headers["content-type"]) == (200, "application/pdf")
    assert printed.content.startswith(b"%PDF")
    assert {nothing.status_code, unknown.status_code} == {422}


@pytest.mark.parametrize("form", ["pdf", "html", "png"])
async def test_a_stored_page_that_is_not_the_one_that_was_made_is_shown_to_nobody(
    world: PortalWorld, form: str
) -> None:
    consent_id, snapshot_id = await delivered(world)
    async with world.context.database.transaction() as tx:
        for kind in (Kind.PAGE_EN, Kind.TWIN_EN):
            await world.vault.seal(tx, consent_id, kind, await world.vault.open(tx, consent_id, kind) + b" ")
    async with world.api(world.staff) as client:
        changed = await client.get(f"/api/v1/snapshots/{snapshot_id}.{form}")
        other = await client.get(f"/api/v1/snapshots/{snapshot_id}.{form}?language=es")
    async with world.browser(world.staff) as browser:
        shown = await browser.get(f"/snapshots/{snapshot_id}/en{'' if form == 'html' else '.' + form}")

    assert (changed.status_code, changed.json()["code"]) == (403, "PAGE_CHANGED")
    assert (other.status_code, shown.status_code) == (200, 403)
    assert "not the page that was made" in shown.text
    async with world.context.database.reading() as tx:
        withheld = list(await tx.scalars(select(AuditEntry).where(AuditEntry.act == "disclosure.withheld")))
        allowed = [await tx.get_one(AuditEntry, one.detail["disclosure"]) for one in withheld]
    assert [one.detail["reason"] for one in withheld] == ["PAGE_CHANGED"] * 2
    assert {one.act for one in allowed} == {"disclosure.allowed"}


async def test_each_opening_is_recorded_with_its_form_and_language(world: PortalWorld) -> None:
    _, snapshot_id = await delivered(world)
    async with world.browser(world.staff) as browser:
        for end in ("en.pdf", "es", "es.png"):
            await browser.get(f"/snapshots/{snapshot_id}/{end}")
    async with world.context.database.reading() as tx:
        entries = await tx.scalars(select(AuditEntry).where(AuditEntry.act == "disclosure.allowed"))
        about = [entry.detail["about"] for entry in entries]
    assert about == [
        {"form": "pdf", "language": "en"},
        {"form": "web", "language": "es"},
        {"form": "picture", "language": "es"},
    ]
