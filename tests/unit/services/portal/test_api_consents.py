from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from schemas.reason_codes import ReasonCode
from schemas.values import Language
from services.register.states import ConsentStatus, DeliveryState
from services.register.tables import AuditEntry, Message, OutgoingEvent
from services.texts.reasons import sentence
from tests.support.portal_world import PDF_BYTES, PortalWorld, approve, deliver, finish, upload


async def test_a_consent_is_followed_from_upload_to_page(world: PortalWorld) -> None:
    consent_id = await upload(world, world.staff)
    world.clock.now += timedelta(seconds=5)
    await approve(world, consent_id)
    snapshot_id = await deliver(world, consent_id)
    async with world.api(world.staff) as client:
        found = (await client.get(f"/api/v1/consents/{consent_id}")).json()
        assert found["status"] == "delivered"
        assert [step["status"] for step in found["timeline"]] == [
            "uploaded", "approved", "fetched", "rendered", "delivered"
        ]  # fmt: skip
        assert found["snapshot"]["id"] == str(snapshot_id)
        page = await client.get(found["snapshot"]["pages"][1]["url"])
    assert (page.status_code, page.content) == (200, PDF_BYTES + b"es")
    assert page.headers["content-type"] == "application/pdf"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["content-disposition"] == 'inline; filename="snapshot-es.pdf"'
    assert "Marisol" not in str(found)
    assert "AB12345C1" not in str(found)


async def test_opening_a_page_is_in_the_audit_log(world: PortalWorld) -> None:
    consent_id = await upload(world, world.staff)
    await approve(world, consent_id)
    snapshot_id = await deliver(world, consent_id)
    async with world.api(world.staff) as client:
        await client.get(f"/api/v1/snapshots/{snapshot_id}.pdf")
    async with world.context.database.reading() as tx:
        last = (await tx.scalars(select(AuditEntry).order_by(AuditEntry.sequence.desc()))).first()
    assert last is not None
    assert last.consent_id == consent_id
    assert last.actor.startswith("key:")
    assert (last.act, last.detail["inputs"]["purpose"]) == ("disclosure.allowed", "view")


async def test_a_rejection_says_why_in_the_callers_language(world: PortalWorld) -> None:
    consent_id = await upload(world, world.staff)
    await finish(world, consent_id, ConsentStatus.REJECTED, ReasonCode.MISSING_SIGNATURE)
    for language in Language:
        async with world.api(world.staff, **{"Accept-Language": language.value}) as client:
            found = (await client.get(f"/api/v1/consents/{consent_id}")).json()
        expected = sentence(ReasonCode.MISSING_SIGNATURE, language)
        assert found["reasons"] == [{"code": "MISSING_SIGNATURE", "sentence": expected}]
        assert found["timeline"][-1]["reasons"] == found["reasons"]


@pytest.mark.parametrize("reason", [ReasonCode.SAFETY_REVIEW, ReasonCode.SIGNATURE_UNCLEAR])
async def test_a_review_never_says_why(world: PortalWorld, reason: ReasonCode) -> None:
    consent_id = await upload(world, world.staff)
    await finish(world, consent_id, ConsentStatus.IN_REVIEW, reason)
    async with world.api(world.staff) as client:
        answer = await client.get(f"/api/v1/consents/{consent_id}")
    assert answer.json()["reasons"] == []
    assert reason.value not in answer.text


async def test_another_organizations_ids_look_exactly_like_missing_ones(world: PortalWorld) -> None:
    consent_id = await upload(world, world.staff)
    await approve(world, consent_id)
    snapshot_id = await deliver(world, consent_id)
    async with world.api(world.other_staff) as client:
        for theirs, missing in (
            (f"/api/v1/consents/{consent_id}", f"/api/v1/consents/{uuid4()}"),
            (f"/api/v1/snapshots/{snapshot_id}.pdf", f"/api/v1/snapshots/{uuid4()}.pdf"),
        ):
            first, second = await client.get(theirs), await client.get(missing)
            assert first.status_code == second.status_code == 404
            assert first.content == second.content
            assert first.headers == second.headers
        ids = (consent_id, uuid4())
        first, second = [await client.post(f"/api/v1/consents/{one}/revocation", json={"by": "parent"}) for one in ids]
        assert (first.status_code, first.content) == (second.status_code, second.content)
        assert (await client.get("/api/v1/consents")).json()["consents"] == []
    async with world.api(world.staff) as client:
        assert (await client.get(f"/api/v1/consents/{consent_id}")).json()["status"] == "delivered"


