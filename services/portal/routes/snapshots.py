"""A finished page in the browser: each opening goes through the gate."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from schemas.reason_codes import ReasonCode
from schemas.values import Language
from services.page_sizes import PageSize, in_size
from services.portal.acting import by_person
from services.portal.context import Context
from services.portal.identity import ORGANIZATION_ROLES, SignedIn, require_role
from services.portal.page_pictures import picture_of
from services.portal.pages import page
from services.portal.snapshot_pages import (
    GONE,
    OpenedPage,
    PageForm,
    SnapshotClosed,
    SnapshotMissing,
    open_page,
    pdf_headers,
    picture_headers,
    web_headers,
)
from services.texts.reasons import sentence

router = APIRouter(include_in_schema=False)

Member = Annotated[SignedIn, Depends(require_role(*ORGANIZATION_ROLES))]


@router.get("/snapshots/{snapshot_id:uuid}/{language}.pdf")
async def open_pdf(
    request: Request, snapshot_id: UUID, language: Language, member: Member, context: Context
) -> Response:
    """Open the one-page PDF in the browser."""
    opened = await _open(request, member, context, snapshot_id, language, PageForm.PDF)
    if isinstance(opened, Response):
        return opened
    return Response(opened.content, media_type="application/pdf", headers=pdf_headers(language))


@router.get("/snapshots/{snapshot_id:uuid}/{language}.png")
async def open_picture(
    request: Request, snapshot_id: UUID, language: Language, member: Member, context: Context
) -> Response:
    """Open a picture of the PDF, made for this one opening."""
    opened = await _open(request, member, context, snapshot_id, language, PageForm.PICTURE)
    if isinstance(opened, Response):
        return opened
    picture = await picture_of(opened.content)
    return Response(picture, media_type="image/png", headers=picture_headers(language))


@router.get("/snapshots/{snapshot_id:uuid}/{language}")
async def open_web_page(
    request: Request,
    snapshot_id: UUID,
    language: Language,
    member: Member,
    context: Context,
    size: PageSize = PageSize.REGULAR,
) -> Response:
    """Open the page as a web page: the same content, for a screen reader, a phone or large print."""
    opened = await _open(request, member, context, snapshot_id, language, PageForm.WEB)
    if isinstance(opened, Response):
        return opened
    return HTMLResponse(in_size(opened.content, size), headers=web_headers(language))


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
