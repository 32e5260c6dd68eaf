"""A reviewer's pages: forms that need a person's eyes, one of them beside its claim, and the decision."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.exceptions import HTTPException

from schemas.consent_events import ReviewOutcome
from schemas.consent_records import ConsentClaim
from schemas.reason_codes import ReasonCode
from services.portal.check_words import REVIEW_WORDS, shown_checks
from services.portal.consent_progress import reference
from services.portal.consent_shelf import claim_of
from services.portal.context import Context
from services.portal.identity import SignedIn, require_role
from services.portal.languages import mark
from services.portal.pages import page, see
from services.portal.reviews import (
    REJECTION_LABELS,
    AlreadyDecided,
    NotYoursToDecide,
    ReasonsDoNotFit,
    decide,
    latest_decision,
    undecided,
    waiting,
)
from services.portal.routes.consents import ROLE_WORDS
from services.register import audit
from services.register.consents import ConsentUnknown
from services.register.database import Transaction
from services.register.states import PersonRole
from services.register.tables import Consent, IntakeDecision, Organization, Person
from services.texts.reasons import sentence
from services.vault.vault import Kind, ObjectMissing

router = APIRouter(include_in_schema=False)

Reviewer = Annotated[SignedIn, Depends(require_role(PersonRole.REVIEWER))]

REASON_NEEDED = mark("Select at least one reason, so that the organization knows what to do.")


@router.get("/review")
async def queue(request: Request, reviewer: Reviewer, context: Context) -> Response:
    """List forms that wait, the longest-waiting first; none that the reviewer has a part in."""
    async with context.database.reading() as tx:
        rows = await waiting(tx, await _person(tx, reviewer))
        names = {row.organization_id: await _organization_name(tx, row.organization_id) for row in rows}
    shown = [(row, reference(row.id), names[row.organization_id], _sentences(row, reviewer)) for row in rows]
    return page(request, "reviews/queue.html", reviewer, rows=shown)


@router.get("/review/{consent_id:uuid}")
async def review_page(request: Request, consent_id: UUID, reviewer: Reviewer, context: Context) -> Response:
    """Show the form's pixels beside what was typed and what each check found."""
    return await _review_page(request, consent_id, reviewer, context, {})


@router.get("/review/{consent_id:uuid}/page.png")
async def review_image(consent_id: UUID, reviewer: Reviewer, context: Context) -> Response:
    """Return the registered page as the checks saw it; that somebody looked is in the audit log."""
    async with context.database.transaction() as tx:
        try:
            await _undecided(tx, reviewer, consent_id)
            image = await context.vault.open(tx, consent_id, Kind.REVIEW_IMAGE)
        except (AlreadyDecided, ObjectMissing):  # decided, revoked or erased meanwhile: nothing to look at any more
            raise HTTPException(404) from None
        actor = audit.person_actor(reviewer.person_id)
        await audit.record(tx, act="review.opened", actor=actor, at=context.clock(), consent_id=consent_id)
    return Response(image, media_type="image/png", headers={"Cache-Control": "no-store"})


@router.post("/review/{consent_id:uuid}")
async def decision(
    request: Request,
    consent_id: UUID,
    reviewer: Reviewer,
    context: Context,
    outcome: Annotated[ReviewOutcome, Form()],
    reasons: Annotated[list[ReasonCode] | None, Form()] = None,
) -> Response:
    """Record the decision."""
    chosen = (reasons or []) if outcome is ReviewOutcome.REJECTED else []
    async with context.database.reading() as tx:
        person = await _person(tx, reviewer)
    try:
        await decide(context, reviewer=person, consent_id=consent_id, outcome=outcome, reasons=chosen)
    except ReasonsDoNotFit:
        return await _review_page(request, consent_id, reviewer, context, {"reasons": REASON_NEEDED})
    except (ConsentUnknown, NotYoursToDecide):
        raise HTTPException(404) from None
    except AlreadyDecided:
        return _too_late(request, reviewer)
    return see("/review", notice="review_recorded")


async def _review_page(
    request: Request, consent_id: UUID, reviewer: SignedIn, context: Context, errors: Mapping[str, str]
) -> Response:
    try:
        async with context.database.reading() as tx:
            consent = await _undecided(tx, reviewer, consent_id)
            claim = await claim_of(tx, context.vault, consent_id)
            found = await latest_decision(tx, consent_id)
            organization = await _organization_name(tx, consent.organization_id)
    except AlreadyDecided:
        return _too_late(request, reviewer)
    return page(
        request,
        "reviews/detail.html",
        reviewer,
        status_code=422 if errors else 200,
        errors=errors,
        organization=organization,
        sentences=_sentences(consent, reviewer),
        labels={code.value: label for code, label in REJECTION_LABELS.items()},
        **_paper_values(consent, claim, found),
    )


def _paper_values(consent: Consent, claim: ConsentClaim | None, found: IntakeDecision | None) -> dict[str, Any]:
    checks = shown_checks(found.checks if found else [])
    return {
        "consent": consent,
        "reference": reference(consent.id),
        "claim": claim,
        "doubtful": [check for check in checks if not check.sound],
        "sound": [check for check in checks if check.sound],
        "held_for_safety": ReasonCode.SAFETY_REVIEW.value in consent.reasons,
        "role_words": ROLE_WORDS,
    }


async def _undecided(tx: Transaction, reviewer: SignedIn, consent_id: UUID) -> Consent:
    """Return the consent; another's business and a missing one look alike."""
    try:
        return await undecided(tx, await _person(tx, reviewer), consent_id)
    except (ConsentUnknown, NotYoursToDecide):
        raise HTTPException(404) from None


async def _person(tx: Transaction, reviewer: SignedIn) -> Person:
    return await tx.get_one(Person, reviewer.person_id)


async def _organization_name(tx: Transaction, organization_id: UUID) -> str:
    return (await tx.get_one(Organization, organization_id)).name


def _sentences(consent: Consent, reviewer: SignedIn) -> list[str]:
    """The agency's own reviewer is told the true reason; nobody outside is."""
    codes = [ReasonCode(code) for code in consent.reasons]
    return [REVIEW_WORDS.get(code) or sentence(code, reviewer.language) for code in codes]


def _too_late(request: Request, reviewer: SignedIn) -> Response:
    return page(request, "reviews/decided.html", reviewer, status_code=409)
