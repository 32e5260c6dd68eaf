"""Decide uploaded forms, and carry out what reviewers decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from pydantic import ValidationError

from consent_intake.rules.consent_decision import RULE_VERSION, Decision, Outcome, Uploader, decide
from consent_intake.rules.form_reading import FormReading, ReadForm
from consent_intake.rules.period_checks import Period, period_for_reviewed, period_of
from schemas.consent_events import (
    ConsentApproved,
    ConsentRejected,
    ConsentReviewed,
    ConsentReviewNeeded,
    ConsentUploaded,
    ReviewOutcome,
)
from schemas.consent_records import ConsentClaim, ConsentGrant
from schemas.event import Event
from schemas.reason_codes import ReasonCode
from schemas.values import Language, sha256_of
from services.consent_form.layout import FORM_REVISION
from services.register import consents, grants
from services.register.database import Database, Transaction
from services.register.states import ConsentStatus, PersonRole, PersonStatus
from services.register.tables import Consent, IntakeDecision, Organization, Person, Review
from services.runtime.clock import Clock, legal_day
from services.runtime.failures import CannotBeProcessed
from services.vault.vault import Kind, ObjectDamaged, ObjectMissing, Vault


class FormReader(Protocol):
    """Turns a file into a reading."""

    async def read(self, document: bytes) -> ReadForm:
        """Return what the file holds."""


class Signer(Protocol):
    """Signs grants."""

    def mint(self, grant: ConsentGrant) -> grants.MintedGrant:
        """Return the signed grant."""


@dataclass(frozen=True)
class Intake:
    """What both consumers need."""

    vault: Vault
    signer: Signer
    clock: Clock
    max_months: int = 12


async def read_upload(
    event: ConsentUploaded, *, database: Database, vault: Vault, reader: FormReader
) -> ReadForm | None:
    """Open and read an uploaded file; None when nobody waits for it any more (it was revoked, or is decided).

    Raises:
        CannotBeProcessed: the event or the stored file is not what was uploaded.
        TemporarilyUnavailable: what reads files is away.
    """
    async with database.reading() as tx:
        consent = await _consent_of(tx, event)
        if consent.status != ConsentStatus.UPLOADED:
            return None
        try:
            document = await vault.open(tx, event.consent_id, Kind.DOCUMENT)
        except ObjectMissing:  # revoked a moment ago, or lost: decided under the lock
            return None
        except ObjectDamaged:
            raise CannotBeProcessed(ReasonCode.DOCUMENT_CHANGED) from None
    if sha256_of(document) != event.document_sha256:
        raise CannotBeProcessed(ReasonCode.DOCUMENT_CHANGED)
    return await reader.read(document)


async def decide_upload(
    event: ConsentUploaded, read: ReadForm | None, tx: Transaction, *, intake: Intake
) -> Sequence[Event]:
    """Judge what was read, write down why, and say so."""
    consent = await consents.lock(tx, event.consent_id)
    if consent.status != ConsentStatus.UPLOADED:
        return ()
    if read is None:
        raise CannotBeProcessed(ReasonCode.FILE_MISSING)
    claim = await _claim_of(intake.vault, tx, consent)
    organization = await tx.get_one(Organization, consent.organization_id)
    earlier = await consents.same_document(tx, consent.organization_id, consent.document_sha256)
    decision = decide(
        read.reading,
        claim,
        Uploader(organization.form_code, organization.name),
        today=legal_day(intake.clock()),
        duplicate=earlier is not None and earlier.id != consent.id,
        max_months=intake.max_months,
    )
    await _keep(read, decision, consent, tx, intake)
    return await _carry_out(decision, read.reading, claim, consent, tx, intake)


async def decide_reviewed(
    event: ConsentReviewed, _preparation: None, tx: Transaction, *, intake: Intake
) -> Sequence[Event]:
    """Carry out a reviewer's decision: a grant, or a rejection with the reviewer's reasons."""
    try:
        consent = await consents.lock(tx, event.consent_id)
    except consents.ConsentUnknown:
        raise CannotBeProcessed(ReasonCode.CONSENT_UNKNOWN, parks_later_events=False) from None
    await _require_review(event, consent, tx)
    if consent.status != ConsentStatus.IN_REVIEW:
        return ()
    if event.outcome is ReviewOutcome.REJECTED:
        others = tuple(reason for reason in event.reasons if reason is not ReasonCode.REVIEWER_REJECTED)
        return await _reject(consent, (ReasonCode.REVIEWER_REJECTED, *others), tx, intake)
    claim = await _claim_of(intake.vault, tx, consent)
    reading = await _reading_of(intake.vault, tx, consent.id)
    today = legal_day(intake.clock())
    uploaded_on = legal_day(consent.uploaded_at)
    period = period_for_reviewed(reading, today=today, uploaded_on=uploaded_on, max_months=intake.max_months)
    if period.expires_on < today:
        return await _reject(consent, (ReasonCode.EXPIRED,), tx, intake)
    return await _approve(reading, claim, period, consent, tx, intake)


async def _carry_out(
    decision: Decision, reading: FormReading, claim: ConsentClaim, consent: Consent, tx: Transaction, intake: Intake
) -> Sequence[Event]:
    match decision.outcome:
        case Outcome.APPROVED:
            period = period_of(reading, legal_day(intake.clock()))
            if period is None:  # decide() approves no form without one
                raise CannotBeProcessed(ReasonCode.UNCLASSIFIED)
            return await _approve(reading, claim, period, consent, tx, intake)
        case Outcome.REJECTED:
            return await _reject(consent, decision.reasons, tx, intake)
        case Outcome.REVIEW:
            await consents.move(tx, consent, ConsentStatus.IN_REVIEW, at=intake.clock(), reasons=decision.reasons)
            needed = ConsentReviewNeeded(
                consent_id=consent.id, organization_id=consent.organization_id, reasons=decision.reasons
            )
            return (needed,)


async def _approve(
    reading: FormReading, claim: ConsentClaim, period: Period, consent: Consent, tx: Transaction, intake: Intake
) -> Sequence[Event]:
    now = intake.clock()
    minted = intake.signer.mint(_grant(reading, claim, period, consent))
    if not await consents.move(tx, consent, ConsentStatus.APPROVED, at=now):
        return ()
    await intake.vault.seal(tx, consent.id, Kind.GRANT, minted.canonical)
    await grants.store(tx, minted, consent_id=consent.id, at=now)
    approved = ConsentApproved(
        consent_id=consent.id,
        organization_id=consent.organization_id,
        party=claim.party,
        grant_sha256=minted.grant_sha256,
        grant_signature=minted.signature,
    )
    return (approved,)


async def _reject(
    consent: Consent, reasons: tuple[ReasonCode, ...], tx: Transaction, intake: Intake
) -> Sequence[Event]:
    if not await consents.move(tx, consent, ConsentStatus.REJECTED, at=intake.clock(), reasons=reasons):
        return ()
    return (ConsentRejected(consent_id=consent.id, organization_id=consent.organization_id, reasons=reasons),)


def _grant(reading: FormReading, claim: ConsentClaim, period: Period, consent: Consent) -> ConsentGrant:
    return ConsentGrant(
        consent_id=consent.id,
        organization_id=consent.organization_id,
        document_sha256=consent.document_sha256,
        parent_name=claim.parent_name,
        birth_date=claim.birth_date,
        case_identifier=claim.case_identifier,
        party=claim.party,
        form_revision=reading.code.revision if reading.code else FORM_REVISION,
        form_language=reading.code.language if reading.code else Language.ENGLISH,
        signed_on=period.signed_on,
        starts_on=period.starts_on,
        expires_on=period.expires_on,
    )


async def _keep(read: ReadForm, decision: Decision, consent: Consent, tx: Transaction, intake: Intake) -> None:
    """Seal what was read and seen; write scores and codes, and no value, into the register."""
    await intake.vault.seal(tx, consent.id, Kind.READING, read.reading.model_dump_json().encode())
    if read.picture is not None:
        await intake.vault.seal(tx, consent.id, Kind.REVIEW_IMAGE, read.picture)
    row = IntakeDecision(
        consent_id=consent.id,
        outcome=decision.outcome.value,
        rule_version=RULE_VERSION,
        checks=[check.record() for check in decision.checks],
        at=intake.clock(),
    )
    tx.add(row)
    await tx.flush()


async def _consent_of(tx: Transaction, event: ConsentUploaded) -> Consent:
    """Return the event's consent; an event that the register does not bear out proves nothing about a consent."""
    try:
        consent = await consents.get(tx, event.consent_id)
    except consents.ConsentUnknown:
        raise CannotBeProcessed(ReasonCode.CONSENT_UNKNOWN, parks_later_events=False) from None
    if (consent.organization_id, consent.document_sha256) != (event.organization_id, event.document_sha256):
        raise CannotBeProcessed(ReasonCode.DOCUMENT_CHANGED, parks_later_events=False)
    return consent


