"""Find an organization's consents: another organization's looks exactly like one that does not exist."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select
from starlette.exceptions import HTTPException

from schemas.consent_records import ConsentClaim
from schemas.why_card import WhyCard
from services.portal.acting import Acting
from services.register import consents
from services.register.consents import ConsentUnknown
from services.register.database import Transaction
from services.register.states import ConsentStatus
from services.register.tables import Consent
from services.vault.vault import Kind, ObjectMissing, Vault

PER_PAGE = 25


async def own_consent(tx: Transaction, acting: Acting, consent_id: UUID) -> Consent:
    """Return a consent of the caller's organization.

    Raises:
        HTTPException: 404, for a missing and for another organization's alike.
    """
    try:
        consent = await consents.get(tx, consent_id)
    except ConsentUnknown:
        raise HTTPException(404) from None
    if consent.organization_id != acting.organization_id:
        raise HTTPException(404)
    return consent


async def shelf(
    tx: Transaction, acting: Acting, *, statuses: Collection[ConsentStatus], before: datetime | None
) -> tuple[list[Consent], datetime | None]:
    """Return a page of consents, newest first, and where the next page starts, if there is one.

    Args:
        tx: the transaction.
        acting: whose organization.
        statuses: only these; empty for all.
        before: what the last call returned as the start of the next page.
    """
    query = select(Consent).where(Consent.organization_id == acting.organization_id)
    if statuses:
        query = query.where(Consent.status.in_(statuses))
    if before is not None:
        query = query.where(Consent.uploaded_at < before)
    newest_first = query.order_by(Consent.uploaded_at.desc(), Consent.id).limit(PER_PAGE + 1)
    found = list(await tx.scalars(newest_first))
    return found[:PER_PAGE], found[PER_PAGE - 1].uploaded_at if len(found) > PER_PAGE else None


async def claim_of(tx: Transaction, vault: Vault, consent_id: UUID) -> ConsentClaim | None:
    """Return what the uploader said the form holds, or None once it is erased."""
    try:
        return ConsentClaim.model_validate_json(await vault.open(tx, consent_id, Kind.CLAIM))
    except ObjectMissing:
        return None


async def why_card_of(tx: Transaction, vault: Vault, consent_id: UUID) -> WhyCard | None:
    """Return why the form was decided as it was; None once it is erased, or when an older version wrote it."""
    try:
        return WhyCard.model_validate_json(await vault.open(tx, consent_id, Kind.WHY_CARD))
    except (ObjectMissing, ValidationError):
        return None
