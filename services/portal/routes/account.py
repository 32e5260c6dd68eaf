"""A person's own account: who they are here, and in which browsers they are signed in."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from services.portal import sign_ins
from services.portal.context import Context
from services.portal.cookies import sign_in_cookie
from services.portal.devices import UNKNOWN_DEVICE, device_name
from services.portal.identity import SignedIn, signed_in
from services.portal.pages import page, see
from services.register import people, second_factors

router = APIRouter(include_in_schema=False)

Person = Annotated[SignedIn, Depends(signed_in)]


@router.get("/account")
async def own_account(request: Request, context: Context, person: Person) -> Response:
    """Show the account and its sign-ins."""
    async with context.database.reading() as tx:
        stored = await people.get(tx, person.person_id)
        has_second_factor = await second_factors.is_on(tx, person.person_id)
        live = await sign_ins.live_of(tx, person.person_id, context.clock())
    here = sign_ins.digest(_token(request, context))
    # allowed: secrets-in-constant-time - hashes out of the register, of the reader's own browsers
    rows = [(one, device_name(one.device) or UNKNOWN_DEVICE, one.token_sha256 == here) for one in live]
    return page(
        request,
        "accounts/own_account.html",
        person,
        email=stored.email,
        sign_ins=rows,
        has_second_factor=has_second_factor,
    )


@router.post("/account/sign-ins/{sign_in_id:uuid}/end")
async def end_one(sign_in_id: UUID, context: Context, person: Person) -> Response:
    """End one of the person's own sign-ins; the same answer for another's and for none."""
    async with context.database.transaction() as tx:
        if not await sign_ins.end_one_of(tx, person.person_id, sign_in_id, context.clock()):
            raise HTTPException(404)
    return see("/account", notice="sign_in_ended")


@router.post("/account/sign-ins/end-others")
async def end_others(request: Request, context: Context, person: Person) -> Response:
    """End every sign-in of the person but this browser's."""
    async with context.database.transaction() as tx:
        await sign_ins.end_others_of(tx, person.person_id, _token(request, context), context.clock())
    return see("/account", notice="sign_ins_ended")


def _token(request: Request, context: Context) -> str:
    return request.cookies.get(sign_in_cookie(context.settings), "")
