"""The API for consents: upload a form, follow it, revoke it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from schemas.consent_events import RevokedBy
from schemas.reason_codes import ReasonCode
from schemas.values import Language, Party
from services.portal.acting import Acting, by_key
from services.portal.api_documents import (
    API,
    ConsentDetail,
    ConsentList,
    UploadReceipt,
    detail_of,
    problems,
    summary_of,
)
from services.portal.claims import SENTENCES, ClaimInvalid, read_claim
from services.portal.context import Context
from services.portal.identity import ApiCaller, api_caller
from services.portal.languages import accepted_language
from services.portal.openapi import bearer_key
from services.portal.problems import PortalCode, Problem
from services.portal.rate_limits import UPLOAD
from services.portal.revocations import CannotBeRevoked, revoke_consent
from services.portal.upload_form import DRAIN_LIMIT, document, parse_upload, text_fields
from services.portal.uploads import ABOUT_THE_FILE, IdempotencyKeyReused, UploadRefused, accept_upload
from services.register import consents
from services.register.consents import ConsentUnknown
from services.register.database import Transaction
from services.runtime.clock import legal_day

router = APIRouter(dependencies=[Depends(bearer_key)], prefix=API, tags=["Consents"])

Caller = Annotated[ApiCaller, Depends(api_caller)]

STATUS_OF_REFUSAL = {
    ReasonCode.FILE_TOO_LARGE: 413,
    ReasonCode.FILE_TYPE_NOT_ALLOWED: 415,
    ReasonCode.ORG_NOT_ACTIVE: 403,
    ReasonCode.ORG_AGREEMENT_MISSING: 403,
    ReasonCode.PERSON_NOT_ACTIVE: 403,
    ReasonCode.PERSON_AGREEMENT_MISSING: 403,
}
"""HTTP status of an upload's refusal; every other code is 422."""

_UPLOAD_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["form", "parent_name", "birth_date", "case_identifier", "role"],
                    "properties": {
                        "form": {
                            "type": "string",
                            "format": "binary",
                            "description": "the signed form: PDF, PNG, JPEG, TIFF or HEIC, at most 25 MiB",
                        },
                        "parent_name": {"type": "string", "maxLength": 120, "description": "as written on the form"},
                        "birth_date": {"type": "string", "format": "date"},
                        "case_identifier": {"type": "string", "examples": ["AB12345C1"]},
                        "role": {"type": "string", "enum": [party.value for party in Party]},
                    },
                }
            }
        },
    }
}


@router.post(
    "/consents",
    status_code=202,
    response_model=UploadReceipt,
    responses=problems(400, 413, 415),
    openapi_extra=_UPLOAD_BODY,
    max_body_size=DRAIN_LIMIT,
    summary="Upload a signed consent form",
)
async def upload(
    request: Request,
    caller: Caller,
    context: Context,
    idempotency_key: Annotated[
        str | None,
        Header(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$", description="any unique text, one per form"),
    ] = None,
) -> Response:
    """Store a form and what it is said to hold, and start its check.

    The answer 202 means that the form is stored for good. Send the same Idempotency-Key again after a lost connection:
    the same form is never taken twice. Follow `status_url` until the status is delivered, rejected or refused.
    """
    context.rate_limits.count(UPLOAD, "upload", str(caller.organization_id))
    await parse_upload(request)
    receipt = await _accept(request, context, by_key(caller), idempotency_key)
    location = f"{API}/consents/{receipt.id}"
    return JSONResponse(receipt.model_dump(mode="json"), 202, {"Location": location})


async def _accept(request: Request, context: Context, acting: Acting, idempotency_key: str | None) -> UploadReceipt:
    try:
        async with request.form() as parts:
            receipt = await accept_upload(
                context,
                caller=acting,
                claim=read_claim(text_fields(parts), today=legal_day(context.clock())),
                document=await document(parts),
                idempotency_key=idempotency_key,
            )
    except ClaimInvalid as invalid:
        errors = {field: (code.value, SENTENCES[code]) for field, code in invalid.problems.items()}
        raise Problem(422, PortalCode.REQUEST_INVALID, errors=errors) from None
    except UploadRefused as refused:
        fields = ("form",) if refused.code in ABOUT_THE_FILE else ()
        raise Problem(STATUS_OF_REFUSAL.get(refused.code, 422), refused.code, fields=fields) from None
    except IdempotencyKeyReused:
        raise Problem(422, PortalCode.IDEMPOTENCY_KEY_REUSED, fields=("Idempotency-Key",)) from None
    return UploadReceipt(
        id=receipt.consent_id, status=receipt.status, status_url=f"{API}/consents/{receipt.consent_id}"
    )


@router.get("/consents", responses=problems(), summary="List your organization's consents")
async def list_consents(
    caller: Caller,
    context: Context,
    limit: Annotated[int, Query(ge=1, le=200, description="how many at most")] = 50,
    before: Annotated[datetime | None, Query(description="take this from `next`")] = None,
) -> ConsentList:
    """Return consents, newest first, without names or case numbers."""
    if before is not None and before.tzinfo is None:
        raise Problem(422, PortalCode.REQUEST_INVALID, fields=("before",))
    async with context.database.reading() as tx:
        found = await consents.of_organization(tx, caller.organization_id, limit=limit + 1, before=before)
    listed = found[:limit]
    more = f"{API}/consents?limit={limit}&before={_in_address(listed[-1].uploaded_at)}" if len(found) > limit else None
    return ConsentList(consents=[summary_of(consent) for consent in listed], next=more)


@router.get("/consents/{consent_id:uuid}", responses=problems(404), summary="See where a consent stands")
async def show_consent(request: Request, consent_id: UUID, caller: Caller, context: Context) -> ConsentDetail:
    """Return the status with its reasons, the timeline, and where the page is read once it is made."""
    async with context.database.reading() as tx:
        return await _detail(tx, caller, consent_id, accepted_language(request))


class Revocation(BaseModel):
    """Who wants the consent ended."""

    model_config = ConfigDict(extra="forbid")

    by: RevokedBy = Field(description="parent or organization", examples=["parent"])


@router.post("/consents/{consent_id:uuid}/revocation", responses=problems(400, 404, 409), summary="Revoke a consent")
async def revoke(
    request: Request, consent_id: UUID, revocation: Revocation, caller: Caller, context: Context
) -> ConsentDetail:
    """End a consent for good, at once: no page is made, sent or shown any more, and the stored files become unreadable.

    A repeat changes nothing and gives the same answer.
    """
    if revocation.by is RevokedBy.AGENCY:
        raise Problem(422, PortalCode.REQUEST_INVALID, fields=("by",))
    try:
        await revoke_consent(context, caller=by_key(caller), consent_id=consent_id, by=revocation.by)
    except ConsentUnknown:
        raise Problem(404, PortalCode.NOT_FOUND) from None
    except CannotBeRevoked:
        raise Problem(409, PortalCode.ALREADY_ENDED) from None
    async with context.database.reading() as tx:
        return await _detail(tx, caller, consent_id, accepted_language(request))


async def _detail(tx: Transaction, caller: ApiCaller, consent_id: UUID, language: Language) -> ConsentDetail:
    try:
        consent = await consents.get(tx, consent_id)
    except ConsentUnknown:
        raise Problem(404, PortalCode.NOT_FOUND) from None
    if consent.organization_id != caller.organization_id:
        raise Problem(404, PortalCode.NOT_FOUND)
    return detail_of(consent, await consents.timeline(tx, consent_id), language)


def _in_address(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
