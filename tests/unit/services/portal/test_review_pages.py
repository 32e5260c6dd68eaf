from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from schemas.consent_events import ConsentReviewed, ReviewOutcome, RevokedBy
from schemas.reason_codes import ReasonCode
from services.portal.reviews import AlreadyDecided, NotYoursToDecide, ReasonsDoNotFit, decide, waiting
from services.register import audit, consents
from services.register.states import ConsentStatus, PersonRole
from services.register.tables import AuditEntry, IntakeDecision, OutgoingEvent, Person, Review
from services.vault.vault import Kind
from tests.support.portal_world import PNG_BYTES, PortalWorld, add_member, finish, upload


async def _in_review(world: PortalWorld) -> UUID:
    consent_id = await upload(world, world.staff)
    await finish(world, consent_id, ConsentStatus.IN_REVIEW, ReasonCode.SIGNATURE_UNCLEAR)
    check = {"check": "signature", "verdict": "unclear", "reason": "SIGNATURE_UNCLEAR", "score": 0.4, "threshold": 0.6}
    async with world.context.database.transaction() as tx:
        await world.vault.seal(tx, consent_id, Kind.REVIEW_IMAGE, PNG_BYTES)
        tx.add(
            IntakeDecision(consent_id=consent_id, outcome="review", rule_version="1", checks=[check], at=world.clock())
        )
    return consent_id


async def _person(world: PortalWorld, person_id: UUID) -> Person:
    async with world.context.database.reading() as tx:
        return await tx.get_one(Person, person_id)


async def _decide(world: PortalWorld, consent_id: UUID, data: dict[str, str | list[str]]) -> httpx.Response:
    async with world.browser(world.reviewer) as browser:
        return await browser.post(f"/review/{consent_id}", data={**data, "csrf_token": world.reviewer.csrf_token})


async def test_a_reviewer_sees_the_form_beside_the_claim_and_each_checks_outcome(world: PortalWorld) -> None:
    consent_id = await _in_review(world)
    async with world.browser(world.reviewer) as browser:
        queue = (await browser.get("/review")).text
        detail = (await browser.get(f"/review/{consent_id}")).text
        image = await browser.get(f"/review/{consent_id}/page.png")
    assert consent_id.hex[:8] in queue
    assert "Marisol" not in queue
    for shown in ("Marisol Practice", "AB12345C1", "Signature", "Unsure", "0.4 / 0.6"):
        assert shown in detail
    assert (image.content, image.headers["content-type"]) == (PNG_BYTES, "image/png")
    async with world.context.database.reading() as tx:
        entries = list(await tx.scalars(select(AuditEntry).where(AuditEntry.act == "review.opened")))
    assert [entry.consent_id for entry in entries] == [consent_id]


async def test_a_reviewer_is_told_why_a_form_waits_in_words_meant_for_a_reviewer(world: PortalWorld) -> None:
    consent_id = await upload(world, world.staff)
    await finish(world, consent_id, ConsentStatus.IN_REVIEW, ReasonCode.SAFETY_REVIEW)
    async with world.browser(world.reviewer) as browser:
        pages = [(await browser.get(path)).text for path in ("/review", f"/review/{consent_id}")]
    for shown in pages:
        assert "The safety box is marked: showing a page may put somebody in danger." in shown
        assert "You do not need to do anything" not in shown
    assert "safety procedure before you approve" in pages[1]


async def test_an_approval_is_recorded_announced_and_audited(world: PortalWorld) -> None:
    consent_id = await _in_review(world)
    answer = await _decide(world, consent_id, {"outcome": "approved"})
    assert answer.headers["location"] == "/review?notice=review_recorded"
    async with world.context.database.reading() as tx:
        review = (await tx.scalars(select(Review))).one()
        row = (await tx.scalars(select(OutgoingEvent).where(OutgoingEvent.topic == "consent.reviewed"))).one()
        acts = list(await tx.scalars(select(AuditEntry.act)))
    event = ConsentReviewed.read(row.value)
    assert (event.review_id, event.outcome, event.reasons) == (review.id, ReviewOutcome.APPROVED, ())
    assert event.reviewer_id == world.reviewer.person_id
    assert "consent.reviewed" in acts


