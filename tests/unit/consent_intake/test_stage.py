"""The stage against a real register; only the reader is made up."""

from datetime import date, timedelta
from hashlib import sha256
from uuid import uuid4

import pytest
from sqlalchemy import select

from consent_intake.rules.form_reading import FormReading
from consent_intake.stage import decide_upload, read_upload
from schemas.consent_events import (
    ConsentApproved,
    ConsentRejected,
    ConsentReviewed,
    ConsentReviewNeeded,
    ReviewOutcome,
    RevokedBy,
)
from schemas.consent_records import ConsentGrant
from schemas.reason_codes import ReasonCode
from schemas.why_card import WhyCard
from services.consent_form.code import FormCode
from services.register import audit, consents, grants
from services.register.states import ConsentStatus, PersonRole, PersonStatus
from services.register.tables import IntakeDecision, PrintedForm, Review, ShadowDecision
from services.runtime.failures import CannotBeProcessed
from services.vault.vault import Kind, ObjectMissing
from tests.support.form_readings import (
    BLANK,
    CLAIM,
    CODE,
    EMPTY,
    GOOD,
    NOT_WRITTEN,
    POLICY,
    FixedReader,
    comb,
    comb_of_a_doubtful_year,
    reading,
    with_fields,
)
from tests.support.intake_desk import DOCUMENT, Desk, another_upload
from tests.support.register_builders import NOON, a_person


async def reviewer_decides(
    desk: Desk,
    outcome: ReviewOutcome,
    *reasons: ReasonCode,
    role: PersonRole = PersonRole.REVIEWER,
    **days: date,
) -> ConsentReviewed:
    async with desk.database.transaction() as tx:
        reviewer = await a_person(tx, None, role=role)
        review = Review(
            id=uuid4(),
            consent_id=desk.consent_id,
            reviewer_id=reviewer.id,
            outcome=outcome,
            reasons=[reason.value for reason in reasons],
            at=NOON,
            **days,
        )
        tx.add(review)
    return ConsentReviewed(
        consent_id=desk.consent_id,
        review_id=review.id,
        reviewer_id=reviewer.id,
        outcome=outcome,
        reasons=reasons,
        **days,
    )


async def test_a_good_form_gets_a_signed_grant_that_the_public_key_checks(desk: Desk) -> None:
    (event,) = await desk.decide()
    assert isinstance(event, ConsentApproved)
    assert await desk.status() == ConsentStatus.APPROVED
    async with desk.database.transaction() as tx:
        canonical = await desk.world.vault.open(tx, desk.consent_id, Kind.GRANT)
        row = await grants.load(tx, desk.consent_id)
    assert row is not None
    assert (row.grant_sha256, row.signature) == (event.grant_sha256, event.grant_signature)
    grant = desk.world.verifier.check(canonical, grant_sha256=row.grant_sha256, signature=row.signature)
    assert (grant.consent_id, grant.case_identifier) == (desk.consent_id, CLAIM.case_identifier)
    assert (grant.starts_on, grant.expires_on) == (date(2026, 11, 14), date(2027, 11, 14))
    assert grant.document_sha256 == sha256(DOCUMENT).hexdigest()


async def test_an_unsigned_form_is_rejected_and_no_grant_exists(desk: Desk) -> None:
    (event,) = await desk.decide(reading(signature=EMPTY))
    assert isinstance(event, ConsentRejected)
    assert event.reasons == (ReasonCode.MISSING_SIGNATURE,)
    assert await desk.status() == ConsentStatus.REJECTED
    async with desk.database.transaction() as tx:
        assert await grants.load(tx, desk.consent_id) is None
        with pytest.raises(ObjectMissing):
            await desk.world.vault.open(tx, desk.consent_id, Kind.GRANT)


