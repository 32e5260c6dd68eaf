"""The pages in a real browser, under the real content security policy, with and without JavaScript."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright
from sqlalchemy import select

from schemas.reason_codes import ReasonCode
from schemas.values import Language
from services.register.states import ConsentStatus
from services.register.tables import Consent, Person, PrintedForm, Review
from tests.support.forms_in_review import form_in_review
from tests.support.portal_browser import ANAS_PASSWORD
from tests.support.portal_world import CLAIM_FIELDS, PDF_BYTES, PortalWorld, approve, deliver, finish, upload
from tests.support.served_portal import served

CHROMIUM = shutil.which("chromium")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)
"""A browser that asks nothing of the network by itself; no sandbox, since tests also run as root in containers."""

pytestmark = [pytest.mark.chromium, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]


@dataclass
class Visit:
    """A tab and everything that its console complained about."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def note(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


@pytest.fixture
async def address(world: PortalWorld) -> AsyncIterator[str]:
    """Where the portal listens."""
    async with served(world) as url:
        yield url


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """A headless Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        await browser.close()


async def _visit(chromium: Browser, address: str, *, javascript: bool = True) -> Visit:
    context = await chromium.new_context(base_url=address, java_script_enabled=javascript, locale="en-US")
    visit = Visit(await context.new_page())
    visit.page.on("console", visit.note)
    visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    return visit


async def _sign_in(page: Page, email: str) -> None:
    await page.goto("/sign-in")
    await page.fill("input[name=email]", email)
    await page.fill("input[name=password]", ANAS_PASSWORD)
    await page.click("main form button[type=submit]")
    await page.wait_for_url("**/consents")


async def _speak(world: PortalWorld, language: Language) -> None:
    async with world.context.database.transaction() as tx:
        (await tx.get_one(Person, world.staff.person_id)).language = language


async def _upload(page: Page, scan: Path) -> UUID:
    await page.goto("/consents/new")
    year, month, day = CLAIM_FIELDS["birth_date"].split("-")
    texts = {"birth_year": year, "birth_month": month, "birth_day": day}
    texts |= {name: CLAIM_FIELDS[name] for name in ("parent_name", "case_identifier")}
    for name, text in texts.items():
        await page.fill(f"input[name={name}]", text)
    await page.click(f"label[for=role-{CLAIM_FIELDS['role']}]")
    await page.set_input_files("input[name=form]", scan)
    await page.click("main form button[type=submit]")
    await page.wait_for_url("**/receipt")
    return UUID(page.url.split("/")[-2])


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
async def test_a_person_signs_in_uploads_a_form_and_sees_its_page_come(
    world: PortalWorld, ana: str, address: str, chromium: Browser, tmp_path: Path, javascript: bool
) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(PDF_BYTES)
    visit = await _visit(chromium, address, javascript=javascript)
    page = visit.page
    await _sign_in(page, ana)
    consent_id = await _upload(page, scan)
    await page.click(f"main a[href='/consents/{consent_id}']")
    assert await page.locator("#status").get_attribute("data-status") == "uploaded"
    await approve(world, consent_id)
    await deliver(world, consent_id)
    if not javascript:  # with scripts, the page looks for news by itself
        await page.get_by_role("link", name="Check again").click()
    await page.wait_for_selector("#status[data-status=delivered]")
    assert await page.get_by_role("link", name="Open the page in Spanish (PDF)").is_visible()
    assert visit.complaints == []


@pytest.mark.parametrize(
    ("language", "heading"), [(Language.ENGLISH, "Not accepted"), (Language.SPANISH, "No aceptado")]
)
async def test_the_status_page_is_styled_translated_and_fits_a_phone(
    world: PortalWorld, ana: str, address: str, chromium: Browser, language: Language, heading: str
) -> None:
    consent_id = await upload(world, world.staff)
    await finish(world, consent_id, ConsentStatus.REJECTED, ReasonCode.MISSING_SIGNATURE)
    await _speak(world, language)
    visit = await _visit(chromium, address)
    await _sign_in(visit.page, ana)
    await visit.page.set_viewport_size({"width": 360, "height": 740})
    for path in (f"/consents/{consent_id}", "/consents/new", "/forms/new", "/consents", "/inbox", "/resources"):
        await visit.page.goto(path)
        assert await visit.page.evaluate("document.documentElement.scrollWidth") <= 360, path
        assert await visit.page.get_attribute("html", "lang") == language.value
    await visit.page.goto(f"/consents/{consent_id}")
    assert await visit.page.inner_text("#what") == heading
    font = await visit.page.evaluate(
        "document.fonts.check('16px \"Public Sans\"') && getComputedStyle(document.body).fontFamily"
    )
    assert "Public Sans" in font
    assert visit.complaints == []


async def test_a_person_prints_a_form_for_a_parent(
    world: PortalWorld, ana: str, address: str, chromium: Browser
) -> None:
    visit = await _visit(chromium, address)
    page = visit.page
    await _sign_in(page, ana)
    await page.get_by_role("link", name="Print a form").first.click()
    await page.wait_for_url("**/forms/new")
    year, month, day = CLAIM_FIELDS["birth_date"].split("-")
    texts = {"birth_year": year, "birth_month": month, "birth_day": day}
    texts |= {name: CLAIM_FIELDS[name] for name in ("parent_name", "case_identifier")}
    for name, text in texts.items():
        await page.fill(f"input[name={name}]", text)
    await page.click(f"label[for=role-{CLAIM_FIELDS['role']}]")
    assert visit.complaints == [], "before the browser's own viewer takes over"
    async with page.expect_response("**/forms/new") as answered:
        await page.click("main form button[type=submit]")
    answer = await answered.value
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    async with world.context.database.reading() as tx:
        assert (await tx.get_one(PrintedForm, answer.headers["form-id"])).printed_by == world.staff.person_id


@pytest.mark.parametrize("width", [360, 1366])
async def test_a_reviewer_sees_each_doubt_cut_out_of_the_page_and_enters_a_date(
    world: PortalWorld, address: str, chromium: Browser, width: int
) -> None:
    consent_id = await form_in_review(world)
    visit = await _visit(chromium, address)
    page = visit.page
    await page.context.add_cookies([{"name": "sign_in", "value": world.reviewer.browser_token, "url": address}])
    await page.set_viewport_size({"width": width, "height": 800})
    await page.goto(f"/review/{consent_id}")
    crops = page.locator("img.crop")
    for crop in await crops.all():
        await crop.scroll_into_view_if_needed()
    await page.wait_for_function("[...document.images].every(image => image.complete && image.naturalWidth > 40)")
    assert await crops.count() == 2
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    for part, typed in (("month", "12"), ("day", "31"), ("year", "2026")):
        await page.get_by_role("group", name="Last day, box 5").get_by_label(part.title()).fill(typed)
    await page.get_by_role("button", name="Approve the form").click()
    await page.wait_for_url("**/review?notice=review_recorded")
    async with world.context.database.reading() as tx:
        review = (await tx.scalars(select(Review))).one()
    assert (review.signed_on, review.expires_on) == (date(2026, 11, 20), date(2026, 12, 31))
    assert visit.complaints == []


@pytest.mark.parametrize("width", [360, 1366])
async def test_a_reviewer_has_a_case_read_again_from_the_list(
    world: PortalWorld, address: str, chromium: Browser, width: int
) -> None:
    consent_id = await upload(world, world.staff)
    await approve(world, consent_id)
    await finish(world, consent_id, ConsentStatus.CASE_REVIEW, ReasonCode.FIGURES_DO_NOT_RECONCILE)
    visit = await _visit(chromium, address)
    page = visit.page
    await page.context.add_cookies([{"name": "sign_in", "value": world.reviewer.browser_token, "url": address}])
    await page.set_viewport_size({"width": width, "height": 800})
    await page.goto("/review")
    await page.get_by_role("link", name="1 case record waits, too").click()
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await page.get_by_role("button", name=f"Read again {consent_id.hex[:8]}").click()
    await page.wait_for_url("**/review/cases?notice=case_read_again")
    assert await page.get_by_text("No case record waits for a reviewer.").is_visible()
    async with world.context.database.reading() as tx:
        assert (await tx.get_one(Consent, consent_id)).status is ConsentStatus.APPROVED
    assert visit.complaints == []
