import re
from datetime import date
from io import BytesIO
from uuid import UUID, uuid4

import httpx
import pytest
from PIL import Image
from sqlalchemy import select

from schemas.consent_events import ConsentReviewed, ReviewOutcome, RevokedBy
from schemas.reason_codes import ReasonCode
from schemas.values import Language
from schemas.why_card import LetterHint
from services.consent_form.page_crops import LEAST_WIDTH, MARGIN
from services.portal.check_words import CHECK_WORDS
from services.portal.reviews import AlreadyDecided, NotYoursToDecide, ReasonsDoNotFit, decide, waiting
from services.register import audit, consents
from services.register.states import ConsentStatus, PersonRole
from services.register.tables import AuditEntry, IntakeDecision, OutgoingEvent, Person, Review
from services.vault.vault import Kind
from tests.support.forms_in_review import BIRTH_DATE, CHECKS, form_in_review
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
    measured = "Measured 0.4: at least 0.6 is needed to be sure."
    for shown in ("Marisol Practice", "AB12345C1", "Signature", "Unsure", measured, "Rules: 1"):
        assert shown in detail
    assert (image.content, image.headers["content-type"]) == (PNG_BYTES, "image/png")
    async with world.context.database.reading() as tx:
        entries = list(await tx.scalars(select(AuditEntry).where(AuditEntry.act == "review.opened")))
    assert [(entry.consent_id, entry.detail["part"]) for entry in entries] == [
        (consent_id, "why_card"),
        (consent_id, "page"),
    ]


async def test_a_reviewer_is_told_why_a_form_waits_in_words_meant_for_a_reviewer(world: PortalWorld) -> None:
    consent_id = await upload(world, world.staff)
    await finish(world, consent_id, ConsentStatus.IN_REVIEW, ReasonCode.SAFETY_REVIEW)
    async with world.browser(world.reviewer) as browser:
        pages = [(await browser.get(path)).text for path in ("/review", f"/review/{consent_id}")]
    for shown in pages:
        assert "Box 8 is marked, or may be: showing a page may put somebody in danger." in shown
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


@pytest.fixture
async def explained(world: PortalWorld) -> UUID:
    """A form in review with its picture and its why-card."""
    return await form_in_review(world)


async def test_each_doubt_is_shown_with_what_was_read_beside_what_was_typed(
    world: PortalWorld, explained: UUID
) -> None:
    async with world.browser(world.reviewer) as browser:
        detail = (await browser.get(f"/review/{explained}")).text
    for shown in (
        f"/review/{explained}/crop/birth_date.png",
        "04/09/1983",
        "04/09/1988",
        "box 2",
        "The ink in box 6 may not be a signature. Look at it and decide.",
        "2 checks in order",
    ):
        assert shown in detail
    assert "crop/parent_name.png" not in detail


async def test_a_crop_is_cut_out_of_the_page_and_looking_at_it_is_audited(world: PortalWorld, explained: UUID) -> None:
    async with world.browser(world.reviewer) as browser:
        crop = await browser.get(f"/review/{explained}/crop/birth_date.png")
        missing = [await browser.get(f"/review/{explained}/crop/{name}.png") for name in ("period", "nothing", "file")]
    assert (crop.headers["content-type"], crop.headers["cache-control"]) == ("image/png", "no-store")
    with Image.open(BytesIO(crop.content)) as cut:
        assert cut.size == (MARGIN + LEAST_WIDTH, BIRTH_DATE.height + 2 * MARGIN)
        assert cut.getpixel((MARGIN + 5, MARGIN + 5)) == 0
        assert cut.getpixel((MARGIN - 5, MARGIN - 5)) == 255
    assert [answer.status_code for answer in missing] == [404, 404, 404]
    async with world.context.database.reading() as tx:
        entries = list(await tx.scalars(select(AuditEntry).where(AuditEntry.act == "review.opened")))
    assert entries[0].detail == {"part": "crop"}
    assert entries[0].actor == audit.person_actor(world.reviewer.person_id)


async def test_a_crop_of_a_picture_that_is_none_is_not_found(world: PortalWorld, explained: UUID) -> None:
    async with world.context.database.transaction() as tx:
        await world.vault.seal(tx, explained, Kind.REVIEW_IMAGE, PNG_BYTES)
    async with world.browser(world.reviewer) as browser:
        assert (await browser.get(f"/review/{explained}/crop/birth_date.png")).status_code == 404


async def test_nobody_else_sees_a_crop_and_nobody_after_the_decision(world: PortalWorld, explained: UUID) -> None:
    async with world.browser(world.staff) as browser:
        assert (await browser.get(f"/review/{explained}/crop/birth_date.png")).status_code == 403
    await _decide(world, explained, {"outcome": "rejected", "reasons": "ILLEGIBLE"})
    async with world.browser(world.reviewer) as browser:
        assert (await browser.get(f"/review/{explained}/crop/birth_date.png")).status_code == 404
    assert all(kind is not Kind.REVIEW_IMAGE for _, kind in world.vault.opened)


