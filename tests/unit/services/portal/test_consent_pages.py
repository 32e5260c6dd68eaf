import re
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import func, select

from notifier.rules.kinds import CARRIES_TOKEN, Kind
from schemas.reason_codes import ReasonCode
from schemas.values import Language
from services.portal.routes.inbox import TEXTS as INBOX_TEXTS
from services.portal.routes.uploads import FILE_SENTENCES
from services.portal.uploads import MAX_DOCUMENT_BYTES
from services.register.states import Channel, ConsentStatus, DeliveryState
from services.register.tables import Consent, Message, Person
from services.texts.reasons import sentence
from tests.support.portal_world import PDF_BYTES, Member, PortalWorld, approve, deliver, finish, upload

FIELDS = {
    "parent_name": "Marisol Practice",
    "birth_month": "4",
    "birth_day": "9",
    "birth_year": "1988",
    "case_identifier": "AB12345C1",
    "role": "noncustodial",
}
FORM = [("form", ("scan.pdf", PDF_BYTES))]


async def _speak(world: PortalWorld, member: Member, language: Language) -> None:
    async with world.context.database.transaction() as tx:
        (await tx.get_one(Person, member.person_id)).language = language


async def _post(
    world: PortalWorld, path: str, data: dict[str, str] | None = None, files: object = None, who: Member | None = None
) -> httpx.Response:
    member = who or world.staff
    async with world.browser(member) as browser:
        return await browser.post(path, data={**(data or {}), "csrf_token": member.csrf_token}, files=files)  # type: ignore[arg-type]


async def _consents(world: PortalWorld) -> int:
    async with world.context.database.reading() as tx:
        return await tx.scalar(select(func.count()).select_from(Consent)) or 0


async def test_a_form_uploaded_in_the_browser_leads_to_its_receipt(world: PortalWorld) -> None:
    async with world.browser(world.staff) as browser:
        page = (await browser.get("/consents/new")).text
        key = re.search(r'name="idempotency_key" value="([^"]+)"', page)
        assert key is not None
        data = {**FIELDS, "idempotency_key": key[1], "csrf_token": world.staff.csrf_token}
        first = await browser.post("/consents/new", data=data, files=FORM)
        again = await browser.post("/consents/new", data=data, files=FORM)
        assert first.status_code == again.status_code == 303
        assert first.headers["location"] == again.headers["location"]
        receipt = await browser.get(first.headers["location"])
    consent_id = UUID(first.headers["location"].split("/")[2])
    assert consent_id.hex[:8] in receipt.text
    assert await _consents(world) == 1


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize(
    ("files", "code"),
    [
        ([("form", ("", b""))], ReasonCode.FILE_MISSING),
        ([("form", ("a.pdf", b""))], ReasonCode.FILE_EMPTY),
        ([("form", ("a.pdf", PDF_BYTES)), ("form", ("b.pdf", PDF_BYTES))], ReasonCode.TOO_MANY_FILES),
        ([("form", ("a.pdf", PDF_BYTES + b"\0" * MAX_DOCUMENT_BYTES))], ReasonCode.FILE_TOO_LARGE),
        ([("form", ("a.pdf", b"MZ\x90program"))], ReasonCode.FILE_TYPE_NOT_ALLOWED),
    ],
)
async def test_a_wrong_file_is_explained_and_what_was_typed_is_kept(
    world: PortalWorld, files: list[tuple[str, tuple[str, bytes]]], code: ReasonCode, language: Language
) -> None:
    await _speak(world, world.staff, language)
    answer = await _post(world, "/consents/new", FIELDS, files)
    assert answer.status_code == 422
    assert (FILE_SENTENCES[code] in answer.text) == (language is Language.ENGLISH)
    assert answer.text.count('href="#form"') == 1
    assert 'value="Marisol Practice"' in answer.text
    assert await _consents(world) == 0


async def test_every_mistake_is_linked_from_the_summary(world: PortalWorld) -> None:
    answer = await _post(world, "/consents/new", {"birth_day": "31", "birth_month": "2", "birth_year": "1990"}, FORM)
    links = re.findall(r'<li><a href="#(\w+)">', answer.text)
    assert links == ["parent_name", "birth_date", "case_identifier", "role"]
    for name in links:
        assert f'id="{name}"' in answer.text


