"""Somebody forgot the password: they ask for a link, and set another one with it.

Whether an address is known is looked up after the answer is sent: neither its words nor its time can tell.
"""

import asyncio
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.background import BackgroundTask

from services.portal import password_changes
from services.portal.context import Context, PortalContext
from services.portal.cookies import clear_cookie, password_reset_cookie, set_cookie
from services.portal.errors import error_page
from services.portal.form_checks import mistakes, why_no_email
from services.portal.identity import SignedIn, anybody, client_address
from services.portal.pages import page, see
from services.portal.passwords import DIFFERENT, why_unsuitable
from services.portal.rate_limits import RESET_ASKED, RESET_LINK, RESET_MAILED
from services.register import people
from services.register.tables import Person

router = APIRouter(include_in_schema=False)

Visitor = Annotated[SignedIn | None, Depends(anybody)]

COOKIE_PATH = "/password-reset"
COOKIE_SECONDS = 30 * 60


@router.get("/forgot-password")
async def forgot_password(request: Request, visitor: Visitor) -> Response:
    """Show the form."""
    return page(request, "accounts/forgot_password.html", visitor, email="", errors={})


@router.post("/forgot-password")
async def ask_for_link(
    request: Request, context: Context, visitor: Visitor, email: Annotated[str, Form()] = ""
) -> Response:
    """Say that a link is on its way if the address is known; then look whether it is."""
    if not context.rate_limits.allow(RESET_ASKED, "forgot_password", client_address(request)):
        return await error_page(request, 429)
    errors = mistakes(email=why_no_email(email))
    if errors:
        return page(request, "accounts/forgot_password.html", visitor, status_code=422, email=email, errors=errors)
    response = see("/forgot-password", notice="reset_asked")
    response.background = BackgroundTask(_send_link, context, email)
    return response


async def _send_link(context: PortalContext, email: str) -> None:
    address = sha256(people.normal_email(email).encode()).hexdigest()
    if context.rate_limits.allow(RESET_MAILED, "reset_mail", address):
        async with context.database.transaction() as tx:
            await password_changes.asked_for_link(tx, context.master_key, email, context.clock())


@router.get("/password-reset")
async def password_reset(request: Request, context: Context, visitor: Visitor, token: str = "") -> Response:
    """Take the token out of the address; then show the form, or say that the link no longer works."""
    if not context.rate_limits.allow(RESET_LINK, "password_reset", client_address(request)):
        return await error_page(request, 429)
    if token:
        response = RedirectResponse(COOKIE_PATH, status_code=303)
        name = password_reset_cookie(context.settings)
        set_cookie(response, context.settings, name, token, max_age=COOKIE_SECONDS, path=COOKIE_PATH)
        return response
    owner = await _owner(request, context)
    if owner is None:
        return page(request, "accounts/password_reset_over.html", visitor, status_code=410)
    return _form(request, owner, {})


@router.post("/password-reset")
async def set_password(
    request: Request, context: Context, password: Annotated[str, Form()] = "", again: Annotated[str, Form()] = ""
) -> Response:
    """Set the password; the link is used up, every sign-in ends, and the person signs in as always."""
    if not context.rate_limits.allow(RESET_LINK, "password_reset", client_address(request)):
        return await error_page(request, 429)
    owner = await _owner(request, context)
    if owner is None:
        return page(request, "accounts/password_reset_over.html", None, status_code=410)
    errors = mistakes(
        password=await asyncio.to_thread(why_unsuitable, password, email=owner.email),
        # allowed: secrets-in-constant-time - one person typed both
        again=None if password == again else DIFFERENT,
    )
    if errors:
        return _form(request, owner, errors)
    hashed = await asyncio.to_thread(people.hash_password, password)
    async with context.database.transaction() as tx:
        done = await password_changes.reset(tx, _token(request, context), password_hash=hashed, at=context.clock())
    if not done:
        return page(request, "accounts/password_reset_over.html", None, status_code=410)
    response = see("/sign-in", notice="password_set")
    clear_cookie(response, context.settings, password_reset_cookie(context.settings), path=COOKIE_PATH)
    return response


def _token(request: Request, context: PortalContext) -> str:
    return request.cookies.get(password_reset_cookie(context.settings), "")


async def _owner(request: Request, context: PortalContext) -> Person | None:
    async with context.database.reading() as tx:
        return await password_changes.owner_of(tx, _token(request, context), context.clock())


def _form(request: Request, owner: Person, errors: dict[str, str]) -> Response:
    status = 422 if errors else 200
    return page(request, "accounts/password_reset.html", None, status_code=status, email=owner.email, errors=errors)