async def test_a_rejection_needs_a_reason_and_carries_it(world: PortalWorld) -> None:
    consent_id = await _in_review(world)
    assert (await _decide(world, consent_id, {"outcome": "rejected"})).status_code == 422
    reasons = ["MISSING_SIGNATURE", "ILLEGIBLE"]
    assert (await _decide(world, consent_id, {"outcome": "rejected", "reasons": reasons})).status_code == 303
    async with world.context.database.reading() as tx:
        assert (await tx.scalars(select(Review))).one().reasons == reasons


async def test_a_second_decision_is_refused(world: PortalWorld) -> None:
    consent_id = await _in_review(world)
    await _decide(world, consent_id, {"outcome": "approved"})
    second = await _decide(world, consent_id, {"outcome": "rejected", "reasons": ["ILLEGIBLE"]})
    assert second.status_code == 409
    async with world.context.database.reading() as tx:
        assert (await tx.scalars(select(Review))).one().outcome == "approved"
        assert await waiting(tx, await tx.get_one(Person, world.reviewer.person_id)) == []
    reviewer = await _person(world, world.reviewer.person_id)
    with pytest.raises(AlreadyDecided):
        await decide(
            world.context, reviewer=reviewer, consent_id=consent_id, outcome=ReviewOutcome.APPROVED, reasons=()
        )


async def test_a_form_that_is_decided_or_revoked_is_looked_at_no_more(world: PortalWorld) -> None:
    decided, revoked = await _in_review(world), await _in_review(world)
    reviewer = await _person(world, world.reviewer.person_id)
    await decide(world.context, reviewer=reviewer, consent_id=decided, outcome=ReviewOutcome.APPROVED, reasons=())
    async with world.context.database.transaction() as tx:
        await consents.revoke(
            tx, revoked, by=RevokedBy.PARENT, actor=audit.SYSTEM, at=world.clock(), vault=world.context.vault
        )
    async with world.browser(world.reviewer) as browser:
        answers = [await browser.get(f"/review/{one}/page.png") for one in (decided, revoked)]
        pages = [await browser.get(f"/review/{one}") for one in (decided, revoked)]
    assert [answer.status_code for answer in (*answers, *pages)] == [404, 404, 409, 409]
    assert "Marisol" not in "".join(page.text for page in pages)
    assert all(kind is not Kind.REVIEW_IMAGE for _, kind in world.vault.opened)


async def test_nobody_decides_an_own_upload_or_one_of_the_own_organization(world: PortalWorld) -> None:
    consent_id = await _in_review(world)
    colleague = await add_member(world, world.staff.organization_id, PersonRole.REVIEWER, "cleo@example.org")
    async with world.context.database.transaction() as tx:
        uploader = await tx.get_one(Person, world.staff.person_id)
        uploader.role, uploader.organization_id = PersonRole.REVIEWER, None
    for member in (colleague, world.staff):
        reviewer = await _person(world, member.person_id)
        async with world.context.database.reading() as tx:
            assert await waiting(tx, reviewer) == []
        with pytest.raises(NotYoursToDecide):
            await decide(
                world.context, reviewer=reviewer, consent_id=consent_id, outcome=ReviewOutcome.APPROVED, reasons=()
            )
        async with world.browser(member) as browser:
            for path in (f"/review/{consent_id}", f"/review/{consent_id}/page.png"):
                assert (await browser.get(path)).status_code == 404
    assert all(kind is not Kind.REVIEW_IMAGE for _, kind in world.vault.opened)


async def test_only_reviewers_review(world: PortalWorld) -> None:
    consent_id = await _in_review(world)
    async with world.browser(world.other_staff) as browser:
        for path in ("/review", f"/review/{consent_id}", f"/review/{consent_id}/page.png"):
            assert (await browser.get(path)).status_code == 403
    async with world.browser(world.reviewer) as browser:
        assert (await browser.get(f"/review/{uuid4()}")).status_code == 404


async def test_an_approval_with_reasons_is_a_mistake(world: PortalWorld) -> None:
    consent_id = await _in_review(world)
    reviewer = await _person(world, world.reviewer.person_id)
    with pytest.raises(ReasonsDoNotFit):
        await decide(
            world.context,
            reviewer=reviewer,
            consent_id=consent_id,
            outcome=ReviewOutcome.APPROVED,
            reasons=[ReasonCode.ILLEGIBLE],
        )
