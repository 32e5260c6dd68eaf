"""An invited person sets a password. The link's token leaves the address bar at once, for a cookie."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from services.portal import invitations, sign_ins
from services.portal.context import Context, PortalContext
from services.portal.cookies import clear_cookie, invitation_cookie, set_cookie
from services.portal.errors import error_page
from services.portal.form_checks import mistakes
from services.portal.identity import SignedIn, anybody, client_address
from services.portal.pages import page
from services.portal.passwords import DIFFERENT, why_unsuitable
from services.portal.rate_limits import INVITATION
from services.portal.routes.sign_in import signed_in_response
from services.register import people
from services.register.tables import Person

router = APIRouter(include_in_schema=False)

COOKIE_PATH = "/invitation"
COOKIE_SECONDS = 30 * 60


@router.get("/invitation")
async def invitation(
    request: Request, context: Context, visitor: Annotated[SignedIn | None, Depends(anybody)], token: str = ""
) -> Response:
    """Take the token out of the address; then show the form, or say that the link no longer works."""
    if not context.rate_limits.allow(INVITATION, "invitation", client_address(request)):
        return await error_page(request, 429)
    if token:
        response = RedirectResponse(COOKIE_PATH, status_code=303)
        set_cookie(
            response,
            context.settings,
            invitation_cookie(context.settings),
            token,
            max_age=COOKIE_SECONDS,
            path=COOKIE_PATH,
        )
        return response
    person = await _invited(request, context)
    if person is None:
        return page(request, "accounts/invitation_over.html", visitor, status_code=410)
    return _form(request, person, {})


@router.post("/invitation")
async def set_password(
    request: Request,
    context: Context,
    password: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Set the password and sign in; the link is used up."""
    if not context.rate_limits.allow(INVITATION, "invitation", client_address(request)):
        return await error_page(request, 429)
    person = await _invited(request, context)
    if person is None:
        return page(request, "accounts/invitation_over.html", None, status_code=410)
    errors = mistakes(
        password=await asyncio.to_thread(why_unsuitable, password, email=person.email),
        # allowed: secrets-in-constant-time - one person typed both
        again=None if password == again else DIFFERENT,
    )
    if errors:
        return _form(request, person, errors)
    hashed = await asyncio.to_thread(people.hash_password, password)
    if not await _activate(context, person, hashed, request.cookies[invitation_cookie(context.settings)]):
        return page(request, "accounts/invitation_over.html", None, status_code=410)
    response = await signed_in_response(request, context, person, "/agreement")
    clear_cookie(response, context.settings, invitation_cookie(context.settings), path=COOKIE_PATH)
    return response


async def _activate(context: PortalContext, person: Person, hashed: str, token: str) -> bool:
    now = context.clock()
    async with context.database.transaction() as tx:
        if not await invitations.use_up(tx, token, now):
            return False
        await people.activate(tx, person.id, password_hash=hashed, at=now)
        await sign_ins.end_all_of(tx, person.id, now)
    return True


async def _invited(request: Request, context: PortalContext) -> Person | None:
    token = request.cookies.get(invitation_cookie(context.settings), "")
    async with context.database.reading() as tx:
        return await invitations.invited_by(tx, token, context.clock())


def _form(request: Request, person: Person, errors: dict[str, str]) -> Response:
    return page(
        request,
        "accounts/invitation.html",
        None,
        status_code=422 if errors else 200,
        name=person.display_name,
        email=person.email,
        errors=errors,
    )
