"""Requests that nobody's browser makes: paths that climb, values with line ends, fields that the form doesn't have."""

import re
from collections.abc import Iterator
from urllib.parse import quote
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from services.portal.csrf import token_for
from services.register.states import ConsentStatus, OrganizationStatus, PersonRole, PersonStatus
from services.register.tables import Consent, Organization, Person
from tests.support.portal_browser import submit
from tests.support.portal_world import CLAIM_FIELDS, PDF_BYTES, Member, PortalWorld, add_member, upload

CLIMBING = (
    "../../../etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "..%5c..%5cetc%5cpasswd",
    "%2e%2e/%2e%2e/etc/passwd",
    "....//....//etc/passwd",
    "%252e%252e%252fetc%252fpasswd",
    "/etc/passwd",
    "file:%2f%2f%2fetc%2fpasswd",
    "%00",
    "en%00.pdf",
    "%c0%ae%c0%ae/etc/passwd",
    "~root",
    "en/../../../settings.py",
    "0x7f",
    "' OR 1=1--",
    "{{7*7}}",
    "a" * 5000,
)

LINE_ENDS = (
    "\r\nX-Injected: 1",
    "\nX-Injected: 1",
    "\rX-Injected: 1",
    "%0d%0aX-Injected: 1",
    "\u560d\u560aX-Injected: 1",
    "\r\n\r\n<script>1</script>",
    "\x85X-Injected: 1",
    "\u2028X-Injected: 1",
)

SOUND = {"language": "en", "check": "signature"}

PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")


def _routes_of(app: FastAPI) -> Iterator[tuple[str, str]]:
    for included in app.router.routes:
        for route in getattr(included, "effective_candidates", list)():
            yield from ((method, route.path) for method in route.methods if PARAMETER.search(route.path))


def _addresses(path: str, value: str) -> Iterator[str]:
    """Yield the route's address with this value in each of its parameters in turn, and sound ones in the others."""
    for chosen in PARAMETER.finditer(path):
        address = path.replace(chosen.group(0), value)
        yield PARAMETER.sub(lambda found: SOUND.get(found.group(1), str(uuid4())), address)


def _one_who_may(world: PortalWorld, path: str, agency: Member) -> Member:
    """Return somebody who gets as far as the handler."""
    if path.startswith("/organizations"):
        return agency
    return world.reviewer if path.startswith("/review") else world.staff


async def test_no_path_parameter_leads_to_a_file_or_an_error(world: PortalWorld) -> None:
    agency = await add_member(world, None, PersonRole.AGENCY_ADMIN, "agency@example.gov")
    routes = sorted(_routes_of(world.app))
    assert len(routes) > 20
    for method, path in routes:
        member = _one_who_may(world, path, agency)
        async with world.api(member) if path.startswith("/api/") else world.browser(member) as client:
            for address in (address for value in CLIMBING for address in _addresses(path, value)):
                data = {"csrf_token": member.csrf_token} if method == "POST" else None
                answer = await client.request(method, address, data=data)
                assert answer.status_code in {401, 403, 404, 405, 422}, (method, address, answer.status_code)
                assert "root:" not in answer.text


@pytest.mark.parametrize(
    "value", [*CLIMBING, "css/../../app.py", "../app.py", "%2e%2e%2fapp.py", "js/..%2f..%2fsettings.py"]
)
async def test_the_folder_of_static_files_is_not_left(world: PortalWorld, value: str) -> None:
    async with world.browser(None) as client:
        answer = await client.get(f"/static/{value}")
    assert answer.status_code in {403, 404, 405}, answer.status_code
    assert "import " not in answer.text


@pytest.mark.parametrize("value", LINE_ENDS)
async def test_no_value_ends_a_header(world: PortalWorld, value: str) -> None:
    sent = quote(value)
    asked = (
        f"/language/es?back=/{sent}",
        f"/sign-in?next={sent}",
        f"/consents?notice={sent}",
        f"/consents/{sent}",
        f"/{sent}",
        f"/api/v1/consents?before={sent}",
        f"/api/v1/forms/blank.pdf?language={sent}",
        f"/api/v1/resources?language={sent}",
    )
    async with world.browser(world.staff) as browser, world.api(world.staff, **{"Accept-Language": sent}) as api:
        for address in asked:
            answer = await (api if address.startswith("/api/") else browser).get(address)
            _no_header_was_added(answer)
        signed_out = {
            "csrf_token": world.staff.csrf_token,
            "email": f"a@b.org{value}",
            "password": value,
            "next": value,
        }
        _no_header_was_added(await browser.post("/sign-in", data=signed_out))


def _no_header_was_added(answer: httpx.Response) -> None:
    assert answer.status_code < 500
    assert "x-injected" not in answer.headers
    for name, told in answer.headers.items():
        assert "X-Injected" not in told or "\r" not in told, name
        assert "\n" not in told, name
    assert "<script>1" not in answer.text


SMUGGLED = {
    "id": str(UUID(int=1)),
    "organization_id": str(UUID(int=2)),
    "uploaded_by": str(UUID(int=3)),
    "snapshot_id": str(UUID(int=4)),
    "status": "approved",
    "role": "operator",
    "password_hash": "x",
    "agreement_version": "2026-11",
    "starts_on": "2020-01-01",
    "expires_on": "2099-12-31",
    "document_sha256": "0" * 64,
    "form_code": "EVIL",
    "is_admin": "true",
    "grant_sha256": "0" * 64,
}
"""Columns of the register, and words that a careless handler would take."""


