"""The stage against a real register; only the reader is made up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from consent_intake.rules.form_reading import FormReading, ReadForm, SignatureInk
from consent_intake.stage import Intake, decide_reviewed, decide_upload, read_upload
from schemas.consent_events import (
    ConsentApproved,
    ConsentRejected,
    ConsentReviewed,
    ConsentReviewNeeded,
    ConsentUploaded,
    ReviewOutcome,
    RevokedBy,
)
from schemas.event import Event
from schemas.reason_codes import ReasonCode
from services.register import audit, consents, grants
from services.register.database import Database
from services.register.states import ConsentStatus, PersonRole, PersonStatus
from services.register.tables import IntakeDecision, Organization, Review
from services.runtime.failures import CannotBeProcessed
from services.vault.vault import Kind, ObjectMissing
from tests.support.form_readings import BLANK, CLAIM, GOOD, FixedReader, reading, with_fields
from tests.support.register_builders import NOON, GateWorld, a_consent, a_person, an_organization

DOCUMENT = b"a scanned form"


@dataclass
class Desk:
    """One uploaded consent and what the stage needs to decide it."""

    database: Database
    world: GateWorld
    consent_id: UUID
    organization_id: UUID
    uploader_id: UUID

    @property
    def intake(self) -> Intake:
        return Intake(vault=self.world.vault, signer=self.world.signer, clock=self.world.clock)

    @property
    def uploaded(self) -> ConsentUploaded:
        return ConsentUploaded(
            consent_id=self.consent_id,
            organization_id=self.organization_id,
            document_sha256=sha256(DOCUMENT).hexdigest(),
            media_type="application/pdf",
        )

    async def read(self, form: FormReading = GOOD) -> ReadForm | None:
        reader = FixedReader(form)
        return await read_upload(self.uploaded, database=self.database, vault=self.world.vault, reader=reader)

    async def decide(self, form: FormReading = GOOD) -> Sequence[Event]:
        read = await self.read(form)
        async with self.database.transaction() as tx:
            return await decide_upload(self.uploaded, read, tx, intake=self.intake)

    async def review(self, event: ConsentReviewed) -> Sequence[Event]:
        async with self.database.transaction() as tx:
            return await decide_reviewed(event, None, tx, intake=self.intake)

    async def status(self) -> str:
        async with self.database.reading() as tx:
            return (await consents.get(tx, self.consent_id)).status


@pytest.fixture
async def desk(sqlite_register: Database) -> Desk:
    world = GateWorld()
    async with sqlite_register.transaction() as tx:
        organization = await an_organization(tx)
        organization.form_code = "BFF"
        organization.name = "Bronx Family Forward"
        uploader = await a_person(tx, organization)
        consent = await a_consent(tx, organization, uploader, document=DOCUMENT)
        await world.vault.seal(tx, consent.id, Kind.DOCUMENT, DOCUMENT)
        await world.vault.seal(tx, consent.id, Kind.CLAIM, CLAIM.model_dump_json().encode())
    return Desk(sqlite_register, world, consent.id, organization.id, uploader.id)


async def reviewer_decides(
    desk: Desk, outcome: ReviewOutcome, *reasons: ReasonCode, role: PersonRole = PersonRole.REVIEWER
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
        )
        tx.add(review)
    return ConsentReviewed(
        consent_id=desk.consent_id, review_id=review.id, reviewer_id=reviewer.id, outcome=outcome, reasons=reasons
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
    (event,) = await desk.decide(reading(signature=SignatureInk()))
    assert isinstance(event, ConsentRejected)
    assert event.reasons == (ReasonCode.MISSING_SIGNATURE,)
    assert await desk.status() == ConsentStatus.REJECTED
    async with desk.database.transaction() as tx:
        assert await grants.load(tx, desk.consent_id) is None
        with pytest.raises(ObjectMissing):
            await desk.world.vault.open(tx, desk.consent_id, Kind.GRANT)


async def test_an_uncertain_form_waits_for_a_person_who_sees_what_was_read(desk: Desk) -> None:
    (event,) = await desk.decide(with_fields(parent_name=BLANK))
    assert isinstance(event, ConsentReviewNeeded)
    assert await desk.status() == ConsentStatus.IN_REVIEW
    async with desk.database.transaction() as tx:
        assert await desk.world.vault.open(tx, desk.consent_id, Kind.REVIEW_IMAGE) == b"a picture"
        sealed = await desk.world.vault.open(tx, desk.consent_id, Kind.READING)
    assert FormReading.model_validate_json(sealed) == with_fields(parent_name=BLANK)


async def test_the_register_keeps_checks_and_no_value_of_the_form(desk: Desk) -> None:
    await desk.decide()
    async with desk.database.reading() as tx:
        row = (await tx.scalars(select(IntakeDecision))).one()
    assert row.outcome == "approved"
    assert {check["check"] for check in row.checks} >= {"signature", "birth_date", "case_identifier", "role", "period"}
    for value in ("Perez", "Pérez", "1988", "AB12345C1"):
        assert value not in repr(row.checks)


async def test_the_same_document_a_second_time_is_a_duplicate(desk: Desk) -> None:
    await desk.decide()
    async with desk.database.transaction() as tx:
        organization = await tx.get_one(Organization, desk.organization_id)
        uploader = await a_person(tx, organization)
        again = await a_consent(tx, organization, uploader, document=DOCUMENT, at=NOON + timedelta(minutes=1))
        await desk.world.vault.seal(tx, again.id, Kind.DOCUMENT, DOCUMENT)
        await desk.world.vault.seal(tx, again.id, Kind.CLAIM, CLAIM.model_dump_json().encode())
    desk.consent_id = again.id
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
    assert await desk.decide(reading(signature=SignatureInk())) == ()
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
    await desk.decide(with_fields(parent_name=BLANK))
    event = await reviewer_decides(desk, ReviewOutcome.APPROVED)
    (approved,) = await desk.review(event)
    assert isinstance(approved, ConsentApproved)
    assert await desk.status() == ConsentStatus.APPROVED
    async with desk.database.transaction() as tx:
        canonical = await desk.world.vault.open(tx, desk.consent_id, Kind.GRANT)
    grant = desk.world.verifier.check(canonical, grant_sha256=approved.grant_sha256, signature=approved.grant_signature)
    assert (grant.parent_name, grant.expires_on) == (CLAIM.parent_name, date(2027, 11, 14))
    assert await desk.review(event) == ()


async def test_a_reviewers_no_rejects_with_the_reviewers_reasons(desk: Desk) -> None:
    await desk.decide(with_fields(parent_name=BLANK))
    (event,) = await desk.review(await reviewer_decides(desk, ReviewOutcome.REJECTED, ReasonCode.NAME_MISMATCH))
    assert isinstance(event, ConsentRejected)
    assert event.reasons == (ReasonCode.REVIEWER_REJECTED, ReasonCode.NAME_MISMATCH)


async def refused(desk: Desk, event: ConsentReviewed) -> bool:
    with pytest.raises(CannotBeProcessed) as failure:
        await desk.review(event)
    return not failure.value.parks_later_events and await desk.status() == ConsentStatus.IN_REVIEW


async def test_a_review_that_the_register_does_not_know_is_refused(desk: Desk) -> None:
    await desk.decide(with_fields(parent_name=BLANK))
    real = await reviewer_decides(desk, ReviewOutcome.REJECTED)
    assert await refused(desk, real.model_copy(update={"review_id": uuid4()}))
    assert await refused(desk, real.model_copy(update={"outcome": ReviewOutcome.APPROVED}))
    assert await refused(desk, real.model_copy(update={"reviewer_id": uuid4()}))


async def test_only_an_active_reviewer_who_is_not_the_uploader_can_review(desk: Desk) -> None:
    await desk.decide(with_fields(parent_name=BLANK))
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
