"""The API for finished pages: each opening goes through the gate."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from schemas.values import Language
from services.portal.acting import by_key
from services.portal.api_documents import API, problems
from services.portal.context import Context
from services.portal.identity import ApiCaller, api_caller
from services.portal.openapi import bearer_key
from services.portal.problems import PortalCode, Problem
from services.portal.snapshot_pages import GONE, PageForm, SnapshotClosed, SnapshotMissing, open_page, pdf_headers

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
    try:
        opened = await open_page(
            context, caller=by_key(caller), snapshot_id=snapshot_id, language=language, form=PageForm.PDF
        )
    except SnapshotMissing:
        raise Problem(404, PortalCode.NOT_FOUND) from None
    except SnapshotClosed as closed:
        raise Problem(410 if closed.reason in GONE else 403, closed.reason) from None
    return Response(opened.content, media_type="application/pdf", headers=pdf_headers(language))