async def test_a_revoked_consent_opens_nothing_and_tells_so_once(world: PortalWorld) -> None:
    consent_id = await upload(world, world.staff)
    await approve(world, consent_id)
    snapshot_id = await deliver(world, consent_id)
    async with world.api(world.staff, **{"Accept-Language": "es"}) as client:
        answers = [
            await client.post(f"/api/v1/consents/{consent_id}/revocation", json={"by": "parent"}) for _ in range(2)
        ]
        opened = await client.get(f"/api/v1/snapshots/{snapshot_id}.pdf?language=en")
        shown = (await client.get(f"/api/v1/consents/{consent_id}")).json()
    assert [answer.status_code for answer in answers] == [200, 200]
    assert (opened.status_code, opened.json()["code"]) == (410, "CONSENT_REVOKED")
    assert opened.json()["title"] == sentence(ReasonCode.CONSENT_REVOKED, Language.SPANISH)
    assert b"%PDF" not in opened.content
    assert (shown["status"], shown["snapshot"]) == ("revoked", None)
    async with world.context.database.reading() as tx:
        topics = list(await tx.scalars(select(OutgoingEvent.topic)))
    assert topics.count("consent.revoked") == 1


async def test_the_refusal_to_open_stays_in_the_audit_log(world: PortalWorld) -> None:
    consent_id = await upload(world, world.staff)
    await approve(world, consent_id)
    snapshot_id = await deliver(world, consent_id)
    async with world.api(world.staff) as client:
        await client.post(f"/api/v1/consents/{consent_id}/revocation", json={"by": "organization"})
        await client.get(f"/api/v1/snapshots/{snapshot_id}.pdf")
    async with world.context.database.reading() as tx:
        last = (await tx.scalars(select(AuditEntry).order_by(AuditEntry.sequence.desc()))).first()
    assert last is not None
    assert "CONSENT_REVOKED" in str(last.detail)


async def test_an_expired_consent_opens_nothing(world: PortalWorld) -> None:
    consent_id = await upload(world, world.staff)
    await approve(world, consent_id)
    snapshot_id = await deliver(world, consent_id)
    world.clock.now += timedelta(days=367)
    async with world.api(world.staff) as client:
        answer = await client.get(f"/api/v1/snapshots/{snapshot_id}.pdf")
    assert (answer.status_code, answer.json()["code"]) == (410, "CONSENT_EXPIRED")


async def test_a_rejected_consent_cannot_be_revoked_and_the_agency_is_no_choice(world: PortalWorld) -> None:
    consent_id = await upload(world, world.staff)
    async with world.api(world.staff) as client:
        by_agency = await client.post(f"/api/v1/consents/{consent_id}/revocation", json={"by": "agency"})
        await finish(world, consent_id, ConsentStatus.REJECTED, ReasonCode.ILLEGIBLE)
        too_late = await client.post(f"/api/v1/consents/{consent_id}/revocation", json={"by": "parent"})
    assert (by_agency.status_code, by_agency.json()["fields"]) == (422, ["by"])
    assert (too_late.status_code, too_late.json()["code"]) == (409, "ALREADY_ENDED")


async def test_revoking_cancels_what_was_about_to_be_sent(world: PortalWorld) -> None:
    consent_id = await upload(world, world.staff)
    async with world.context.database.transaction() as tx:
        tx.add(
            Message(
                id=uuid4(), consent_id=consent_id, channel="email", kind="snapshot_ready", reasons=[],
                parameters={}, state=DeliveryState.PENDING, attempts=0, created_at=world.clock(),
            )
        )  # fmt: skip
    async with world.api(world.staff) as client:
        await client.post(f"/api/v1/consents/{consent_id}/revocation", json={"by": "parent"})
    async with world.context.database.reading() as tx:
        assert (await tx.scalars(select(Message.state))).one() == DeliveryState.CANCELLED


async def test_the_list_is_paged_newest_first_without_gaps_or_repeats(world: PortalWorld) -> None:
    made = []
    for _ in range(5):
        made.append(str(await upload(world, world.staff)))
        world.clock.now += timedelta(seconds=1)
    seen: list[str] = []
    address = "/api/v1/consents?limit=2"
    async with world.api(world.staff) as client:
        while address:
            listed = (await client.get(address)).json()
            seen += [consent["id"] for consent in listed["consents"]]
            address = listed["next"]
    assert seen == made[::-1]


async def test_a_blank_form_is_a_pdf_with_a_number_of_its_own(world: PortalWorld) -> None:
    async with world.api(world.staff) as client:
        answers = [await client.get("/api/v1/forms/blank.pdf?language=es") for _ in range(2)]
    for answer in answers:
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
        assert answer.content.startswith(b"%PDF")
    assert answers[0].content != answers[1].content


async def test_resources_are_found_in_the_asked_language(world: PortalWorld) -> None:
    async with world.api(world.staff) as client:
        found = (await client.get("/api/v1/resources?language=es&role=noncustodial")).json()
        none = (await client.get("/api/v1/resources?text=zzzzzz")).json()
    assert found["language"] == "es"
    assert {link["audience"] for link in found["resources"]} <= {"NCP", "BOTH"}
    assert found["resources"]
    assert none["resources"] == []
