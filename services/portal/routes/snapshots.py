"""A finished page in the browser: each opening goes through the gate."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from schemas.reason_codes import ReasonCode
from schemas.values import Language
from services.portal.acting import by_person
from services.portal.context import Context
from services.portal.identity import ORGANIZATION_ROLES, SignedIn, require_role
from services.portal.pages import page
from services.portal.snapshot_pages import (
    GONE,
    OpenedPage,
    PageForm,
    SnapshotClosed,
    SnapshotMissing,
    open_page,
    pdf_headers,
)
from services.texts.reasons import sentence

router = APIRouter(include_in_schema=False)

Member = Annotated[SignedIn, Depends(require_role(*ORGANIZATION_ROLES))]

TWIN_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-popups"
)
"""The web page of a snapshot carries its own style and no script; it runs in an origin of its own."""


@router.get("/snapshots/{snapshot_id:uuid}/{language}.pdf")
async def open_pdf(
    request: Request, snapshot_id: UUID, language: Language, member: Member, context: Context
) -> Response:
    """Open the one-page PDF in the browser."""
    opened = await _open(request, member, context, snapshot_id, language, PageForm.PDF)
    if isinstance(opened, Response):
        return opened
    return Response(opened.content, media_type="application/pdf", headers=pdf_headers(language))


@router.get("/snapshots/{snapshot_id:uuid}/{language}")
async def open_web_page(
    request: Request, snapshot_id: UUID, language: Language, member: Member, context: Context
) -> Response:
    """Open the page as a web page: the same content, for a screen reader or a phone."""
    opened = await _open(request, member, context, snapshot_id, language, PageForm.WEB)
    if isinstance(opened, Response):
        return opened
    return HTMLResponse(opened.content, headers={"Content-Security-Policy": TWIN_POLICY})


async def _open(
    request: Request,
    member: SignedIn,
    context: Context,
    snapshot_id: UUID,
    language: Language,
    form: PageForm,
) -> OpenedPage | Response:
    try:
        return await open_page(context, caller=by_person(member), snapshot_id=snapshot_id, language=language, form=form)
    except SnapshotMissing:
        raise HTTPException(404) from None
    except SnapshotClosed as closed:
        return _closed(request, member, closed.reason)


def _closed(request: Request, member: SignedIn, reason: ReasonCode) -> Response:
    return page(
        request,
        "consents/closed.html",
        member,
        status_code=410 if reason in GONE else 403,
        sentence=sentence(reason, member.language),
    )
