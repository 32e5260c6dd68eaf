"""The second step of signing in: the code of an authenticator app, or a recovery code."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from services.portal import second_steps
from services.portal.context import Context, PortalContext
from services.portal.cookies import clear_cookie, second_step_cookie
from services.portal.errors import error_page
from services.portal.identity import client_address
from services.portal.languages import mark
from services.portal.local_paths import local_path
from services.portal.pages import page, see
from services.portal.rate_limits import SIGN_IN
from services.portal.routes.sign_in import CODE_PATH, signed_in_response
from services.register import second_factors
from services.register.tables import Person

router = APIRouter(include_in_schema=False)

NOT_RIGHT = mark("This code is not right, was used before, or the account is locked for a while after too many tries.")


@router.get("/sign-in/code")
async def code_page(
    request: Request,
    context: Context,
    next: str = "/",  # noqa: A002 - in the address
) -> Response:
    """Show the form, or go back to the password when no code is waited for."""
    if await _person(request, context) is None:
        return see("/sign-in")
    return _form(request, local_path(next))


@router.post("/sign-in/code")
async def finish(
    request: Request,
    context: Context,
    code: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002 - in the form
) -> Response:
    """Check the code, and sign in."""
    if not context.rate_limits.allow(SIGN_IN, "sign_in", client_address(request)):
        return await error_page(request, 429)
    person = await _person(request, context)
    if person is None:
        return see("/sign-in")
    now, token = context.clock(), _token(request, context)
    if not await second_factors.finish_sign_in(context.database, context.master_key, person.id, typed=code, at=now):
        return _form(request, local_path(next), NOT_RIGHT)
    async with context.database.transaction() as tx:
        if not await second_steps.use_up(tx, token, now):
            return see("/sign-in")
    response = await signed_in_response(request, context, person, local_path(next))
    clear_cookie(response, context.settings, second_step_cookie(context.settings), path=CODE_PATH)
    return response


def _token(request: Request, context: PortalContext) -> str:
    return request.cookies.get(second_step_cookie(context.settings), "")


async def _person(request: Request, context: PortalContext) -> Person | None:
    async with context.database.reading() as tx:
        return await second_steps.person_of(tx, _token(request, context), context.clock())


def _form(request: Request, path: str, error: str | None = None) -> Response:
    errors = {"code": error} if error else {}
    return page(
        request, "accounts/sign_in_code.html", None, status_code=422 if error else 200, next=path, errors=errors
    )
