"""What the codes of problem documents mean; the ``type`` of each points here."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from schemas.reason_codes import ReasonCode
from schemas.values import Language
from services.portal.identity import SignedIn, anybody
from services.portal.languages import visitor_language
from services.portal.pages import page
from services.portal.problems import PortalCode, explain

router = APIRouter(include_in_schema=False)

OPERATORS_ONLY = frozenset(
    {
        ReasonCode.EVENT_MALFORMED,
        ReasonCode.EVENT_TYPE_UNKNOWN,
        ReasonCode.RETRY_BUDGET_SPENT,
        ReasonCode.EARLIER_EVENT_WAITS,
        ReasonCode.UNCLASSIFIED,
        ReasonCode.SAFETY_REVIEW,
    }
)
"""Codes no organization is ever answered with."""


@router.get("/problems")
async def problems(request: Request, visitor: Annotated[SignedIn | None, Depends(anybody)]) -> Response:
    """List every code with its sentence."""
    language: Language = visitor.language if visitor else visitor_language(request)
    codes = [*PortalCode, *(code for code in ReasonCode if code not in OPERATORS_ONLY)]
    return page(request, "problems.html", visitor, codes=[(code.value, explain(code, language)) for code in codes])
