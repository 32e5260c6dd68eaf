"""A reviewer's list of cases whose record can't be shown as it is, and the two things to do about one."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.exceptions import HTTPException

from schemas.case_events import CaseReviewOutcome
from schemas.reason_codes import ReasonCode
from services.portal.case_reviews import settle, waiting_cases
from services.portal.consent_progress import reference
from services.portal.context import Context
from services.portal.identity import SignedIn, require_role
from services.portal.pages import page, see
from services.portal.reviews import AlreadyDecided, NotYoursToDecide
from services.register.consents import ConsentUnknown
from services.register.states import PersonRole
from services.register.tables import Organization, Person
from services.texts.reasons import reviewer_sentence

router = APIRouter(include_in_schema=False)

Reviewer = Annotated[SignedIn, Depends(require_role(PersonRole.REVIEWER))]

NOTICES = {CaseReviewOutcome.READ_AGAIN: "case_read_again", CaseReviewOutcome.NO_PAGE: "case_ended"}


@router.get("/review/cases")
async def case_queue(request: Request, reviewer: Reviewer, context: Context) -> Response:
    """List cases that wait, the longest-waiting first; nothing on this page says whose they are."""
    async with context.database.reading() as tx:
        waiting = await waiting_cases(tx, await tx.get_one(Person, reviewer.person_id))
        names = {one.organization_id: (await tx.get_one(Organization, one.organization_id)).name for one in waiting}
    rows = [
        (
            consent,
            reference(consent.id),
            names[consent.organization_id],
            [(code, reviewer_sentence(ReasonCode(code), reviewer.language)) for code in consent.reasons],
        )
        for consent in waiting
    ]
    return page(request, "reviews/cases.html", reviewer, rows=rows)


@router.post("/review/cases/{consent_id:uuid}")
async def settle_case(
    request: Request,
    consent_id: UUID,
    reviewer: Reviewer,
    context: Context,
    outcome: Annotated[CaseReviewOutcome, Form()],
) -> Response:
    """Have the case read again, or end it without a page."""
    async with context.database.reading() as tx:
        person = await tx.get_one(Person, reviewer.person_id)
    try:
        await settle(context, reviewer=person, consent_id=consent_id, outcome=outcome)
    except (ConsentUnknown, NotYoursToDecide):
        raise HTTPException(404) from None
    except AlreadyDecided:
        return page(request, "reviews/decided.html", reviewer, status_code=409)
    return see("/review/cases", notice=NOTICES[outcome])
