"""Print forms in the browser: one for a parent, already filled in, or a blank one."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from schemas.values import Language
from services.consent_form.layout import box_number
from services.portal.acting import Acting, by_person
from services.portal.claims import ClaimInvalid
from services.portal.context import Context
from services.portal.date_boxes import box_names, folded
from services.portal.errors import error_page
from services.portal.form_orders import FIELDS, SENTENCES, read_order
from services.portal.form_printing import count_printing, print_blank_form, print_prefilled_form
from services.portal.identity import ORGANIZATION_ROLES, SignedIn, require_role
from services.portal.pages import page
from services.portal.upload_form import text_fields
from services.runtime.clock import legal_day

router = APIRouter(include_in_schema=False)

Member = Annotated[SignedIn, Depends(require_role(*ORGANIZATION_ROLES))]

DATES = {"birth_date": "birth", "starts_on": "starts", "expires_on": "expires"}
"""Dates by field, with what the names of their three boxes begin with."""

SHOWN_AGAIN = (
    "parent_name",
    "case_identifier",
    "role",
    "language",
    *(name for prefix in DATES.values() for name in box_names(prefix)),
)


@router.get("/forms/new")
async def print_page(request: Request, member: Member) -> Response:
    """Show the empty page; the form's language is the reader's until another is chosen."""
    return _page(request, member, {"language": member.language.value}, {})


@router.post("/forms/new")
async def print_form(request: Request, member: Member, context: Context) -> Response:
    """Open the filled-in form as a PDF, or show the page again with every mistake in it."""
    acting = _acting(member, context)
    fields = text_fields(await request.form())
    fields |= {field: folded(fields, prefix) for field, prefix in DATES.items()}
    settings = context.settings
    try:
        order = read_order(fields, today=legal_day(context.clock()), max_months=settings.consent_max_months)
        printed = await print_prefilled_form(context, acting=acting, order=order)
    except ClaimInvalid as invalid:
        errors = {field: SENTENCES[problem] for field, problem in invalid.problems.items()}
        return _page(request, member, fields, errors)
    return Response(printed.pdf, media_type="application/pdf", headers=printed.headers("inline"))


@router.get("/forms/blank/{language}.pdf")
async def blank_form(request: Request, language: Language, member: Member, context: Context) -> Response:
    """Print a blank form for the organization; it may be photocopied."""
    acting = _acting(member, context)
    try:
        printed = await print_blank_form(context, acting=acting, language=language)
    except ClaimInvalid as invalid:
        return await error_page(request, 422, SENTENCES[invalid.problems["organization"]])
    return Response(printed.pdf, media_type="application/pdf", headers=printed.headers("inline"))


def _acting(member: SignedIn, context: Context) -> Acting:
    acting = by_person(member)
    count_printing(context, acting)
    return acting


def _page(request: Request, member: SignedIn, fields: Mapping[str, str], errors: Mapping[str, str]) -> Response:
    return page(
        request,
        "consents/print_form.html",
        member,
        status_code=422 if errors else 200,
        fields={name: fields.get(name, "") for name in SHOWN_AGAIN},
        errors={name: errors[name] for name in (*FIELDS, "organization") if name in errors},
        signature_box=box_number("signature"),
    )