async def test_an_upload_sets_nothing_but_its_claim(world: PortalWorld) -> None:
    fields = {**SMUGGLED, **CLAIM_FIELDS}
    async with world.api(world.staff) as client:
        answer = await client.post("/api/v1/consents", data=fields, files={"form": ("a.pdf", PDF_BYTES)})
    assert answer.status_code == 202, answer.text
    async with world.context.database.reading() as tx:
        consent = (await tx.scalars(select(Consent))).one()
    assert (consent.status, consent.organization_id) == (ConsentStatus.UPLOADED, world.staff.organization_id)
    assert consent.uploaded_by == world.staff.person_id
    assert (consent.starts_on, consent.expires_on, consent.snapshot_id) == (None, None, None)
    assert str(consent.id) != SMUGGLED["id"]
    assert consent.document_sha256 != SMUGGLED["document_sha256"]


async def test_a_request_to_take_part_approves_itself_in_no_field(world: PortalWorld) -> None:
    typed = {
        "organization": "Queens Hub",
        "contact": "Mo",
        "email": "mo@q.example.org",
        "preferred": "en",
        "why": "We help.",
    }
    async with world.browser(None) as client:
        answer = await submit(client, "/sign-up", {**SMUGGLED, **typed})
    assert answer.headers["location"] == "/sign-up/received"
    async with world.context.database.reading() as tx:
        organization = (await tx.scalars(select(Organization).where(Organization.name == "Queens Hub"))).one()
        person = (await tx.scalars(select(Person).where(Person.email == "mo@q.example.org"))).one()
    assert organization.status == OrganizationStatus.REQUESTED
    assert organization.agreement_version is None
    assert organization.form_code != "EVIL"
    assert (person.role, person.status) == (PersonRole.ORGANIZATION_ADMIN, PersonStatus.INVITED)
    assert (person.password_hash, person.agreement_version) == (None, None)


async def test_an_invitation_goes_into_the_inviters_organization_whatever_is_sent(world: PortalWorld) -> None:
    smuggled = {**SMUGGLED, "organization_id": str(world.other_staff.organization_id), "role": "organization_staff"}
    typed = {"name": "New", "email": "new@example.org", "preferred": "en", "csrf_token": world.staff.csrf_token}
    async with world.browser(world.staff) as client:
        assert (await client.post("/people", data={**smuggled, **typed})).status_code == 303
    async with world.context.database.reading() as tx:
        person = (await tx.scalars(select(Person).where(Person.email == "new@example.org"))).one()
    assert person.organization_id == world.staff.organization_id
    assert (person.status, person.password_hash) == (PersonStatus.INVITED, None)


async def test_a_revocation_and_a_decision_take_the_consent_of_the_path_alone(world: PortalWorld) -> None:
    mine, other = await upload(world, world.staff), await upload(world, world.other_staff)
    async with world.browser(world.staff) as client:
        fields = {"csrf_token": world.staff.csrf_token, "by": "parent", "consent_id": str(other), **SMUGGLED}
        await client.post(f"/consents/{mine}/revocation", data=fields)
    async with world.context.database.reading() as tx:
        assert (await tx.get_one(Consent, other)).status == ConsentStatus.UPLOADED


async def test_what_is_missing_and_what_is_anothers_answer_alike_in_every_route(world: PortalWorld) -> None:
    theirs, nobodys = await upload(world, world.other_staff), uuid4()
    routes = [(method, path) for method, path in sorted(_routes_of(world.app)) if "{consent_id" in path]
    routes = [(method, path) for method, path in routes if not path.startswith("/review")]  # reviewers see everybody's
    assert len(routes) > 5
    for method, path in routes:
        answers = [await _ask(world, method, path, which) for which in (theirs, nobodys)]
        seen = [(answer.status_code, answer.text, dict(answer.headers)) for answer in answers]
        assert seen[0] == seen[1], (method, path)


async def _ask(world: PortalWorld, method: str, path: str, which: UUID) -> httpx.Response:
    member = world.staff
    address = PARAMETER.sub(lambda found: str(which) if found.group(1) == "consent_id" else "signature", path)
    is_api = path.startswith("/api/")
    async with world.api(member) if is_api else world.browser(member) as client:
        data = (
            {"csrf_token": token_for(member.browser_token), "by": "parent"} if method == "POST" and not is_api else None
        )
        answer = await client.request(
            method, address, data=data, json={"by": "parent"} if is_api and method == "POST" else None
        )
    answer._content = answer.content.replace(str(which).encode(), b"ID")  # the address that was asked for is told again
    return answer


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/%5cevil.example"],
)
async def test_no_redirect_leads_to_another_site(world: PortalWorld, elsewhere: str) -> None:
    async with world.browser(None) as client:
        answer = await client.get("/language/es", params={"back": elsewhere})
        page = await client.get("/sign-in", params={"next": elsewhere})
    assert answer.headers["location"] == "/"
    assert f'value="{elsewhere}"' not in page.text