async def test_an_uncertain_form_waits_for_a_person_who_sees_what_was_read(desk: Desk) -> None:
    (event,) = await desk.decide(with_fields(parent_name=NOT_WRITTEN))
    assert isinstance(event, ConsentReviewNeeded)
    assert await desk.status() == ConsentStatus.IN_REVIEW
    async with desk.database.transaction() as tx:
        assert await desk.world.vault.open(tx, desk.consent_id, Kind.REVIEW_IMAGE) == b"a picture"
        sealed = await desk.world.vault.open(tx, desk.consent_id, Kind.READING)
    assert FormReading.model_validate_json(sealed) == with_fields(parent_name=NOT_WRITTEN)


async def test_the_register_keeps_checks_and_no_value_of_the_form(desk: Desk) -> None:
    await desk.decide()
    async with desk.database.reading() as tx:
        row = (await tx.scalars(select(IntakeDecision))).one()
    assert row.outcome == "approved"
    assert {check["check"] for check in row.checks} >= {"signature", "birth_date", "case_identifier", "role", "period"}
    for value in ("Perez", "Pérez", "1988", "AB12345C1"):
        assert value not in repr(row.checks)


async def test_every_decision_leaves_a_why_card_with_what_was_read_and_what_to_do(desk: Desk) -> None:
    await desk.decide(with_fields(birth_date=comb("01151983", again="", confidence=0.7)))
    async with desk.database.transaction() as tx:
        card = WhyCard.model_validate_json(await desk.world.vault.open(tx, desk.consent_id, Kind.WHY_CARD))
        row = (await tx.scalars(select(IntakeDecision))).one()
    assert (card.outcome, card.rule_version, card.form_id) == ("review", row.rule_version, "issued")
    assert card.rule_version.startswith(POLICY.version)
    assert card.sentence_en.startswith("Part of the form could not be read")
    assert card.sentence_es.startswith("Una parte del formulario no se pudo leer")
    doubt = next(check for check in card.checks if check.name == "birth_date")
    assert (doubt.verdict, doubt.field, doubt.read, doubt.claimed) == (
        "unclear",
        "birth_date",
        "01/15/1983",
        "01/15/1988",
    )
    assert [check["check"] for check in row.checks] == [check.name for check in card.checks]
    assert (card.signed_on, card.starts_on) == (date(2026, 11, 14), None)


async def test_a_form_id_that_nobody_printed_sends_a_good_form_to_a_person(desk: Desk) -> None:
    stranger = FormCode(CODE.form, CODE.revision, CODE.language, CODE.organization_code, "ffff0000ffff0000")
    (event,) = await desk.decide(reading(code=stranger))
    assert isinstance(event, ConsentReviewNeeded)
    assert event.reasons == (ReasonCode.FORM_ID_UNKNOWN,)


async def test_a_doubtful_year_is_settled_by_the_day_on_which_the_form_was_printed(desk: Desk) -> None:
    (event,) = await desk.decide(with_fields(signed_on=comb_of_a_doubtful_year("11162026")))
    assert isinstance(event, ConsentApproved)


async def test_a_doubtful_year_on_a_form_that_was_printed_years_ago_is_a_persons(desk: Desk) -> None:
    async with desk.database.transaction() as tx:
        (await tx.scalars(select(PrintedForm))).one().printed_at = NOON - timedelta(days=800)
    (event,) = await desk.decide(with_fields(signed_on=comb_of_a_doubtful_year("11162026")))
    assert isinstance(event, ConsentReviewNeeded)
    assert event.reasons == (ReasonCode.ILLEGIBLE,)


async def test_a_prefilled_form_is_used_by_its_first_consent_and_doubtful_for_the_second(desk: Desk) -> None:
    (first,) = await desk.decide()
    desk.consent_id = await another_upload(desk, b"the same paper, scanned again")
    desk.document = b"the same paper, scanned again"
    (second,) = await desk.decide()
    assert isinstance(first, ConsentApproved)
    assert isinstance(second, ConsentReviewNeeded)
    assert second.reasons == (ReasonCode.FORM_ID_USED,)