async def test_a_form_from_elsewhere_is_refused(world: PortalWorld) -> None:
    async with world.browser(world.staff) as browser:
        answer = await browser.post("/consents/new", data={**FIELDS, "csrf_token": "0" * 64}, files=FORM)
    assert answer.status_code == 403
    assert await _consents(world) == 0


async def test_the_body_of_a_stranger_is_never_read(world: PortalWorld) -> None:
    async with world.browser(None) as browser:
        answer = await browser.post("/consents/new", data=FIELDS, files=FORM)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


async def test_the_list_is_safe_on_a_shared_screen(world: PortalWorld) -> None:
    consent_id = await upload(world, world.staff)
    async with world.browser(world.staff) as browser:
        listed = (await browser.get("/consents")).text
        detail = (await browser.get(f"/consents/{consent_id}")).text
    assert consent_id.hex[:8] in listed
    assert "Marisol" not in listed
    assert "AB12345C1" not in listed
    assert "Marisol Practice" in detail


@pytest.mark.parametrize("member", ["other_staff", "reviewer"])
async def test_nobody_else_sees_a_consent(world: PortalWorld, member: str) -> None:
    consent_id = await upload(world, world.staff)
    await approve(world, consent_id)
    snapshot_id = await deliver(world, consent_id)
    async with world.browser(getattr(world, member)) as browser:
        for path in (f"/consents/{consent_id}", f"/snapshots/{snapshot_id}/en.pdf", f"/snapshots/{snapshot_id}/en"):
            theirs = await browser.get(path)
            missing = await browser.get(re.sub(r"[0-9a-f-]{36}", str(uuid4()), path))
            assert theirs.status_code == missing.status_code
            assert theirs.status_code in {403, 404}
            own_path = path.encode()
            other_path = missing.request.url.path.encode()
            assert theirs.content.replace(own_path, b"") == missing.content.replace(other_path, b"")
    assert all(kind != "page_en" for _, kind in world.vault.opened)


async def test_a_status_page_says_what_happened_and_what_to_do(world: PortalWorld) -> None:
    consent_id = await upload(world, world.staff)
    await finish(world, consent_id, ConsentStatus.REJECTED, ReasonCode.MISSING_SIGNATURE)
    for language in Language:
        await _speak(world, world.staff, language)
        async with world.browser(world.staff) as browser:
            shown = (await browser.get(f"/consents/{consent_id}")).text
        assert sentence(ReasonCode.MISSING_SIGNATURE, language) in shown
        assert "step-failed" in shown


async def test_a_form_in_review_never_shows_why(world: PortalWorld) -> None:
    shown = []
    for reason in (ReasonCode.SAFETY_REVIEW, ReasonCode.SIGNATURE_UNCLEAR):
        consent_id = await upload(world, world.staff)
        await finish(world, consent_id, ConsentStatus.IN_REVIEW, reason)
        async with world.browser(world.staff) as browser:
            text = (await browser.get(f"/consents/{consent_id}")).text
        shown.append(text.replace(str(consent_id), "").replace(consent_id.hex[:8], ""))
    assert shown[0] == shown[1]


async def test_the_page_stops_looking_after_a_minute_and_says_it_is_safe_to_leave(world: PortalWorld) -> None:
    consent_id = await upload(world, world.staff)
    async with world.browser(world.staff) as browser:
        early = (await browser.get(f"/consents/{consent_id}")).text
        world.clock.now += timedelta(seconds=61)
        late = (await browser.get(f"/consents/{consent_id}")).text
    assert 'data-looks-again="yes"' in early
    assert "safe to leave" not in early
    assert 'data-looks-again="no"' in late
    assert "safe to leave" in late


