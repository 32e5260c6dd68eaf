"""The API for finished pages: each opening goes through the gate."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import HTMLResponse

from schemas.values import Language
from services.page_sizes import PageSize, in_size
from services.portal.acting import by_key
from services.portal.api_documents import API, problems
from services.portal.context import Context, PortalContext
from services.portal.identity import ApiCaller, api_caller
from services.portal.openapi import bearer_key
from services.portal.page_pictures import picture_of
from services.portal.problems import PortalCode, Problem
from services.portal.snapshot_pages import (
    GONE,
    PageForm,
    SnapshotClosed,
    SnapshotMissing,
    open_page,
    pdf_headers,
    picture_headers,
    web_headers,
)

router = APIRouter(dependencies=[Depends(bearer_key)], prefix=API, tags=["Snapshots"])


@router.get(
    "/snapshots/{snapshot_id:uuid}.pdf",
    response_class=Response,
    responses={200: {"description": "The page", "content": {"application/pdf": {}}}, **problems(404, 410)},
    summary="Open a finished page",
)
async def open_snapshot(
    snapshot_id: UUID,
    caller: Annotated[ApiCaller, Depends(api_caller)],
    context: Context,
    language: Annotated[Language, Query(description="en or es")] = Language.ENGLISH,
) -> Response:
    """Return the one-page PDF. The gate decides and the audit log notes each opening; do not keep copies."""
    pdf = await _open(context, caller, snapshot_id, language, PageForm.PDF)
    return Response(pdf, media_type="application/pdf", headers=pdf_headers(language))


@router.get(
    "/snapshots/{snapshot_id:uuid}.html",
    response_class=Response,
    responses={200: {"description": "The web page", "content": {"text/html": {}}}, **problems(404, 410)},
    summary="Open a finished page as a web page",
)
async def open_web_page(
    snapshot_id: UUID,
    caller: Annotated[ApiCaller, Depends(api_caller)],
    context: Context,
    language: Annotated[Language, Query(description="en or es")] = Language.ENGLISH,
    size: Annotated[PageSize, Query(description="regular or large print")] = PageSize.REGULAR,
) -> Response:
    """Return the PDF's web page: the same content, accessible, without scripts. 404 where none was made."""
    html = await _open(context, caller, snapshot_id, language, PageForm.WEB)
    return HTMLResponse(in_size(html, size), headers=web_headers(language))


@router.get(
    "/snapshots/{snapshot_id:uuid}.png",
    response_class=Response,
    responses={200: {"description": "The picture", "content": {"image/png": {}}}, **problems(404, 410)},
    summary="Open a finished page as a picture",
)
async def open_picture(
    snapshot_id: UUID,
    caller: Annotated[ApiCaller, Depends(api_caller)],
    context: Context,
    language: Annotated[Language, Query(description="en or es")] = Language.ENGLISH,
) -> Response:
    """Return the PDF as a picture of 1,700 by 2,200 dots, made for this one opening."""
    pdf = await _open(context, caller, snapshot_id, language, PageForm.PICTURE)
    return Response(await picture_of(pdf), media_type="image/png", headers=picture_headers(language))


async def _open(
    context: PortalContext, caller: ApiCaller, snapshot_id: UUID, language: Language, form: PageForm
) -> bytes:
    """Raise the problem that the API answers with, or return the page."""
    try:
        opened = await open_page(context, caller=by_key(caller), snapshot_id=snapshot_id, language=language, form=form)
    except SnapshotMissing:
        raise Problem(404, PortalCode.NOT_FOUND) from None
    except SnapshotClosed as closed:
        raise Problem(410 if closed.reason in GONE else 403, closed.reason) from None
    return opened.content
