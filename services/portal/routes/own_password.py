"""Somebody signed in changes their password."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from services.portal import password_changes
from services.portal.context import Context, PortalContext
from services.portal.errors import error_page
from services.portal.form_checks import mistakes
from services.portal.identity import SignedIn, signed_in
from services.portal.languages import mark
from services.portal.pages import page
from services.portal.passwords import DIFFERENT, why_unsuitable
from services.portal.rate_limits import PASSWORD_CHANGE
from services.portal.routes.sign_in import signed_in_response
from services.register import people
from services.register.tables import Person

router = APIRouter(include_in_schema=False)

NOT_RIGHT = mark("This is not your password, or the account is locked for a while after too many tries.")
THE_SAME = mark("This is the password you have now. Choose another one.")


@router.get("/account/password")
async def own_password(request: Request, context: Context, person: Annotated[SignedIn, Depends(signed_in)]) -> Response:
    """Show the form."""
    return _form(request, person, await _stored(context, person), {})


@router.post("/account/password")
async def change_password(
    request: Request,
    context: Context,
    person: Annotated[SignedIn, Depends(signed_in)],
    current: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Set another password; every sign-in ends, and this browser gets a new one."""
    if not context.rate_limits.allow(PASSWORD_CHANGE, "password", str(person.person_id)):
        return await error_page(request, 429)
    stored = await _stored(context, person)
    errors = await _mistakes(stored, current, password, again)
    confirmed = None
    if not errors:
        now = context.clock()
        confirmed = await people.confirm_password(context.database, person.person_id, password=current, at=now)
    if confirmed is None or not await _change(context, stored, password, confirmed):
        return _form(request, person, stored, errors or {"current": NOT_RIGHT})
    return await signed_in_response(request, context, stored, "/account?notice=password_changed")


async def _mistakes(person: Person, current: str, password: str, again: str) -> dict[str, str]:
    unsuitable = await asyncio.to_thread(why_unsuitable, password, email=person.email)
    return mistakes(
        # allowed: secrets-in-constant-time - one person typed all three
        password=THE_SAME if unsuitable is None and password == current else unsuitable,
        # allowed: secrets-in-constant-time - one person typed both
        again=None if password == again else DIFFERENT,
    )


async def _change(context: PortalContext, person: Person, password: str, confirmed: str) -> bool:
    hashed = await asyncio.to_thread(people.hash_password, password)
    async with context.database.transaction() as tx:
        return await password_changes.change(
            tx, person.id, password_hash=hashed, instead_of=confirmed, at=context.clock()
        )


async def _stored(context: PortalContext, person: SignedIn) -> Person:
    async with context.database.reading() as tx:
        return await people.get(tx, person.person_id)


def _form(request: Request, person: SignedIn, stored: Person, errors: dict[str, str]) -> Response:
    status = 422 if errors else 200
    return page(request, "accounts/own_password.html", person, status_code=status, email=stored.email, errors=errors)
