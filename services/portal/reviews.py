"""A reviewer's decision about a form that consent_intake was unsure of: once, and never about an own upload."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from uuid import UUID, uuid4

from pydantic import JsonValue
from sqlalchemy import select

from schemas.consent_events import ConsentReviewed, ReviewOutcome
from schemas.reason_codes import ReasonCode
from schemas.topics import Writer
from services.consent_form.entered_dates import DateMistake, EnteredDates, mistake_in
from services.portal.context import PortalContext
from services.register import audit, consents
from services.register.database import Transaction
from services.register.states import ConsentStatus, PersonRole
from services.register.tables import Consent, IntakeDecision, Person, Review
from services.runtime import outgoing
from services.runtime.clock import legal_day

REJECTION_LABELS: Mapping[ReasonCode, str] = {
    ReasonCode.MISSING_SIGNATURE: "There is no signature",
    ReasonCode.SIGNATURE_UNCLEAR: "The signature box holds something that is not a signature",
    ReasonCode.SIGNED_AS_WITNESS: "Only the box of the witness is signed",
    ReasonCode.MISSING_DATE: "The date of signature is missing",
    ReasonCode.DATE_FUTURE: "The date of signature is in the future",
    ReasonCode.PERIOD_INVALID: "The period is missing or makes no sense",
    ReasonCode.EXPIRED: "The consent has expired",
    ReasonCode.NAME_MISMATCH: "The name differs from what the uploader typed",
    ReasonCode.BIRTH_DATE_MISMATCH: "The date of birth differs",
    ReasonCode.CASE_ID_MISMATCH: "The Case Identifier differs",
    ReasonCode.ROLE_AMBIGUOUS: "No role is marked, or both are",
    ReasonCode.ROLE_MISMATCH: "The role differs",
    ReasonCode.ORG_MISMATCH: "The form names another organization",
    ReasonCode.FORM_ID_USED: "This printed form came with another request before",
    ReasonCode.ILLEGIBLE: "The form can't be read",
    ReasonCode.WRONG_FORM: "This is another document",
    ReasonCode.FORM_RETIRED: "This edition of the form is no longer accepted",
    ReasonCode.REVIEWER_REJECTED: "Another reason: the agency will call the organization",
}
"""Reasons a reviewer can give, in the order of the form, with the words on the check boxes."""


class AlreadyDecided(Exception):
    """Somebody decided before, or the form waits for no reviewer any more."""


class NotYoursToDecide(Exception):
    """The reviewer uploaded this form, or belongs to the organization that did."""


class ReasonsDoNotFit(Exception):
    """A rejection without a reason, an approval with one, or a reason that is not a reviewer's."""


class DatesDoNotFit(Exception):
    """The dates that the reviewer entered can't be those of a consent."""

    def __init__(self, mistake: DateMistake) -> None:
        super().__init__(mistake.value)
        self.mistake = mistake


NO_DATES = EnteredDates()
"""The machine's reading stands."""


def may_review(reviewer: Person, consent: Consent) -> bool:
    """Tell whether this person may see and decide this consent in review."""
    return (
        reviewer.role == PersonRole.REVIEWER
        and reviewer.id != consent.uploaded_by
        and reviewer.organization_id != consent.organization_id
    )


async def waiting(tx: Transaction, reviewer: Person) -> list[Consent]:
    """Return the consents in review that nobody has decided and this reviewer may, the longest-waiting first."""
    decided = set(await tx.scalars(select(Review.consent_id)))
    found = [
        consent
        for consent in await consents.in_review(tx)
        if consent.id not in decided and may_review(reviewer, consent)
    ]
    return sorted(found, key=lambda consent: consent.status_since)


async def undecided(tx: Transaction, reviewer: Person, consent_id: UUID) -> Consent:
    """Return one consent that waits for a decision, its row locked until the transaction ends.

    Raises:
        ConsentUnknown: no such consent.
        NotYoursToDecide: see ``may_review``.
        AlreadyDecided: a decision was made, or it is not in review.
    """
    consent = await consents.lock(tx, consent_id)
    if not may_review(reviewer, consent):
        raise NotYoursToDecide
    found = await tx.scalar(select(Review.id).where(Review.consent_id == consent_id))
    if found is not None or consent.status != ConsentStatus.IN_REVIEW:
        raise AlreadyDecided
    return consent


async def latest_decision(tx: Transaction, consent_id: UUID) -> IntakeDecision | None:
    """Return what consent_intake last made of the form."""
    newest_first = IntakeDecision.id.desc()
    query = select(IntakeDecision).where(IntakeDecision.consent_id == consent_id).order_by(newest_first).limit(1)
    return await tx.scalar(query)


async def decide(
    context: PortalContext,
    *,
    reviewer: Person,
    consent_id: UUID,
    outcome: ReviewOutcome,
    reasons: Sequence[ReasonCode],
    dates: EnteredDates = NO_DATES,
) -> UUID:
    """Record the decision and announce it; consent_intake acts on it. Returns the review's id.

    Raises:
        ReasonsDoNotFit, DatesDoNotFit, ConsentUnknown, NotYoursToDecide, AlreadyDecided: nothing was recorded.
    """
    _require_reasons(outcome, reasons)
    async with context.database.transaction() as tx:
        consent = await undecided(tx, reviewer, consent_id)
        _require_sound_dates(context, consent, outcome, dates)
        review_id, at = uuid4(), context.clock()
        codes = [reason.value for reason in reasons]
        made = {"reviewer_id": reviewer.id, "outcome": outcome, "consent_id": consent.id, **asdict(dates)}
        tx.add(Review(id=review_id, reasons=codes, at=at, **made))
        reviewed = ConsentReviewed(review_id=review_id, reasons=tuple(reasons), **made)
        await outgoing.queue(tx, writer=Writer.PORTAL, parent=review_id, events=[reviewed], at=at)
        told: list[JsonValue] = [*codes]
        detail: dict[str, JsonValue] = {"review_id": str(review_id), "outcome": outcome.value, "reasons": told}
        actor = audit.person_actor(reviewer.id)
        await audit.record(tx, act="consent.reviewed", actor=actor, at=at, consent_id=consent.id, detail=detail)
    context.relay.nudge()
    return review_id


def _require_reasons(outcome: ReviewOutcome, reasons: Sequence[ReasonCode]) -> None:
    if bool(reasons) != (outcome is ReviewOutcome.REJECTED) or not set(reasons) <= set(REJECTION_LABELS):
        raise ReasonsDoNotFit


def _require_sound_dates(context: PortalContext, consent: Consent, outcome: ReviewOutcome, dates: EnteredDates) -> None:
    """Refuse what consent_intake would refuse; only an approval carries dates."""
    if dates != NO_DATES and outcome is not ReviewOutcome.APPROVED:
        raise ReasonsDoNotFit
    mistake = mistake_in(
        dates,
        uploaded_on=legal_day(consent.uploaded_at),
        today=legal_day(context.clock()),
        max_months=context.settings.consent_max_months,
    )
    if mistake is not None:
        raise DatesDoNotFit(mistake)
