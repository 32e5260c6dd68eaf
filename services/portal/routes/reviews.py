"""A reviewer's pages: forms that need a person's eyes, one of them beside its claim and why-card, and the decision."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.exceptions import HTTPException

from schemas.consent_events import ReviewOutcome
from schemas.consent_records import ConsentClaim
from schemas.reason_codes import ReasonCode
from schemas.why_card import Place, WhyCard
from services.consent_form.entered_dates import EnteredDates
from services.consent_form.layout import box_number
from services.consent_form.page_crops import NothingToCut, crop_png
from services.portal.case_reviews import waiting_cases
from services.portal.check_words import ROLE_WORDS, recorded_checks, shown_checks
from services.portal.consent_progress import reference
from services.portal.consent_shelf import claim_of, why_card_of
from services.portal.context import Context
from services.portal.identity import SignedIn, require_role
from services.portal.languages import mark
from services.portal.pages import page, see
from services.portal.review_dates import DATES, MISTAKES, DatesUnreadable, read_by_machine, read_dates, typed_dates
from services.portal.reviews import (
    NO_DATES,
    REJECTION_LABELS,
    AlreadyDecided,
    DatesDoNotFit,
    NotYoursToDecide,
    ReasonsDoNotFit,
    decide,
    latest_decision,
    undecided,
    waiting,
)
from services.register import audit
from services.register.consents import ConsentUnknown
from services.register.database import Transaction
from services.register.states import PersonRole
from services.register.tables import Consent, IntakeDecision, Organization, Person
from services.texts.reasons import reviewer_sentence
from services.vault.vault import Kind, ObjectMissing

router = APIRouter(include_in_schema=False)

Reviewer = Annotated[SignedIn, Depends(require_role(PersonRole.REVIEWER))]

REASON_NEEDED = mark("Select at least one reason, so that the organization knows what to do.")

SIGNATURE_HINT, DATE_HINT = "letter-signature", "letter-date"
"""Names of the crops of another organization's letter: where its signature and its date may be."""

NO_STORE = {"Cache-Control": "no-store"}


@router.get("/review")
async def queue(request: Request, reviewer: Reviewer, context: Context) -> Response:
    """List forms that wait, the longest-waiting first; none that the reviewer has a part in."""
    async with context.database.reading() as tx:
        person = await _person(tx, reviewer)
        rows, cases = await waiting(tx, person), len(await waiting_cases(tx, person))
        names = {row.organization_id: await _organization_name(tx, row.organization_id) for row in rows}
    shown = [(row, reference(row.id), names[row.organization_id], _sentences(row, reviewer)) for row in rows]
    return page(request, "reviews/queue.html", reviewer, rows=shown, cases=cases)


@router.get("/review/{consent_id:uuid}")
async def review_page(request: Request, consent_id: UUID, reviewer: Reviewer, context: Context) -> Response:
    """Show the form's pixels beside what was typed and what each check found."""
    return await _review_page(request, consent_id, reviewer, context, {})


@router.get("/review/{consent_id:uuid}/page.png")
async def review_image(consent_id: UUID, reviewer: Reviewer, context: Context) -> Response:
    """Return the registered page as the checks saw it; that somebody looked is in the audit log."""
    image, _ = await _picture(consent_id, reviewer, context, "page")
    return Response(image, media_type="image/png", headers=NO_STORE)


@router.get("/review/{consent_id:uuid}/crop/{check}.png")
async def review_crop(consent_id: UUID, check: str, reviewer: Reviewer, context: Context) -> Response:
    """Return the part of the page that a check looked at; audited as the whole page is."""
    image, card = await _picture(consent_id, reviewer, context, "crop")
    place = _place_of(card, check)
    if place is None:
        raise HTTPException(404)
    try:
        cut = await asyncio.to_thread(crop_png, image, place)
    except NothingToCut:
        raise HTTPException(404) from None
    return Response(cut, media_type="image/png", headers=NO_STORE)


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
    typed = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    async with context.database.reading() as tx:
        person = await _person(tx, reviewer)
    try:
        dates = _dates(outcome, typed)
        await decide(context, reviewer=person, consent_id=consent_id, outcome=outcome, reasons=chosen, dates=dates)
    except ReasonsDoNotFit:
        return await _review_page(request, consent_id, reviewer, context, {"reasons": REASON_NEEDED})
    except DatesUnreadable as unreadable:
        return await _review_page(request, consent_id, reviewer, context, unreadable.errors, typed)
    except DatesDoNotFit as wrong:
        return await _review_page(request, consent_id, reviewer, context, dict([MISTAKES[wrong.mistake]]), typed)
    except (ConsentUnknown, NotYoursToDecide):
        raise HTTPException(404) from None
    except AlreadyDecided:
        return _too_late(request, reviewer)
    return see("/review", notice="review_recorded")


