"""Printing forms: what the API and the page print, remember, refuse, and what becomes of such a form."""

from dataclasses import dataclass, replace
from io import BytesIO

import httpx
import pytest
import zxingcpp
from pypdf import PdfReader
from sqlalchemy import select

from schemas.values import Language
from services.consent_form.code import FormCode
from services.consent_form.layout import FORM_REVISION
from services.consent_form.raster import page_raster
from services.portal.claims import ClaimProblem
from services.portal.form_orders import FIELDS, SENTENCES
from services.portal.languages import say
from services.portal.rate_limits import PRINTED_FORM
from services.register import consents, printed_forms
from services.register.states import PrintedFormKind
from services.register.tables import AuditEntry, Organization, Person, PrintedForm
from tests.support.portal_browser import submit
from tests.support.portal_world import CLAIM_FIELDS, Member, PortalWorld, upload

TYPED = {
    "parent_name": "Marisol Practice",
    "birth_month": "4",
    "birth_day": "9",
    "birth_year": "1988",
    "case_identifier": "ab 12345-c1",
    "role": "noncustodial",
    "language": "es",
}
"""The page's fields as people type them."""


@dataclass(frozen=True)
class Paper:
    """What a printed form says."""

    text: str
    code: FormCode


def paper(answer: httpx.Response) -> Paper:
    assert answer.headers["content-type"] == "application/pdf", answer.text
    page = PdfReader(BytesIO(answer.content)).pages[0]
    code = FormCode.parse(zxingcpp.read_barcodes(page_raster(answer.content, 150))[0].text)
    assert answer.headers["form-id"] == code.serial
    assert answer.headers["cache-control"] == "no-store"
    return Paper(page.extract_text(), code)


async def order(world: PortalWorld, member: Member | None = None, **changes: str) -> httpx.Response:
    async with world.api(member or world.staff) as client:
        return await client.post("/api/v1/forms", json={**CLAIM_FIELDS, **changes})


async def forms(world: PortalWorld) -> list[PrintedForm]:
    async with world.context.database.reading() as tx:
        return list(await tx.scalars(select(PrintedForm)))


async def test_a_form_ordered_through_the_api_is_filled_in_and_its_id_is_registered(world: PortalWorld) -> None:
    answer = await order(world, language="es", starts_on="2026-12-01", expires_on="2027-05-31")
    assert answer.status_code == 201
    printed = paper(answer)
    assert "Marisol Practice" in printed.text
    assert "Bronx Fathers Forward" in printed.text
    digits = "".join(printed.text.split())
    for written in ("04091988", "AB12345C1", "12012026", "05312027"):
        assert written in digits
    assert (printed.code.organization_code, printed.code.language) == ("BFF", Language.SPANISH)
    (form,) = await forms(world)
    assert (form.serial, form.kind) == (printed.code.serial, PrintedFormKind.PREFILLED)
    assert (form.organization_id, form.printed_by) == (world.staff.organization_id, world.staff.person_id)
    assert (form.language, form.revision) == (Language.SPANISH, FORM_REVISION)


async def test_nothing_of_the_parent_is_stored(world: PortalWorld) -> None:
    await order(world)
    (form,) = await forms(world)
    async with world.context.database.reading() as tx:
        entry = (await tx.scalars(select(AuditEntry).where(AuditEntry.act == "form.printed"))).one()
    stored = f"{vars(form)} {entry.detail}"
    for value in ("Marisol", "Practice", "1988", "AB12345C1"):
        assert value not in stored
    assert entry.actor.startswith("key:")


async def test_every_form_has_an_id_of_its_own(world: PortalWorld) -> None:
    answers = [await order(world), await order(world)]
    assert len({answer.headers["form-id"] for answer in answers}) == 2


@pytest.mark.parametrize("path", ["/api/v1/forms/blank.pdf?language=es", "/forms/blank/es.pdf"])
async def test_a_blank_forms_id_is_registered_too_and_belongs_to_no_parent(world: PortalWorld, path: str) -> None:
    async with world.api(world.staff) if "api" in path else world.browser(world.staff) as client:
        printed = paper(await client.get(path))
    (form,) = await forms(world)
    assert (form.serial, form.kind, form.claim_index) == (printed.code.serial, PrintedFormKind.BLANK, None)
    assert "Marisol" not in printed.text


async def _status(world: PortalWorld, serial: str, member: Member, **claimed: str) -> str:
    consent_id = await upload(world, member, **claimed)
    async with world.context.database.transaction() as tx:
        consent = await consents.get(tx, consent_id)
        return await printed_forms.status_of(
            tx,
            serial,
            organization_id=consent.organization_id,
            claim_index=consent.claim_index,
            consent_id=consent_id,
        )


async def test_an_upload_about_the_parent_on_the_form_finds_its_id_good_and_others_do_not(world: PortalWorld) -> None:
    serial = (await order(world)).headers["form-id"]
    assert await _status(world, serial, world.staff) == "issued"
    assert await _status(world, serial, world.staff, case_identifier="AB12345C2") == "other_parent"
    assert await _status(world, serial, world.staff, role="custodial") == "other_parent"
    assert await _status(world, serial, world.other_staff) == "other_organization"


