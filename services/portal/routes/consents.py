"""An organization's consents in the browser: the list, one consent's status, and its revocation."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response

from schemas.consent_events import RevokedBy
from services.portal.acting import by_person
from services.portal.api_documents import reasons_of
from services.portal.check_words import ROLE_WORDS
from services.portal.consent_progress import (
    STATUS_WORDS,
    STEP_LABELS,
    TIMELINE_WORDS,
    WHAT_HAPPENED,
    progress,
    reference,
    tone,
)
from services.portal.consent_shelf import claim_of, own_consent, shelf
from services.portal.context import Context, PortalContext
from services.portal.identity import ORGANIZATION_ROLES, SignedIn, require_role
from services.portal.languages import mark
from services.portal.pages import page, see
from services.portal.problems import PortalCode, Problem
from services.portal.revocations import CannotBeRevoked, revoke_consent
from services.portal.snapshot_pages import has_web_page
from services.register import audit, consents
from services.register.states import FOR_A_PERSON, OPENS_THE_CASE, TERMINAL, ConsentStatus
from services.register.tables import Consent, TimelineEntry

router = APIRouter(include_in_schema=False)

Member = Annotated[SignedIn, Depends(require_role(*ORGANIZATION_ROLES))]

PATIENCE = timedelta(seconds=60)
"""How long the page looks for news by itself; after that it says that it is safe to leave."""

MOVING = (ConsentStatus.UPLOADED, ConsentStatus.APPROVED, ConsentStatus.FETCHED, ConsentStatus.RENDERED)
ENDED = (ConsentStatus.REVOKED, ConsentStatus.EXPIRED)

FILTERS: Mapping[str, tuple[str, tuple[ConsentStatus, ...]]] = {
    "all": (mark("All"), ()),
    "working": (mark("Being worked on"), (*MOVING, *FOR_A_PERSON)),
    "ready": (mark("Delivered"), (ConsentStatus.DELIVERED,)),
    "problem": (mark("Not accepted or no page"), (ConsentStatus.REJECTED, ConsentStatus.REFUSED)),
    "ended": (mark("Revoked or expired"), ENDED),
}

CAN_BE_REVOKED = frozenset(ConsentStatus) - {ConsentStatus.REJECTED, ConsentStatus.REVOKED}


@router.get("/consents")
async def consent_list(
    request: Request, member: Member, context: Context, show: str = "all", before: str = ""
) -> Response:
    """List consents by reference and date: nothing on this page says whose they are."""
    show = show if show in FILTERS else "all"
    async with context.database.reading() as tx:
        found, following = await shelf(tx, by_person(member), statuses=FILTERS[show][1], before=_moment(before))
    return page(
        request,
        "consents/list.html",
        member,
        rows=[(row, reference(row.id), STATUS_WORDS[row.status], tone(row.status)) for row in found],
        filters={name: label for name, (label, _) in FILTERS.items()},
        show=show,
        following=following.astimezone(UTC).strftime(_ADDRESS_TIME) if following else None,
        is_first_page=not before,
        role_words=ROLE_WORDS,
    )


@router.get("/consents/{consent_id:uuid}")
async def consent_status(request: Request, consent_id: UUID, member: Member, context: Context) -> Response:
    """Show where one consent stands, what happened, what to do, and the page once it is made."""
    async with context.database.transaction() as tx:
        consent = await own_consent(tx, by_person(member), consent_id)
        timeline = await consents.timeline(tx, consent_id)
        # A legal hold may keep what was typed beyond the last day, but not for those who typed it.
        claim = None if consent.status in ENDED else await claim_of(tx, context.vault, consent_id)
        readable = await has_web_page(tx, consent.snapshot_id)
        if claim is not None:
            actor, at = by_person(member).actor, context.clock()
            await audit.record(tx, act="claim.opened", actor=actor, at=at, consent_id=consent_id)
    return page(
        request,
        "consents/detail.html",
        member,
        consent=consent,
        claim=claim,
        has_web_page=readable,
        role_words=ROLE_WORDS,
        can_be_revoked=consent.status in CAN_BE_REVOKED,
        **_status_values(context, member, consent, timeline),
    )


@router.get("/consents/{consent_id:uuid}/revocation")
async def revocation_page(request: Request, consent_id: UUID, member: Member, context: Context) -> Response:
    """Say what revoking does, and ask who wants it."""
    async with context.database.reading() as tx:
        consent = await own_consent(tx, by_person(member), consent_id)
    if consent.status not in CAN_BE_REVOKED:
        return see(f"/consents/{consent_id}")
    return _revocation(request, member, consent, {})


@router.post("/consents/{consent_id:uuid}/revocation")
async def revoke(
    request: Request, consent_id: UUID, member: Member, context: Context, by: Annotated[str, Form()] = ""
) -> Response:
    """Revoke, once somebody said who wants it."""
    async with context.database.reading() as tx:
        consent = await own_consent(tx, by_person(member), consent_id)
    if by not in {RevokedBy.PARENT, RevokedBy.ORGANIZATION}:
        return _revocation(request, member, consent, {"by": mark("Select who wants to revoke the consent.")})
    try:
        await revoke_consent(context, caller=by_person(member), consent_id=consent_id, by=RevokedBy(by))
    except CannotBeRevoked:
        raise Problem(409, PortalCode.ALREADY_ENDED) from None
    return see(f"/consents/{consent_id}", notice="consent_revoked")


def _revocation(request: Request, member: SignedIn, consent: Consent, errors: Mapping[str, str]) -> Response:
    return page(
        request,
        "consents/revocation.html",
        member,
        status_code=422 if errors else 200,
        consent=consent,
        reference=reference(consent.id),
        errors=errors,
    )


def _status_values(
    context: PortalContext, member: SignedIn, consent: Consent, timeline: list[TimelineEntry]
) -> dict[str, Any]:
    unfinished = consent.status not in TERMINAL
    waited = context.clock() - consent.status_since
    return {
        "reference": reference(consent.id),
        "word": STATUS_WORDS[consent.status],
        "tone": tone(consent.status),
        "what_happened": WHAT_HAPPENED[consent.status],
        "reasons": reasons_of(consent.status, consent.reasons, member.language),
        "steps": STEP_LABELS,
        "progress": progress(consent.status, timeline),
        "timeline": [(TIMELINE_WORDS[entry.status], entry.at) for entry in timeline],
        "looks_again": unfinished and consent.status not in FOR_A_PERSON and waited < PATIENCE,
        "safe_to_leave": unfinished and (consent.status in FOR_A_PERSON or waited >= PATIENCE),
        "unfinished": unfinished,
        "opens": consent.status in OPENS_THE_CASE and consent.snapshot_id is not None,
    }


_ADDRESS_TIME = "%Y%m%dT%H%M%S.%fZ"


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, _ADDRESS_TIME).replace(tzinfo=UTC)
    except ValueError:
        return None
