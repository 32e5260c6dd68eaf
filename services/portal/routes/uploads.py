"""Upload a form in the browser: the page, its mistakes, and the receipt."""

import secrets
from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from schemas.reason_codes import ReasonCode
from schemas.values import Language
from services.portal.acting import Acting, by_person
from services.portal.claims import SENTENCES, ClaimInvalid, read_claim
from services.portal.consent_progress import reference
from services.portal.consent_shelf import own_consent
from services.portal.context import Context
from services.portal.date_boxes import folded
from services.portal.identity import ORGANIZATION_ROLES, SignedIn, require_role
from services.portal.languages import mark
from services.portal.pages import page, see
from services.portal.rate_limits import UPLOAD
from services.portal.upload_form import DRAIN_LIMIT, UploadRoute, document, text_fields
from services.portal.uploads import IdempotencyKeyReused, UploadRefused, accept_upload, check_document
from services.runtime.clock import legal_day

router = APIRouter(route_class=UploadRoute, include_in_schema=False)

Member = Annotated[SignedIn, Depends(require_role(*ORGANIZATION_ROLES))]

FILE_SENTENCES: Mapping[ReasonCode, str] = {
    ReasonCode.FILE_MISSING: mark("Select the file with the signed form."),
    ReasonCode.TOO_MANY_FILES: mark("You can only select one file. It has to hold the whole form."),
    ReasonCode.FILE_EMPTY: mark("The selected file is empty. Scan the form again and select the new file."),
    ReasonCode.FILE_TOO_LARGE: mark(
        "The selected file must be 25 MB or smaller. Scan in black and white and try again."
    ),
    ReasonCode.FILE_TYPE_NOT_ALLOWED: mark("The selected file must be a PDF, PNG, JPEG, TIFF or HEIC."),
}
"""What the page says about a file, naming the limit (GOV.UK file upload, error messages)."""

STANDING = mark("Your organization's account or agreement changed. Reload the page and see what it asks for.")
SENT_BEFORE = mark("This form was sent already with other details. Open the upload page again to send another form.")


@router.get("/consents/new")
async def upload_page(request: Request, member: Member) -> Response:
    """Show the empty page, with a key that makes sending it twice harmless."""
    return _page(request, member, {"idempotency_key": secrets.token_urlsafe(16)}, {})


@router.post("/consents/new", max_body_size=DRAIN_LIMIT)
async def upload(request: Request, member: Member, context: Context) -> Response:
    """Take the form, or show the page again with every mistake in it."""
    acting = by_person(member)
    context.rate_limits.count(UPLOAD, "upload", str(acting.organization_id))
    parts = await request.form()
    fields = text_fields(parts)
    errors = _claim_errors(context, fields)
    content = b""
    try:
        content = await document(parts)
        check_document(content)
    except UploadRefused as refused:
        errors["form"] = FILE_SENTENCES[refused.code]
    if not errors:
        taken = await _take(context, acting, fields, content)
        if isinstance(taken, UUID):
            return see(f"/consents/{taken}/receipt")
        errors["form"] = taken
    return _page(request, member, fields, errors)


@router.get("/consents/{consent_id:uuid}/receipt")
async def receipt(request: Request, consent_id: UUID, member: Member, context: Context) -> Response:
    """Say that the form is stored for good, and what happens next."""
    async with context.database.reading() as tx:
        consent = await own_consent(tx, by_person(member), consent_id)
    return page(request, "consents/receipt.html", member, consent=consent, reference=reference(consent_id))


def _claim_errors(context: Context, fields: dict[str, str]) -> dict[str, str]:
    """Fold the three boxes of the date into one field; return an English sentence for each wrong field."""
    fields["birth_date"] = folded(fields, "birth")
    try:
        read_claim(fields, today=legal_day(context.clock()))
    except ClaimInvalid as invalid:
        return {field: SENTENCES[problem] for field, problem in invalid.problems.items()}
    return {}


async def _take(context: Context, acting: Acting, fields: dict[str, str], content: bytes) -> UUID | str:
    """Return the consent's id, or an English sentence that says why there is none."""
    key = fields.get("idempotency_key", "")[:200] or None
    claim = read_claim(fields, today=legal_day(context.clock()))
    try:
        taken = await accept_upload(context, caller=acting, claim=claim, document=content, idempotency_key=key)
    except IdempotencyKeyReused:
        return SENT_BEFORE
    except UploadRefused as refused:
        return FILE_SENTENCES.get(refused.code, STANDING)
    return taken.consent_id


def _page(request: Request, member: SignedIn, fields: Mapping[str, str], errors: Mapping[str, str]) -> Response:
    order = ("parent_name", "birth_date", "case_identifier", "role", "form")
    return page(
        request,
        "consents/upload.html",
        member,
        status_code=422 if errors else 200,
        fields={name: fields.get(name, "") for name in _SHOWN_AGAIN},
        errors={name: errors[name] for name in order if name in errors},
        languages=list(Language),
    )


_SHOWN_AGAIN = (
    "idempotency_key",
    "parent_name",
    "birth_month",
    "birth_day",
    "birth_year",
    "case_identifier",
    "role",
)