async def test_the_same_paper_may_come_again_after_the_checks_turned_it_down(desk: Desk) -> None:
    await desk.decide(with_fields(signed_on=BLANK))
    desk.document = b"now dated"
    desk.consent_id = await another_upload(desk, desk.document)
    (event,) = await desk.decide()
    assert isinstance(event, ConsentApproved)


async def test_a_policy_on_trial_judges_along_and_decides_nothing(desk: Desk) -> None:
    strict = POLICY.signature.model_copy(update={"approve_chance": 1.0})
    desk.on_trial = POLICY.model_copy(update={"version": "2026-02.1", "signature": strict})
    (event,) = await desk.decide()
    assert isinstance(event, ConsentApproved)
    async with desk.database.reading() as tx:
        trial = (await tx.scalars(select(ShadowDecision))).one()
        row = (await tx.scalars(select(IntakeDecision))).one()
    assert (trial.live_outcome, trial.shadow_outcome) == ("approved", "review")
    assert trial.rule_version.startswith("2026-02.1+")
    assert [check["check"] for check in trial.checks] == ["signature"]
    assert row.rule_version.startswith(POLICY.version)


async def test_without_a_trial_nothing_is_written_about_one(desk: Desk) -> None:
    await desk.decide()
    async with desk.database.reading() as tx:
        assert (await tx.scalars(select(ShadowDecision))).all() == []


async def test_the_same_document_a_second_time_is_a_duplicate(desk: Desk) -> None:
    await desk.decide()
    desk.consent_id = await another_upload(desk, DOCUMENT)
    (event,) = await desk.decide()
    assert isinstance(event, ConsentRejected)
    assert event.reasons == (ReasonCode.DUPLICATE,)


async def test_a_consent_revoked_while_its_form_was_read_says_nothing(desk: Desk) -> None:
    read = await desk.read()
    async with desk.database.transaction() as tx:
        await consents.revoke(
            tx, desk.consent_id, by=RevokedBy.PARENT, actor=audit.SYSTEM, at=NOON, vault=desk.world.vault
        )
    async with desk.database.transaction() as tx:
        assert await decide_upload(desk.uploaded, read, tx, intake=desk.intake) == ()
        assert await grants.load(tx, desk.consent_id) is None
    assert await desk.read() is None
    assert await desk.decide() == ()


async def test_a_form_that_was_decided_is_not_decided_again(desk: Desk) -> None:
    await desk.decide()
    assert await desk.decide(reading(signature=EMPTY)) == ()
    assert await desk.status() == ConsentStatus.APPROVED


async def test_an_event_whose_document_is_another_opens_nothing(desk: Desk) -> None:
    forged = desk.uploaded.model_copy(update={"document_sha256": "0" * 64})
    reader = FixedReader(GOOD)
    with pytest.raises(CannotBeProcessed) as failure:
        await read_upload(forged, database=desk.database, vault=desk.world.vault, reader=reader)
    assert (failure.value.code, failure.value.parks_later_events) == (ReasonCode.DOCUMENT_CHANGED, False)
    assert reader.documents == []


async def test_a_stored_file_that_is_no_longer_the_uploaded_one_is_not_read(desk: Desk) -> None:
    async with desk.database.transaction() as tx:
        await desk.world.vault.seal(tx, desk.consent_id, Kind.DOCUMENT, b"another file")
    with pytest.raises(CannotBeProcessed) as failure:
        await desk.read()
    assert failure.value.code is ReasonCode.DOCUMENT_CHANGED


async def test_an_event_about_no_consent_does_not_hold_anybody_up(desk: Desk) -> None:
    stray = desk.uploaded.model_copy(update={"consent_id": uuid4()})
    with pytest.raises(CannotBeProcessed) as failure:
        await read_upload(stray, database=desk.database, vault=desk.world.vault, reader=FixedReader(GOOD))
    assert (failure.value.code, failure.value.parks_later_events) == (ReasonCode.CONSENT_UNKNOWN, False)


