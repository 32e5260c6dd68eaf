from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from schemas.case_events import CaseReviewed, CaseReviewOutcome
from schemas.reason_codes import GOES_TO_CASE_REVIEW, ReasonCode
from services.portal.case_reviews import settle, waiting_cases
from services.portal.reviews import AlreadyDecided, NotYoursToDecide
from services.register import consents
from services.register.states import ConsentStatus, PersonRole
from services.register.tables import AuditEntry, OutgoingEvent, Person
from tests.support.portal_world import Member, PortalWorld, add_member, approve, finish, upload

AGAIN, NO_PAGE = CaseReviewOutcome.READ_AGAIN, CaseReviewOutcome.NO_PAGE


async def in_case_review(
    world: PortalWorld, reason: ReasonCode = ReasonCode.FIGURES_DO_NOT_RECONCILE, member: Member | None = None
) -> UUID:
    consent_id = await upload(world, member or world.staff)
    await approve(world, consent_id)
    await finish(world, consent_id, ConsentStatus.CASE_REVIEW, reason)
    return consent_id


async def click(world: PortalWorld, consent_id: UUID, outcome: CaseReviewOutcome) -> httpx.Response:
    data = {"outcome": outcome.value, "csrf_token": world.reviewer.csrf_token}
    async with world.browser(world.reviewer) as browser:
        return await browser.post(f"/review/cases/{consent_id}", data=data)


async def queued(world: PortalWorld) -> list[CaseReviewed]:
    query = select(OutgoingEvent).where(OutgoingEvent.topic == "case.reviewed").order_by(OutgoingEvent.created_at)
    async with world.context.database.reading() as tx:
        return [CaseReviewed.model_validate_json(row.value) for row in await tx.scalars(query)]


async def standing(world: PortalWorld, consent_id: UUID) -> tuple[ConsentStatus, list[str], list[str]]:
    async with world.context.database.reading() as tx:
        consent = await consents.get(tx, consent_id)
        steps = await consents.timeline(tx, consent_id)
    return consent.status, consent.reasons, [step.status.value for step in steps]


@pytest.mark.parametrize("reason", sorted(GOES_TO_CASE_REVIEW))
async def test_a_reviewer_sees_which_case_waits_and_why_by_code_and_sentence_and_whose_it_is_not(
    world: PortalWorld, reason: ReasonCode
) -> None:
    consent_id = await in_case_review(world, reason)
    async with world.browser(world.reviewer) as browser:
        shown = (await browser.get("/review/cases")).text
        forms = (await browser.get("/review")).text
    assert consent_id.hex[:8] in shown
    assert reason.value in shown
    assert "1 case record waits, too" in forms
    assert consent_id.hex[:8] not in forms
    for secret in ("Marisol", "AB12345C1"):
        assert secret not in shown


async def test_reading_again_sends_the_consent_back_to_its_case_once(world: PortalWorld) -> None:
    consent_id = await in_case_review(world)
    answer = await click(world, consent_id, AGAIN)
    assert answer.headers["location"] == "/review/cases?notice=case_read_again"
    assert await standing(world, consent_id) == (
        ConsentStatus.APPROVED,
        [],
        ["uploaded", "approved", "case_review", "approved"],
    )
    (event,) = await queued(world)
    assert (event.consent_id, event.outcome, event.reviewer_id) == (consent_id, AGAIN, world.reviewer.person_id)
    assert (await click(world, consent_id, AGAIN)).status_code == 409
    assert len(await queued(world)) == 1
    async with world.context.database.reading() as tx:
        (entry,) = await tx.scalars(select(AuditEntry).where(AuditEntry.act == "case.reviewed"))
    assert entry.detail["reasons"] == ["FIGURES_DO_NOT_RECONCILE"]


async def test_a_case_that_gets_no_page_ends_with_its_reason_and_is_announced(world: PortalWorld) -> None:
    consent_id = await in_case_review(world, ReasonCode.CASE_DATA_AHEAD)
    assert (await click(world, consent_id, NO_PAGE)).headers["location"] == "/review/cases?notice=case_ended"
    status, reasons, _ = await standing(world, consent_id)
    assert (status, reasons) == (ConsentStatus.REFUSED, ["CASE_DATA_AHEAD"])
    assert [event.outcome for event in await queued(world)] == [NO_PAGE]


async def test_the_organization_sees_that_its_case_is_in_review_and_why(world: PortalWorld) -> None:
    consent_id = await in_case_review(world, ReasonCode.CASE_DATA_TOO_OLD)
    async with world.browser(world.staff) as browser:
        shown = (await browser.get(f"/consents/{consent_id}")).text
        listed = (await browser.get("/consents?show=working")).text
    assert "Case record in review" in shown
    assert "The case record is not up to date right now." in shown
    assert consent_id.hex[:8] in listed


async def test_nobody_settles_a_case_of_their_own_and_only_reviewers_settle_any(world: PortalWorld) -> None:
    consent_id = await in_case_review(world)
    colleague = await add_member(world, world.staff.organization_id, PersonRole.REVIEWER, "cleo@example.org")
    async with world.context.database.reading() as tx:
        reviewer = await tx.get_one(Person, colleague.person_id)
        assert await waiting_cases(tx, reviewer) == []
    with pytest.raises(NotYoursToDecide):
        await settle(world.context, reviewer=reviewer, consent_id=consent_id, outcome=AGAIN)
    async with world.browser(world.staff) as browser:
        assert (await browser.get("/review/cases")).status_code == 403
    assert await queued(world) == []


async def test_a_consent_that_is_not_in_case_review_is_not_settled(world: PortalWorld) -> None:
    consent_id = await upload(world, world.staff)
    async with world.context.database.reading() as tx:
        reviewer = await tx.get_one(Person, world.reviewer.person_id)
    with pytest.raises(AlreadyDecided):
        await settle(world.context, reviewer=reviewer, consent_id=consent_id, outcome=NO_PAGE)
    assert (await standing(world, consent_id))[0] is ConsentStatus.UPLOADED
