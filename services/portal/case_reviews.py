"""A reviewer's decision about a case whose record can't be shown as it is: read it again, or make no page.

The reviewer sees which consent it is, and by code why it waits. The record itself stays with the agency: what is wrong
with it is looked up and mended there.
"""

from datetime import datetime
from uuid import UUID, uuid4

from pydantic import JsonValue

from schemas.case_events import CaseReviewed, CaseReviewOutcome
from schemas.reason_codes import ReasonCode
from schemas.topics import Writer
from services.portal.context import PortalContext
from services.portal.reviews import AlreadyDecided, NotYoursToDecide, may_review
from services.register import audit, consents
from services.register.database import Transaction
from services.register.states import ConsentStatus
from services.register.tables import Consent, Person
from services.runtime import outgoing


async def waiting_cases(tx: Transaction, reviewer: Person) -> list[Consent]:
    """Return the consents in case review that this reviewer may settle, the longest-waiting first."""
    return [consent for consent in await consents.cases_in_review(tx) if may_review(reviewer, consent)]


async def settle(context: PortalContext, *, reviewer: Person, consent_id: UUID, outcome: CaseReviewOutcome) -> UUID:
    """Record the decision, move the consent, and announce it; case_fetcher acts on it. Returns the review's id.

    Raises:
        ConsentUnknown, NotYoursToDecide, AlreadyDecided: nothing was recorded.
    """
    async with context.database.transaction() as tx:
        consent = await consents.lock(tx, consent_id)
        if not may_review(reviewer, consent):
            raise NotYoursToDecide
        if consent.status is not ConsentStatus.CASE_REVIEW:
            raise AlreadyDecided
        review_id, at, reasons = uuid4(), context.clock(), list(consent.reasons)
        await _move(tx, consent, outcome, at)
        reviewed = CaseReviewed(
            consent_id=consent.id,
            organization_id=consent.organization_id,
            review_id=review_id,
            reviewer_id=reviewer.id,
            outcome=outcome,
        )
        await outgoing.queue(tx, writer=Writer.PORTAL, parent=review_id, events=[reviewed], at=at)
        told: list[JsonValue] = [*reasons]
        detail: dict[str, JsonValue] = {"review_id": str(review_id), "outcome": outcome.value, "reasons": told}
        actor = audit.person_actor(reviewer.id)
        await audit.record(tx, act="case.reviewed", actor=actor, at=at, consent_id=consent.id, detail=detail)
    context.relay.nudge()
    return review_id


async def _move(tx: Transaction, consent: Consent, outcome: CaseReviewOutcome, at: datetime) -> None:
    match outcome:
        case CaseReviewOutcome.READ_AGAIN:
            await consents.read_again(tx, consent.id, at=at)
        case CaseReviewOutcome.NO_PAGE:
            reasons = [ReasonCode(code) for code in consent.reasons]
            await consents.move(tx, consent, ConsentStatus.REFUSED, at=at, reasons=reasons)
