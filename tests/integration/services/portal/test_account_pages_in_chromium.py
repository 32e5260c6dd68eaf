"""The pages of a person's own account in a real browser: sound to axe-core, no wider than a phone, keyboard enough."""

import shutil
from base64 import b32decode
from collections.abc import AsyncIterator
from importlib.resources import files
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

from schemas.values import Language
from services.register import people
from services.register.one_time_codes import RECOVERY_CODES, code_at, step_of
from tests.integration.services.portal.test_in_chromium import QUIET
from tests.support.portal_browser import ANAS_PASSWORD
from tests.support.portal_world import PortalWorld
from tests.support.served_portal import served

CHROMIUM = shutil.which("chromium")

pytestmark = [pytest.mark.chromium, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """A headless Chromium with a fresh profile."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        await browser.close()


async def is_sound(page: Page) -> None:
    for width in (1280, 360):
        await page.set_viewport_size({"width": width, "height": 800})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    await page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    found: dict[str, Any] = await page.evaluate("rules => axe.run(document, {runOnly: rules})", list(RULES))
    assert found["passes"], "axe ran"
    assert [f"{one['id']}: {node['html'][:80]}" for one in found["violations"] for node in one["nodes"]] == []


async def type_and_send(page: Page, field: str, text: str) -> None:
    await page.focus(field)
    await page.keyboard.type(text)
    async with page.expect_navigation():
        await page.keyboard.press("Enter")


async def sign_in(chromium: Browser, address: str, email: str) -> Page:
    context = await chromium.new_context(base_url=address, bypass_csp=True)  # axe is injected as a script
    page = await context.new_page()
    await page.goto("/sign-in")
    await is_sound(page)
    await page.fill("#email", email)
    await type_and_send(page, "#password", ANAS_PASSWORD)
    return page


@pytest.fixture(params=list(Language))
async def address(request: pytest.FixtureRequest, world: PortalWorld) -> AsyncIterator[str]:
    """Where the portal listens; the administrator reads it in each language in turn."""
    async with world.context.database.transaction() as tx:
        (await people.get(tx, world.staff.person_id)).language = request.param
    async with served(world) as url:
        yield url


async def test_pages_about_the_password_are_sound(ana: str, chromium: Browser, address: str) -> None:
    page = await sign_in(chromium, address, ana)
    for path in ("/forgot-password", "/password-reset", "/account"):
        await page.goto(path)
        await is_sound(page)
    assert await page.locator("header a[href='/account']").is_visible(), "on a phone, too"
    await page.goto("/account/password")
    await page.fill("#current", "not the password")
    await page.fill("#password", "trustno1trustno1")
    await type_and_send(page, "#again", "another")
    assert await page.locator("#errors li").count() == 2
    await is_sound(page)


async def test_a_second_factor_is_set_up_and_used_from_the_keyboard(
    world: PortalWorld, ana: str, chromium: Browser, address: str
) -> None:
    page = await sign_in(chromium, address, ana)
    await page.goto("/account/second-factor")
    await is_sound(page)
    await type_and_send(page, "#current", ANAS_PASSWORD)
    await is_sound(page)
    seed = b32decode((await page.inner_text("code.secret")).replace(" ", ""))
    await type_and_send(page, "#code", code_at(seed, step_of(world.clock())))
    await is_sound(page)
    assert await page.locator(".recovery-codes li").count() == RECOVERY_CODES
    recovery_code = await page.locator(".recovery-codes li").first.inner_text()
    other = await sign_in(chromium, address, ana)
    await is_sound(other)
    await type_and_send(other, "#code", recovery_code)
    assert other.url.endswith("/consents")
