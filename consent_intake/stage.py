"""Decide uploaded forms, and carry out what reviewers decided."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from consent_intake.form_records import RecordUnreadable, claim_of, keep_decision, keep_trial, printed_on, reading_of
from consent_intake.rules.consent_decision import Decision, Outcome, Uploader, rule_version
from consent_intake.rules.form_case import FormCase
from consent_intake.rules.form_id_checks import FormIdStatus
from consent_intake.rules.form_reading import FormReading, ReadForm
from consent_intake.rules.granting import granted
from consent_intake.rules.period_checks import Period
from consent_intake.rules.policy import Policy
from consent_intake.rules.reviewed_period import reviewed_period
from consent_intake.rules.why_cards import why_card
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
from schemas.values import sha256_of
from services.consent_form.entered_dates import DateMistake, EnteredDates, mistake_in
from services.register import consents, grants, printed_forms
from services.register.database import Database, Transaction
from services.register.states import ConsentStatus, PersonRole, PersonStatus
from services.register.tables import Consent, Organization, Person, Review
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
    """What both consumers need.

    Attributes:
        vault: what is read from a form is sealed there.
        signer: signs grants.
        clock: says when.
        policy: every threshold in force.
        on_trial: a policy that judges along and decides nothing; None when there is no trial.
        max_months: the longest consent.
    """

    vault: Vault
    signer: Signer
    clock: Clock
    policy: Policy
    on_trial: Policy | None = None
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
    case = await _case_of(read.reading, consent, tx, intake)
    decision = case.judged_by(intake.policy)
    card = why_card(decision, case, intake.policy)
    await keep_decision(read, decision, card, tx, vault=intake.vault, consent_id=consent.id, at=intake.clock())
    if intake.on_trial is not None:
        trial = case.judged_by(intake.on_trial)
        keep_trial(decision, trial, rule_version(intake.on_trial), tx, consent_id=consent.id, at=intake.clock())
    if case.reading.code is not None:
        await printed_forms.mark_used(tx, case.reading.code.serial, consent_id=consent.id, at=intake.clock())
    return await _carry_out(decision, case, consent, tx, intake)


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
    with _refusals():
        claim = await _claim_of(intake.vault, tx, consent)
        reading = await reading_of(intake.vault, tx, consent.id)
    period = _reviewed_period(event, reading, consent, intake)
    if period.expires_on < legal_day(intake.clock()):
        return await _reject(consent, (ReasonCode.EXPIRED,), tx, intake)
    if period.expires_on < period.starts_on:  # an entered first day after a last day that was read
        return await _reject(consent, (ReasonCode.PERIOD_INVALID,), tx, intake)
    return await _approve(reading, claim, period, consent, tx, intake)


def _reviewed_period(event: ConsentReviewed, reading: FormReading, consent: Consent, intake: Intake) -> Period:
    """Return the dates that the reviewer entered, and for the others what was read; checked here once more."""
    today, uploaded_on = legal_day(intake.clock()), legal_day(consent.uploaded_at)
    dates = EnteredDates(event.signed_on, event.starts_on, event.expires_on)
    mistake = mistake_in(dates, uploaded_on=uploaded_on, today=today, max_months=intake.max_months)
    if mistake not in {None, DateMistake.ENDED}:  # it may have ended since: the form is rejected with that reason
        raise CannotBeProcessed(ReasonCode.EVENT_MALFORMED, parks_later_events=False)
    return reviewed_period(
        reading,
        dates,
        today=today,
        uploaded_on=uploaded_on,
        max_months=intake.max_months,
        thresholds=intake.policy.claims,
    )


async def _case_of(reading: FormReading, consent: Consent, tx: Transaction, intake: Intake) -> FormCase:
    with _refusals():
        claim = await _claim_of(intake.vault, tx, consent)
    organization = await tx.get_one(Organization, consent.organization_id)
    earlier = await consents.same_document(tx, consent.organization_id, consent.document_sha256)
    return FormCase(
        reading=reading,
        claim=claim,
        uploader=Uploader(organization.form_code, organization.name),
        form_id=await _form_id(reading, consent, tx),
        today=legal_day(intake.clock()),
        duplicate=earlier is not None and earlier.id != consent.id,
        max_months=intake.max_months,
        printed_on=await printed_on(reading, tx),
    )


async def _form_id(reading: FormReading, consent: Consent, tx: Transaction) -> FormIdStatus:
    if reading.code is None:
        return FormIdStatus.UNKNOWN
    status = await printed_forms.status_of(
        tx,
        reading.code.serial,
        organization_id=consent.organization_id,
        claim_index=consent.claim_index,
        consent_id=consent.id,
    )
    return FormIdStatus(status)


async def _carry_out(
    decision: Decision, form: FormCase, consent: Consent, tx: Transaction, intake: Intake
) -> Sequence[Event]:
    match decision.outcome:
        case Outcome.APPROVED if decision.period is not None:
            return await _approve(form.reading, form.claim, decision.period, consent, tx, intake)
        case Outcome.APPROVED:  # decide() approves no form without one
            raise CannotBeProcessed(ReasonCode.UNCLASSIFIED)
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
    grant = granted(
        claim,
        period,
        reading.code,
        consent_id=consent.id,
        organization_id=consent.organization_id,
        document_sha256=consent.document_sha256,
    )
    minted = intake.signer.mint(grant)
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
        and all(getattr(review, day) == getattr(event, day) for day in ("signed_on", "starts_on", "expires_on"))
        and reviewer is not None
        and (reviewer.role, reviewer.status) == (PersonRole.REVIEWER, PersonStatus.ACTIVE)
        and event.reviewer_id != consent.uploaded_by
    )
    if not borne_out:
        raise CannotBeProcessed(ReasonCode.EVENT_MALFORMED, parks_later_events=False)


async def _claim_of(vault: Vault, tx: Transaction, consent: Consent) -> ConsentClaim:
    claim = await claim_of(vault, tx, consent.id)
    if claim.party != consent.party:
        raise CannotBeProcessed(ReasonCode.DOCUMENT_CHANGED)
    return claim


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what can be wrong with a sealed record into what the runtime knows."""
    try:
        yield
    except ObjectMissing:
        raise CannotBeProcessed(ReasonCode.FILE_MISSING) from None
    except ObjectDamaged:
        raise CannotBeProcessed(ReasonCode.DOCUMENT_CHANGED) from None
    except RecordUnreadable:
        raise CannotBeProcessed(ReasonCode.EVENT_MALFORMED) from None
