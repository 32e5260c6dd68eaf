"""Sign in with e-mail address and password, and sign out."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request, Response

from services.portal import second_steps, sign_ins
from services.portal.context import Context, PortalContext
from services.portal.cookies import (
    clear_cookie,
    language_cookie,
    second_step_cookie,
    set_cookie,
    sign_in_cookie,
    visitor_cookie,
)
from services.portal.devices import device_of
from services.portal.errors import error_page
from services.portal.identity import SignedIn, anybody, client_address
from services.portal.languages import mark
from services.portal.local_paths import local_path
from services.portal.pages import page, see
from services.portal.rate_limits import SIGN_IN
from services.portal.settings import ABSOLUTE_LIMIT, SECOND_STEP_LIFETIME
from services.register import people, second_factors
from services.register.tables import Person

router = APIRouter(include_in_schema=False)

CODE_PATH = "/sign-in/code"
"""Where the cookie between password and code is sent, and nowhere else."""

WRONG = mark(
    "The e-mail address or the password is not right, or the account is locked for a while after too many tries."
)
"""The same whichever it is: it must not tell whether somebody has an account."""


@router.get("/sign-in")
async def sign_in_page(
    request: Request,
    visitor: Annotated[SignedIn | None, Depends(anybody)],
    next: str = "/",  # noqa: A002 - in the address
) -> Response:
    """Show the form, or go on when signed in already."""
    if visitor is not None:
        return see(local_path(next))
    return page(request, "accounts/sign_in.html", None, next=local_path(next), email="", error=None)


@router.post("/sign-in")
async def sign_in(
    request: Request,
    context: Context,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002 - in the form
) -> Response:
    """Check address and password; a new token every time, so a planted one is worth nothing."""
    if not context.rate_limits.allow(SIGN_IN, "sign_in", client_address(request)):
        return await error_page(request, 429)
    now = context.clock()
    person = await people.sign_in(context.database, email=email, password=password, at=now)
    if person is None:
        return page(
            request, "accounts/sign_in.html", None, status_code=422, next=local_path(next), email=email, error=WRONG
        )
    async with context.database.transaction() as tx:
        if not await second_factors.is_on(tx, person.id):
            token = None
        else:
            token = await second_steps.begin(tx, person.id, now)
    if token is None:
        return await signed_in_response(request, context, person, local_path(next))
    response = see(f"/sign-in/code?{urlencode({'next': local_path(next)})}")
    seconds, name = int(SECOND_STEP_LIFETIME.total_seconds()), second_step_cookie(context.settings)
    set_cookie(response, context.settings, name, token, max_age=seconds, path=CODE_PATH)
    return response


async def signed_in_response(request: Request, context: PortalContext, person: Person, path: str) -> Response:
    """Begin a sign-in for a person who has just proved who they are, and send the browser on."""
    now = context.clock()
    async with context.database.transaction() as tx:
        earlier = request.cookies.get(sign_in_cookie(context.settings))
        if earlier:
            await sign_ins.end(tx, earlier, now)
        device = device_of(request.headers.get("user-agent", ""))
        token = await sign_ins.begin(tx, person.id, now, device=device)
    response = see(path)
    limit = int(ABSOLUTE_LIMIT.total_seconds())
    set_cookie(response, context.settings, sign_in_cookie(context.settings), token, max_age=limit)
    set_cookie(response, context.settings, language_cookie(context.settings), person.language.value, max_age=limit)
    clear_cookie(response, context.settings, visitor_cookie(context.settings))
    return response


@router.post("/sign-out")
async def sign_out(request: Request, context: Context) -> Response:
    """End the sign-in here and in the register; a copy of the cookie is worth nothing afterwards."""
    name = sign_in_cookie(context.settings)
    token = request.cookies.get(name)
    if token:
        async with context.database.transaction() as tx:
            await sign_ins.end(tx, token, context.clock())
    response = see("/sign-in", notice="signed_out")
    clear_cookie(response, context.settings, name)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response