async def test_a_page_opens_through_the_gate_and_closes_with_the_consent(world: PortalWorld) -> None:
    consent_id = await upload(world, world.staff)
    await approve(world, consent_id)
    snapshot_id = await deliver(world, consent_id)
    async with world.browser(world.staff) as browser:
        pdf = await browser.get(f"/snapshots/{snapshot_id}/es.pdf")
        twin = await browser.get(f"/snapshots/{snapshot_id}/en")
        assert (pdf.status_code, pdf.content) == (200, PDF_BYTES + b"es")
        assert "sandbox" in twin.headers["content-security-policy"]
    assert (await _post(world, f"/consents/{consent_id}/revocation")).status_code == 422
    revoked = await _post(world, f"/consents/{consent_id}/revocation", {"by": "parent"})
    assert revoked.headers["location"] == f"/consents/{consent_id}?notice=consent_revoked"
    async with world.browser(world.staff) as browser:
        closed = [await browser.get(f"/snapshots/{snapshot_id}/{end}") for end in ("en.pdf", "en")]
        shown = (await browser.get(f"/consents/{consent_id}")).text
    assert [answer.status_code for answer in closed] == [410, 410]
    assert all(b"%PDF" not in answer.content for answer in closed)
    assert "Marisol" not in shown


async def test_the_inbox_holds_the_persons_own_messages_and_remembers_what_was_read(world: PortalWorld) -> None:
    consent_id = await upload(world, world.staff)
    ids = {}
    async with world.context.database.transaction() as tx:
        for member in (world.staff, world.other_staff):
            ids[member.person_id] = uuid4()
            tx.add(
                Message(
                    id=ids[member.person_id], consent_id=consent_id, organization_id=member.organization_id,
                    person_id=member.person_id, channel=Channel.INBOX, kind="snapshot_ready", reasons=[],
                    parameters={}, state=DeliveryState.SENT, attempts=1, created_at=world.clock(),
                )
            )  # fmt: skip
    async with world.browser(world.staff) as browser:
        inbox = (await browser.get("/inbox")).text
    assert inbox.count("A page is ready to open.") == 1
    assert (await _post(world, f"/inbox/{ids[world.other_staff.person_id]}")).status_code == 404
    opened = await _post(world, f"/inbox/{ids[world.staff.person_id]}")
    assert opened.headers["location"] == f"/consents/{consent_id}"
    async with world.context.database.reading() as tx:
        read = {row.person_id: row.read_at for row in await tx.scalars(select(Message))}
    assert read == {world.staff.person_id: world.clock(), world.other_staff.person_id: None}


def test_the_inbox_has_words_for_every_kind_that_the_notifier_writes_there() -> None:
    portal_only = CARRIES_TOKEN | {Kind.PASSWORD_CHANGED, Kind.ORGANIZATION_DECLINED, Kind.RESOURCE}
    assert set(INBOX_TEXTS) == {kind.value for kind in set(Kind) - portal_only}


@pytest.mark.parametrize(
    ("kind", "about_a_consent", "leads_to"),
    [
        ("review_waiting", True, "/review/{consent}"),
        ("webhook_failed", False, "/connections"),
        ("webhook_disabled", False, "/connections"),
        ("email_failed", False, "/inbox"),
    ],
)
async def test_a_message_leads_to_what_it_is_about(
    world: PortalWorld, kind: str, about_a_consent: bool, leads_to: str
) -> None:
    consent_id, message_id = await upload(world, world.staff), uuid4()
    reader = world.reviewer if kind == "review_waiting" else world.staff
    async with world.context.database.transaction() as tx:
        tx.add(
            Message(
                id=message_id, consent_id=consent_id if about_a_consent else None, organization_id=None,
                person_id=reader.person_id, channel=Channel.INBOX, kind=kind, reasons=[], parameters={},
                state=DeliveryState.SENT, attempts=1, created_at=world.clock(),
            )
        )  # fmt: skip
    async with world.browser(reader) as browser:
        assert INBOX_TEXTS[kind] in (await browser.get("/inbox")).text
        opened = await browser.post(f"/inbox/{message_id}", data={"csrf_token": reader.csrf_token})
    assert opened.headers["location"] == leads_to.format(consent=consent_id)


async def test_a_page_that_was_made_as_a_pdf_only_is_not_called_expired(world: PortalWorld) -> None:
    consent_id = await upload(world, world.staff)
    await approve(world, consent_id)
    snapshot_id = await deliver(world, consent_id, web_page=False)
    async with world.browser(world.staff) as browser:
        status = (await browser.get(f"/consents/{consent_id}")).text
        answers = [await browser.get(f"/snapshots/{snapshot_id}/{end}") for end in ("en.pdf", "en")]
    assert [answer.status_code for answer in answers] == [200, 404]
    assert f'/snapshots/{snapshot_id}/en"' not in status
