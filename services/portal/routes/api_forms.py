"""The API for what a caseworker hands out: forms to sign and links to official resources."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from schemas.values import Language, Party
from services.portal.acting import Acting, by_key
from services.portal.api_documents import API, ResourceLink, ResourceList, problems
from services.portal.claims import ClaimInvalid
from services.portal.context import Context
from services.portal.form_orders import SENTENCES, read_order
from services.portal.form_printing import FORM_ID_HEADER, count_printing, print_blank_form, print_prefilled_form
from services.portal.identity import ApiCaller, api_caller
from services.portal.openapi import bearer_key
from services.portal.problems import PortalCode, Problem
from services.resources.catalogue import ResourceType, audience_of, search
from services.runtime.clock import legal_day

router = APIRouter(dependencies=[Depends(bearer_key)], prefix=API)

Caller = Annotated[ApiCaller, Depends(api_caller)]


class FormRequest(BaseModel):
    """What is known about the parent; it is printed, and not stored."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"required": ["parent_name", "birth_date", "case_identifier", "role"]}
    )

    parent_name: str = Field(default="", description="full name as on the case", examples=["Marisol Practice"])
    birth_date: str = Field(default="", description="YYYY-MM-DD", examples=["1988-04-09"])
    case_identifier: str = Field(
        default="", description="two letters, five digits, a letter and a digit", examples=["AB12345C1"]
    )
    role: str = Field(default="", description="noncustodial or custodial", examples=["noncustodial"])
    language: str = Field(default=Language.ENGLISH.value, description="language of the form: en or es")
    starts_on: str | None = Field(default=None, description="first day, YYYY-MM-DD; without it, the day of signing")
    expires_on: str | None = Field(
        default=None, description="last day, YYYY-MM-DD; without it, 12 months after the first", examples=[None]
    )


_PDF: dict[str, Any] = {
    "description": "The form",
    "content": {"application/pdf": {}},
    "headers": {FORM_ID_HEADER: {"description": "the id printed in the form's code", "schema": {"type": "string"}}},
}


@router.post(
    "/forms",
    status_code=201,
    response_class=Response,
    responses={201: _PDF, **problems(400)},
    tags=["Forms"],
    summary="Print a form for a parent",
)
async def prefilled_form(order: FormRequest, caller: Caller, context: Context) -> Response:
    """Return a one-page form that is filled in already: the parent only signs and dates.

    Its id is for this parent, case and role, and for one consent; most such forms are decided without a person. Nothing
    of the parent is stored: print again when a form is lost.
    """
    acting, today = _acting(caller, context), legal_day(context.clock())
    fields = {name: value for name, value in order.model_dump().items() if value is not None}
    try:
        checked = read_order(fields, today=today, max_months=context.settings.consent_max_months)
        printed = await print_prefilled_form(context, acting=acting, order=checked)
    except ClaimInvalid as invalid:
        raise _refusal(invalid) from None
    return Response(printed.pdf, 201, media_type="application/pdf", headers=printed.headers("attachment"))


@router.get(
    "/forms/blank.pdf",
    response_class=Response,
    responses={200: _PDF, **problems()},
    tags=["Forms"],
    summary="Print a blank consent form",
)
async def blank_form(
    caller: Caller, context: Context, language: Annotated[Language, Query(description="en or es")] = Language.ENGLISH
) -> Response:
    """Return a one-page form for your organization. Unlike a filled-in one it may be photocopied."""
    try:
        printed = await print_blank_form(context, acting=_acting(caller, context), language=language)
    except ClaimInvalid as invalid:
        raise _refusal(invalid) from None
    return Response(printed.pdf, media_type="application/pdf", headers=printed.headers("attachment"))


def _acting(caller: ApiCaller, context: Context) -> Acting:
    acting = by_key(caller)
    count_printing(context, acting)
    return acting


def _refusal(invalid: ClaimInvalid) -> Problem:
    errors = {field: (problem.value, SENTENCES[problem]) for field, problem in invalid.problems.items()}
    return Problem(422, PortalCode.REQUEST_INVALID, errors=errors)


@router.get("/resources", responses=problems(), tags=["Resources"], summary="Find official resources")
async def resources(
    caller: Caller,  # noqa: ARG001 - the key alone is asked for
    language: Annotated[Language, Query(description="en or es")] = Language.ENGLISH,
    role: Annotated[Party | None, Query(description="for a parent on this side of the case")] = None,
    resource_type: Annotated[ResourceType | None, Query(alias="type")] = None,
    text: Annotated[str, Query(max_length=100, description="words that must all occur")] = "",
) -> ResourceList:
    """Return links to official pages, forms, brochures and videos that are offered in a language."""
    audience = audience_of(role) if role else None
    found = search(text, language=language, audience=audience, type=resource_type)
    links = [
        ResourceLink(
            id=resource.id,
            type=resource.type.value,
            audience=resource.audience.value,
            title=resource.title(language),
            url=resource.url,
        )
        for resource in found
    ]
    return ResourceList(language=language, resources=links)
