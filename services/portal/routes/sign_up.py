"""An organization asks to take part."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from schemas.values import Language
from services.portal.context import Context, PortalContext
from services.portal.errors import error_page
from services.portal.form_checks import (
    mistakes,
    why_no_email,
    why_no_language,
    why_no_name,
    why_no_organization,
    why_no_reason,
)
from services.portal.identity import SignedIn, anybody, client_address
from services.portal.pages import page, see
from services.portal.rate_limits import SIGN_UP
from services.register import organizations, people
from services.register.audit import SYSTEM
from services.register.states import PersonRole

router = APIRouter(include_in_schema=False)

TEMPLATE = "accounts/sign_up.html"
EMPTY = {"organization": "", "contact": "", "email": "", "why": "", "preferred": ""}


@router.get("/sign-up")
async def sign_up_page(request: Request, visitor: Annotated[SignedIn | None, Depends(anybody)]) -> Response:
    """Show the form."""
    return page(request, TEMPLATE, visitor, given=EMPTY, errors={})


@router.post("/sign-up")
async def sign_up(
    request: Request,
    context: Context,
    organization: Annotated[str, Form()] = "",
    contact: Annotated[str, Form()] = "",
    email: Annotated[str, Form()] = "",
    preferred: Annotated[str, Form()] = "",
    why: Annotated[str, Form()] = "",
) -> Response:
    """Note the request for the agency. The answer is the same whether or not name or address are known already."""
    if not context.rate_limits.allow(SIGN_UP, "sign_up", client_address(request)):
        return await error_page(request, 429)
    errors = mistakes(
        organization=why_no_organization(organization),
        contact=why_no_name(contact),
        email=why_no_email(email),
        preferred=why_no_language(preferred),
        why=why_no_reason(why),
    )
    given = {"organization": organization, "contact": contact, "email": email, "why": why, "preferred": preferred}
    if errors:
        return page(request, TEMPLATE, None, status_code=422, given=given, errors=errors)
    await _note_request(context, given)
    return see("/sign-up/received")


@router.get("/sign-up/received")
async def received(request: Request, visitor: Annotated[SignedIn | None, Depends(anybody)]) -> Response:
    """Say what happens next."""
    return page(request, "accounts/sign_up_received.html", visitor)


async def _note_request(context: PortalContext, given: dict[str, str]) -> None:
    now, language = context.clock(), Language(given["preferred"])
    try:
        async with context.database.transaction() as tx:
            organization = await organizations.request(
                tx, name=given["organization"], contact_email=given["email"], language=language, at=now
            )
            organization.request_note = given["why"].strip()
            await people.add(
                tx,
                email=given["email"],
                display_name=given["contact"],
                role=PersonRole.ORGANIZATION_ADMIN,
                language=language,
                at=now,
                actor=SYSTEM,
                organization_id=organization.id,
            )
    except (organizations.NameTaken, people.EmailTaken):
        return  # nothing is stored, and nobody learns who is registered here