WRONG = [
    ("parent_name", "", ClaimProblem.PARENT_NAME_MISSING),
    ("parent_name", "W" * 100, ClaimProblem.PARENT_NAME_TOO_LONG_TO_PRINT),
    ("parent_name", "Марисоль", ClaimProblem.PARENT_NAME_NOT_PRINTABLE),
    ("birth_date", "2027-01-01", ClaimProblem.BIRTH_DATE_FUTURE),
    ("case_identifier", "AB1234C1", ClaimProblem.CASE_IDENTIFIER_INVALID),
    ("role", "both", ClaimProblem.ROLE_INVALID),
    ("language", "fr", ClaimProblem.LANGUAGE_INVALID),
    ("starts_on", "2026-02-30", ClaimProblem.STARTS_ON_INVALID),
    ("starts_on", "2062-12-01", ClaimProblem.STARTS_ON_INVALID),
    ("expires_on", "12/31/2026", ClaimProblem.EXPIRES_ON_INVALID),
    ("expires_on", "2026-11-21", ClaimProblem.EXPIRES_ON_PAST),
    ("expires_on", "2027-11-23", ClaimProblem.EXPIRES_ON_TOO_LATE),
]


@pytest.mark.parametrize(("field", "value", "problem"), WRONG)
async def test_what_cannot_be_printed_is_a_problem_of_its_field_and_no_id_is_given_out(
    world: PortalWorld, field: str, value: str, problem: ClaimProblem
) -> None:
    async with world.api(world.staff, **{"Accept-Language": "es"}) as client:
        answer = await client.post("/api/v1/forms", json={**CLAIM_FIELDS, field: value})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    message = say(Language.SPANISH, SENTENCES[problem])
    assert answer.json()["errors"] == [{"field": field, "code": problem.value, "message": message}]
    assert not value or value not in answer.text
    assert await forms(world) == []


async def test_a_period_that_runs_backwards_is_not_printed(world: PortalWorld) -> None:
    answer = await order(world, starts_on="2027-03-01", expires_on="2027-02-01")
    assert [error["code"] for error in answer.json()["errors"]] == ["EXPIRES_ON_BEFORE_START"]


async def test_the_longest_consent_is_a_setting(world: PortalWorld) -> None:
    settings = world.context.settings.model_copy(update={"consent_max_months": 24})
    world.app.state.context = replace(world.context, settings=settings)
    assert (await order(world, expires_on="2028-11-22")).status_code == 201


async def test_a_field_that_does_not_exist_is_refused(world: PortalWorld) -> None:
    answer = await order(world, social_security_number="078-05-1120")
    assert (answer.status_code, answer.json()["fields"]) == (422, ["social_security_number"])
    assert "078-05" not in answer.text


async def test_printing_is_limited_for_an_organization_and_not_for_others(world: PortalWorld) -> None:
    for _ in range(PRINTED_FORM.amount):
        world.context.rate_limits.allow(PRINTED_FORM, "printed_form", str(world.staff.organization_id))
    answer = await order(world)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert (await order(world, world.other_staff)).status_code == 201


async def test_an_organization_whose_name_is_too_long_for_the_form_is_told_so(world: PortalWorld) -> None:
    async with world.context.database.transaction() as tx:
        (await tx.get_one(Organization, world.staff.organization_id)).name = "Wide Words Work Well With Women " * 4
    assert [error["field"] for error in (await order(world)).json()["errors"]] == ["organization"]
    async with world.browser(world.staff) as browser:
        blank = await browser.get("/forms/blank/en.pdf")
        filled = await submit(browser, "/forms/new", TYPED)
    for answer in (blank, filled):
        assert answer.status_code == 422
        assert SENTENCES[ClaimProblem.ORGANIZATION_NAME_TOO_LONG_TO_PRINT] in answer.text


async def test_the_page_opens_the_form_that_was_typed_in_as_a_pdf(world: PortalWorld) -> None:
    period = {"starts_month": "12", "starts_day": "1", "starts_year": "2026"}
    async with world.browser(world.staff) as browser:
        answer = await submit(browser, "/forms/new", {**TYPED, **period})
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("inline;")
    printed = paper(answer)
    assert "AB12345C1" in "".join(printed.text.split())
    assert "12012026" in "".join(printed.text.split())
    assert printed.code.language is Language.SPANISH
    (form,) = await forms(world)
    assert form.serial == printed.code.serial


@pytest.mark.parametrize("language", list(Language))
async def test_the_page_shows_every_mistake_beside_its_field_in_the_readers_language_and_keeps_what_was_typed(
    world: PortalWorld, language: Language
) -> None:
    async with world.context.database.transaction() as tx:
        (await tx.get_one(Person, world.staff.person_id)).language = language
    typed = {**TYPED, "birth_year": "88", "role": "", "starts_day": "31", "starts_month": "2", "starts_year": "2027"}
    async with world.browser(world.staff) as browser:
        answer = await submit(browser, "/forms/new", typed)
    assert answer.status_code == 422
    for field, problem in (
        ("birth_date", ClaimProblem.BIRTH_DATE_INVALID),
        ("role", ClaimProblem.ROLE_MISSING),
        ("starts_on", ClaimProblem.STARTS_ON_INVALID),
    ):
        assert answer.text.count(say(language, SENTENCES[problem])) == 2, "in the summary and beside the field"
        assert f'href="#{field}"' in answer.text
        assert f'id="{field}"' in answer.text
    assert 'value="Marisol Practice"' in answer.text
    assert "<details open" in answer.text.replace(' class="more-fields"', ""), "the mistake is not folded away"
    assert await forms(world) == []


@pytest.mark.parametrize("page", ["/consents", "/consents/new"])
async def test_the_page_is_linked_where_somebody_needs_a_form(world: PortalWorld, page: str) -> None:
    async with world.browser(world.staff) as browser:
        text = (await browser.get(page)).text
    main = text.partition("<main")[2]
    assert 'href="/forms/new"' in main
    assert 'href="/forms/new"' in text.partition("<main")[0], "in the navigation"


async def test_the_page_says_that_the_parent_only_signs_and_dates(world: PortalWorld) -> None:
    async with world.browser(world.staff) as browser:
        text = (await browser.get("/forms/new")).text
    assert "the parent only signs and dates" in text
    assert all(f'id="{field}"' in text for field in FIELDS)