async def test_a_reviewers_yes_mints_the_grant_from_claim_and_form(desk: Desk) -> None:
    await desk.decide(with_fields(parent_name=NOT_WRITTEN))
    event = await reviewer_decides(desk, ReviewOutcome.APPROVED)
    (approved,) = await desk.review(event)
    assert isinstance(approved, ConsentApproved)
    assert await desk.status() == ConsentStatus.APPROVED
    async with desk.database.transaction() as tx:
        canonical = await desk.world.vault.open(tx, desk.consent_id, Kind.GRANT)
    grant = desk.world.verifier.check(canonical, grant_sha256=approved.grant_sha256, signature=approved.grant_signature)
    assert (grant.parent_name, grant.expires_on) == (CLAIM.parent_name, date(2027, 11, 14))
    assert await desk.review(event) == ()


async def reviewed_grant(desk: Desk, **days: date) -> ConsentGrant:
    await desk.decide(with_fields(parent_name=NOT_WRITTEN, signed_on=comb("1114226")))
    (approved,) = await desk.review(await reviewer_decides(desk, ReviewOutcome.APPROVED, **days))
    assert isinstance(approved, ConsentApproved)
    async with desk.database.transaction() as tx:
        canonical = await desk.world.vault.open(tx, desk.consent_id, Kind.GRANT)
    return desk.world.verifier.check(canonical, grant_sha256=approved.grant_sha256, signature=approved.grant_signature)


async def test_the_dates_that_a_reviewer_read_are_the_grants(desk: Desk) -> None:
    grant = await reviewed_grant(
        desk, signed_on=date(2026, 11, 10), starts_on=date(2026, 12, 1), expires_on=date(2027, 3, 31)
    )
    days = (grant.signed_on, grant.starts_on, grant.expires_on)
    assert days == (date(2026, 11, 10), date(2026, 12, 1), date(2027, 3, 31))


async def test_a_reviewers_date_of_signature_starts_the_forms_own_twelve_months(desk: Desk) -> None:
    grant = await reviewed_grant(desk, signed_on=date(2026, 11, 10))
    days = (grant.signed_on, grant.starts_on, grant.expires_on)
    assert days == (date(2026, 11, 10), date(2026, 11, 10), date(2027, 11, 10))


async def test_a_reviewers_last_day_counts_though_the_date_of_signature_is_unreadable(desk: Desk) -> None:
    grant = await reviewed_grant(desk, expires_on=date(2027, 1, 31))
    assert (grant.starts_on, grant.expires_on) == (NOON.date(), date(2027, 1, 31))


async def test_a_reviewers_first_day_counts_though_the_rest_is_unreadable(desk: Desk) -> None:
    grant = await reviewed_grant(desk, starts_on=date(2027, 1, 1))
    assert (grant.starts_on, grant.expires_on) == (date(2027, 1, 1), date(2027, 11, 16))


async def test_days_that_were_read_count_though_the_date_of_signature_is_unreadable(desk: Desk) -> None:
    days = {"starts_on": comb("12012026"), "expires_on": comb("01312027")}
    await desk.decide(with_fields(signed_on=comb("1114226"), **days))
    (approved,) = await desk.review(await reviewer_decides(desk, ReviewOutcome.APPROVED))
    assert isinstance(approved, ConsentApproved)
    async with desk.database.transaction() as tx:
        grant = ConsentGrant.model_validate_json(await desk.world.vault.open(tx, desk.consent_id, Kind.GRANT))
    assert (grant.starts_on, grant.expires_on) == (date(2026, 12, 1), date(2027, 1, 31))


async def test_an_entered_first_day_after_a_last_day_that_was_read_grants_nothing(desk: Desk) -> None:
    await desk.decide(with_fields(parent_name=NOT_WRITTEN, expires_on=comb("01312027")))
    (event,) = await desk.review(await reviewer_decides(desk, ReviewOutcome.APPROVED, starts_on=date(2027, 2, 1)))
    assert isinstance(event, ConsentRejected)
    assert event.reasons == (ReasonCode.PERIOD_INVALID,)


