"""The web page in a real browser: axe-core finds nothing, and nobody has to scroll sideways."""

import shutil
from collections.abc import AsyncIterator
from importlib.resources import files
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

from schemas.values import Language, Party
from services.page_sizes import PageSize, in_size
from snapshot_renderer.adapters.packaged_data import packaged_editorial
from snapshot_renderer.adapters.twin_writer import write_twin
from snapshot_renderer.rules.page_content import page_content
from snapshot_renderer.samples.made_up_cases import CASES

CHROMIUM = shutil.which("chromium")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")

pytestmark = [pytest.mark.chromium, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@pytest.fixture
async def tab() -> AsyncIterator[Page]:
    """A tab of a headless Chromium that reaches no address."""
    async with async_playwright() as playwright:
        browser: Browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        page = await browser.new_page()
        await page.route("**/*", lambda route: route.abort())
        yield page
        await browser.close()


def twin(name: str, party: Party, language: Language, size: PageSize) -> str:
    page = write_twin(page_content(CASES[name](party), packaged_editorial(), language))
    return in_size(page, size).decode()


async def violations(tab: Page) -> list[str]:
    await tab.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    found: dict[str, Any] = await tab.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", list(RULES)
    )
    assert found["passes"], "axe ran"
    return [f"{broken['id']}: {node['html'][:80]}" for broken in found["violations"] for node in broken["nodes"]]


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("party", list(Party))
@pytest.mark.parametrize("size", list(PageSize))
async def test_axe_finds_nothing_and_nobody_scrolls_sideways(
    tab: Page, party: Party, language: Language, size: PageSize
) -> None:
    for name in CASES:
        await tab.set_content(twin(name, party, language, size))
        for width in (320, 1280):
            await tab.set_viewport_size({"width": width, "height": 900})
            assert await tab.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
            assert await violations(tab) == [], (name, width)


async def test_the_chart_is_drawn_where_there_is_room_and_told_as_a_table_everywhere(tab: Page) -> None:
    await tab.set_content(twin("typical", Party.NONCUSTODIAL, Language.ENGLISH, PageSize.REGULAR))
    chart, rows = tab.get_by_role("img", name="Nov 2025"), tab.get_by_role("table").first.get_by_role("row")
    shown = []
    for width in (320, 1280):
        await tab.set_viewport_size({"width": width, "height": 900})
        shown.append((await chart.count(), await rows.count()))

    assert shown == [(0, 13), (1, 13)]
    assert await tab.get_by_role("columnheader", name="Paid").count() == 1


async def test_large_print_is_eighteen_points_and_is_printed_on_several_sheets(tab: Page) -> None:
    await tab.set_content(twin("typical", Party.NONCUSTODIAL, Language.ENGLISH, PageSize.LARGE))
    assert await tab.evaluate("getComputedStyle(document.body).fontSize") == "24px"

    pdf = await tab.pdf(prefer_css_page_size=True)

    assert pdf.count(b"/Type /Page\n") > 1
    await tab.emulate_media(media="print")
    assert await tab.evaluate("getComputedStyle(document.body).fontSize") == "24px"
    assert not await tab.get_by_text("Regular print").is_visible()