def _dates(outcome: ReviewOutcome, typed: Mapping[str, str]) -> EnteredDates:
    return read_dates(typed) if outcome is ReviewOutcome.APPROVED else NO_DATES


async def _picture(consent_id: UUID, reviewer: SignedIn, context: Context, part: str) -> tuple[bytes, WhyCard | None]:
    """Open the page's picture under the consent's lock, and note who looked at which part."""
    async with context.database.transaction() as tx:
        try:
            await _undecided(tx, reviewer, consent_id)
            image = await context.vault.open(tx, consent_id, Kind.REVIEW_IMAGE)
        except (AlreadyDecided, ObjectMissing):  # decided, revoked or erased meanwhile: nothing to look at any more
            raise HTTPException(404) from None
        card = await why_card_of(tx, context.vault, consent_id) if part == "crop" else None
        await _note(tx, reviewer, context, consent_id, part)
    return image, card


async def _note(tx: Transaction, reviewer: SignedIn, context: Context, consent_id: UUID, part: str) -> None:
    actor, at = audit.person_actor(reviewer.person_id), context.clock()
    await audit.record(tx, act="review.opened", actor=actor, at=at, consent_id=consent_id, detail={"part": part})


def _place_of(card: WhyCard | None, check: str) -> Place | None:
    if card is None:
        return None
    places = {one.name: one.place for one in card.checks}
    if card.letter is not None:
        places |= {SIGNATURE_HINT: card.letter.signature_place, DATE_HINT: card.letter.date_place}
    return places.get(check)


async def _review_page(
    request: Request,
    consent_id: UUID,
    reviewer: SignedIn,
    context: Context,
    errors: Mapping[str, str],
    typed: Mapping[str, str] | None = None,
) -> Response:
    try:
        async with context.database.transaction() as tx:
            consent = await _undecided(tx, reviewer, consent_id)
            claim = await claim_of(tx, context.vault, consent_id)
            card = await why_card_of(tx, context.vault, consent_id)
            found = await latest_decision(tx, consent_id)
            organization = await _organization_name(tx, consent.organization_id)
            await _note(tx, reviewer, context, consent_id, "why_card")
    except AlreadyDecided:
        return _too_late(request, reviewer)
    return page(
        request,
        "reviews/detail.html",
        reviewer,
        status_code=422 if errors else 200,
        errors=errors,
        organization=organization,
        labels={code.value: label for code, label in REJECTION_LABELS.items()},
        dates=read_by_machine(card) if typed is None else typed_dates(typed),
        boxes={name: box_number(name) for name in DATES},
        **_paper_values(consent, claim, card, found, reviewer),
    )


def _paper_values(
    consent: Consent,
    claim: ConsentClaim | None,
    card: WhyCard | None,
    found: IntakeDecision | None,
    reviewer: SignedIn,
) -> dict[str, Any]:
    checks = shown_checks(card.checks if card else recorded_checks(found.checks if found else []), reviewer.language)
    told = {check.why for check in checks}
    return {
        "sentences": [text for text in _sentences(consent, reviewer) if text not in told],
        "consent": consent,
        "reference": reference(consent.id),
        "claim": claim,
        "card": card,
        "rule_version": found.rule_version if found else None,
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
    return [reviewer_sentence(ReasonCode(code), reviewer.language) for code in consent.reasons]


def _too_late(request: Request, reviewer: SignedIn) -> Response:
    return page(request, "reviews/decided.html", reviewer, status_code=409)