async def _require_review(event: ConsentReviewed, consent: Consent, tx: Transaction) -> None:
    """Refuse an event without a reviewer's decision behind it in the register, and anybody's review of their own."""
    review = await tx.get(Review, event.review_id)
    reviewer = await tx.get(Person, event.reviewer_id)
    borne_out = (
        review is not None
        and (review.consent_id, review.reviewer_id) == (event.consent_id, event.reviewer_id)
        and (review.outcome, tuple(review.reasons)) == (event.outcome, tuple(event.reasons))
        and reviewer is not None
        and (reviewer.role, reviewer.status) == (PersonRole.REVIEWER, PersonStatus.ACTIVE)
        and event.reviewer_id != consent.uploaded_by
    )
    if not borne_out:
        raise CannotBeProcessed(ReasonCode.EVENT_MALFORMED, parks_later_events=False)


async def _claim_of(vault: Vault, tx: Transaction, consent: Consent) -> ConsentClaim:
    try:
        claim = ConsentClaim.model_validate_json(await _open(vault, tx, consent.id, Kind.CLAIM))
    except ValidationError:
        raise CannotBeProcessed(ReasonCode.EVENT_MALFORMED) from None  # the error's text quotes the input
    if claim.party != consent.party:
        raise CannotBeProcessed(ReasonCode.DOCUMENT_CHANGED)
    return claim


async def _reading_of(vault: Vault, tx: Transaction, consent_id: UUID) -> FormReading:
    try:
        return FormReading.model_validate_json(await _open(vault, tx, consent_id, Kind.READING))
    except ValidationError:
        raise CannotBeProcessed(ReasonCode.EVENT_MALFORMED) from None


async def _open(vault: Vault, tx: Transaction, consent_id: UUID, kind: Kind) -> bytes:
    try:
        return await vault.open(tx, consent_id, kind)
    except ObjectMissing:
        raise CannotBeProcessed(ReasonCode.FILE_MISSING) from None
    except ObjectDamaged:
        raise CannotBeProcessed(ReasonCode.DOCUMENT_CHANGED) from None