async def test_a_letter_is_shown_with_the_places_where_a_signature_and_a_date_may_be(world: PortalWorld) -> None:
    hint = LetterHint(language=Language.ENGLISH, consent_words=3, signature_place=BIRTH_DATE, date_place=None)
    consent_id = await form_in_review(world, letter=hint, checks=(), reason=ReasonCode.FOREIGN_FORM)
    async with world.browser(world.reviewer) as browser:
        detail = (await browser.get(f"/review/{consent_id}")).text
        crop = await browser.get(f"/review/{consent_id}/crop/letter-signature.png")
        no_date = await browser.get(f"/review/{consent_id}/crop/letter-date.png")
    assert "3 words about consent were found" in detail
    assert "A signature may be here" in detail
    assert "A date may be here" not in detail
    assert (crop.status_code, no_date.status_code) == (200, 404)


async def test_dates_that_the_machine_is_sure_of_stand_in_the_boxes(world: PortalWorld, explained: UUID) -> None:
    async with world.browser(world.reviewer) as browser:
        detail = (await browser.get(f"/review/{explained}")).text
    values = re.findall(r'name="(\w+_on)_(month|day|year)".*?value="(\d*)"', detail, re.DOTALL)
    assert values[:3] == [("signed_on", "month", "11"), ("signed_on", "day", "20"), ("signed_on", "year", "2026")]
    assert {value for *_, value in values[3:]} == {""}


async def test_the_reviewers_dates_travel_with_the_decision(world: PortalWorld, explained: UUID) -> None:
    typed = _boxes(signed_on="2026-11-19", starts_on="2026-12-01", expires_on="2027-06-30")
    answer = await _decide(world, explained, {"outcome": "approved", **typed})
    assert answer.status_code == 303
    async with world.context.database.reading() as tx:
        review = (await tx.scalars(select(Review))).one()
        row = (await tx.scalars(select(OutgoingEvent).where(OutgoingEvent.topic == "consent.reviewed"))).one()
    event = ConsentReviewed.read(row.value)
    for made in (review, event):
        days = (date(2026, 11, 19), date(2026, 12, 1), date(2027, 6, 30))
        assert (made.signed_on, made.starts_on, made.expires_on) == days


@pytest.mark.parametrize(
    ("dates", "about", "said"),
    [
        ({"signed_on": "2026-11-23"}, "signed_on", "cannot be signed after the day it was uploaded"),
        ({"starts_on": "2026-12-01", "expires_on": "2026-11-30"}, "expires_on", "cannot be before the first day"),
        ({"signed_on": "2026-11-20", "expires_on": "2027-11-21"}, "expires_on", "longer than a consent may run"),
        ({"expires_on": "2027-11-23"}, "expires_on", "longer than a consent may run"),
        ({"expires_on": "2026-11-21"}, "expires_on", "The last day is over"),
        ({"signed_on": "2026-02-30"}, "signed_on", "Enter a real date"),
        ({"starts_on": "26-12-01"}, "starts_on", "Enter a real date"),
    ],
)
async def test_dates_that_no_consent_can_have_are_sent_back_with_what_was_typed(
    world: PortalWorld, explained: UUID, dates: dict[str, str], about: str, said: str
) -> None:
    answer = await _decide(world, explained, {"outcome": "approved", **_boxes(**dates)})
    assert answer.status_code == 422
    assert f'<a href="#{about}">' in answer.text
    assert said in answer.text
    async with world.context.database.reading() as tx:
        assert (await tx.scalars(select(Review))).all() == []
    year, month, _ = next(iter(dates.values())).split("-")
    assert f'value="{month}"' in answer.text
    assert f'value="{year}"' in answer.text


async def test_a_rejection_carries_no_dates(world: PortalWorld, explained: UUID) -> None:
    typed = _boxes(signed_on="2026-11-19")
    answer = await _decide(world, explained, {"outcome": "rejected", "reasons": "ILLEGIBLE", **typed})
    assert answer.status_code == 303
    async with world.context.database.reading() as tx:
        assert (await tx.scalars(select(Review))).one().signed_on is None


def _boxes(**dates: str) -> dict[str, str]:
    typed: dict[str, str] = {}
    for name, day in dates.items():
        typed |= dict(zip((f"{name}_year", f"{name}_month", f"{name}_day"), day.split("-"), strict=True))
    return typed


async def test_what_a_check_says_is_not_said_twice(world: PortalWorld, explained: UUID) -> None:
    async with world.browser(world.reviewer) as browser:
        detail = (await browser.get(f"/review/{explained}")).text
    assert detail.count("The ink in box 6 may not be a signature.") == 1


def test_every_check_that_a_form_must_pass_has_a_name_in_words() -> None:
    made = {check.name for check in CHECKS} | {"revision", "form_id", "case_identifier", "role", "organization"}
    assert made | {"safety", "signed_on", "period", "digital_signature"} <= set(CHECK_WORDS)