IMPOSSIBLE_DAYS = {
    "signed after the upload": {"signed_on": NOON.date() + timedelta(days=1)},
    "ends before it starts": {"starts_on": date(2027, 2, 1), "expires_on": date(2027, 1, 1)},
    "longer than the longest": {"starts_on": date(2026, 11, 20), "expires_on": date(2027, 11, 21)},
}


@pytest.mark.parametrize("name", IMPOSSIBLE_DAYS)
async def test_dates_that_no_consent_can_have_are_refused_here_too(desk: Desk, name: str) -> None:
    await desk.decide(with_fields(parent_name=NOT_WRITTEN))
    assert await refused(desk, await reviewer_decides(desk, ReviewOutcome.APPROVED, **IMPOSSIBLE_DAYS[name]))


async def test_a_consent_that_ended_since_the_reviewer_looked_is_rejected_as_expired(desk: Desk) -> None:
    await desk.decide(with_fields(parent_name=NOT_WRITTEN))
    days = {"starts_on": NOON.date() - timedelta(days=9), "expires_on": NOON.date() - timedelta(days=1)}
    (event,) = await desk.review(await reviewer_decides(desk, ReviewOutcome.APPROVED, **days))
    assert isinstance(event, ConsentRejected)
    assert event.reasons == (ReasonCode.EXPIRED,)


async def test_dates_that_the_register_does_not_bear_out_are_refused(desk: Desk) -> None:
    await desk.decide(with_fields(parent_name=NOT_WRITTEN))
    real = await reviewer_decides(desk, ReviewOutcome.APPROVED, expires_on=date(2026, 12, 31))
    assert await refused(desk, real.model_copy(update={"expires_on": date(2027, 10, 31)}))


async def test_a_reviewers_no_rejects_with_the_reviewers_reasons(desk: Desk) -> None:
    await desk.decide(with_fields(parent_name=NOT_WRITTEN))
    (event,) = await desk.review(await reviewer_decides(desk, ReviewOutcome.REJECTED, ReasonCode.NAME_MISMATCH))
    assert isinstance(event, ConsentRejected)
    assert event.reasons == (ReasonCode.REVIEWER_REJECTED, ReasonCode.NAME_MISMATCH)


async def refused(desk: Desk, event: ConsentReviewed) -> bool:
    with pytest.raises(CannotBeProcessed) as failure:
        await desk.review(event)
    return not failure.value.parks_later_events and await desk.status() == ConsentStatus.IN_REVIEW


async def test_a_review_that_the_register_does_not_know_is_refused(desk: Desk) -> None:
    await desk.decide(with_fields(parent_name=NOT_WRITTEN))
    real = await reviewer_decides(desk, ReviewOutcome.REJECTED)
    assert await refused(desk, real.model_copy(update={"review_id": uuid4()}))
    assert await refused(desk, real.model_copy(update={"outcome": ReviewOutcome.APPROVED}))
    assert await refused(desk, real.model_copy(update={"reviewer_id": uuid4()}))


async def test_only_an_active_reviewer_who_is_not_the_uploader_can_review(desk: Desk) -> None:
    await desk.decide(with_fields(parent_name=NOT_WRITTEN))
    event = await reviewer_decides(desk, ReviewOutcome.APPROVED, role=PersonRole.ORGANIZATION_STAFF)
    assert await refused(desk, event)
    async with desk.database.transaction() as tx:
        review = await tx.get_one(Review, event.review_id)
        gone = await a_person(tx, None, role=PersonRole.REVIEWER, status=PersonStatus.DEACTIVATED)
        review.reviewer_id = gone.id
    assert await refused(desk, event.model_copy(update={"reviewer_id": gone.id}))
    async with desk.database.transaction() as tx:
        review = await tx.get_one(Review, event.review_id)
        own = await a_person(tx, None, role=PersonRole.REVIEWER)
        review.reviewer_id = own.id
        (await consents.get(tx, desk.consent_id)).uploaded_by = own.id
    assert await refused(desk, event.model_copy(update={"reviewer_id": own.id}))
