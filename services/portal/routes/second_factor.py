"""A person's own second factor: set up an authenticator app, confirm it, renew the recovery codes, take it away.

Each step that changes something asks for the password: an open browser is not enough.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from services.portal import second_steps, sign_ins
from services.portal.app_codes import app_address, drawn, grouped
from services.portal.context import Context, PortalContext
from services.portal.cookies import sign_in_cookie
from services.portal.errors import error_page
from services.portal.identity import SignedIn, signed_in_before_second_factor
from services.portal.languages import mark
from services.portal.pages import page, see
from services.portal.rate_limits import PASSWORD_CHANGE
from services.portal.routes.own_password import NOT_RIGHT
from services.register import audit, people, second_factors

router = APIRouter(include_in_schema=False)

Person = Annotated[SignedIn, Depends(signed_in_before_second_factor)]
Typed = Annotated[str, Form()]

CODE_NOT_RIGHT = mark("This code is not right. Wait for the next one, and check the clock of your phone.")
NEEDED = mark("Your role needs a second factor.")


@router.get("/account/second-factor")
async def second_factor(request: Request, context: Context, person: Person) -> Response:
    """Say whether there is one."""
    return await _show(request, context, person, {})


@router.post("/account/second-factor")
async def set_up(request: Request, context: Context, person: Person, current: Typed = "") -> Response:
    """Make a key and show it; it counts once a code of it was typed."""
    if (refused := await _refused(request, context, person, current)) is not None:
        return refused
    async with context.database.transaction() as tx:
        if await second_factors.is_on(tx, person.person_id):
            return see("/account/second-factor")
        await second_factors.begin(tx, context.master_key, person.person_id, context.clock())
    return await _setup_page(request, context, person, {})


@router.post("/account/second-factor/confirm")
async def confirm(request: Request, context: Context, person: Person, code: Typed = "") -> Response:
    """Switch it on with the first code; every other browser is signed out. The recovery codes are shown this once."""
    if not context.rate_limits.allow(PASSWORD_CHANGE, "second_factor", str(person.person_id)):
        return await error_page(request, 429)
    at = context.clock()
    async with context.database.transaction() as tx:
        codes = await second_factors.confirm(tx, context.master_key, person.person_id, typed=code, at=at)
        if codes is not None:
            token = request.cookies.get(sign_in_cookie(context.settings), "")
            await sign_ins.end_others_of(tx, person.person_id, token, at)
    if codes is None:
        return await _setup_page(request, context, person, {"code": CODE_NOT_RIGHT})
    return page(request, "accounts/recovery_codes.html", person, codes=codes, renewed=False)


@router.post("/account/second-factor/recovery-codes")
async def renew(request: Request, context: Context, person: Person, current: Typed = "") -> Response:
    """Replace the recovery codes, and show the new ones this once."""
    if (refused := await _refused(request, context, person, current)) is not None:
        return refused
    async with context.database.transaction() as tx:
        codes = await second_factors.renew_recovery_codes(tx, person.person_id, context.clock())
    if not codes:
        return see("/account/second-factor")
    return page(request, "accounts/recovery_codes.html", person, codes=codes, renewed=True)


@router.post("/account/second-factor/remove")
async def remove(request: Request, context: Context, person: Person, current: Typed = "") -> Response:
    """Take it away, unless the role needs it."""
    if (refused := await _refused(request, context, person, current)) is not None:
        return refused
    if context.settings.needs_second_factor(person.role):
        return await _show(request, context, person, {"current": NEEDED})
    at, actor = context.clock(), audit.person_actor(person.person_id)
    async with context.database.transaction() as tx:
        await second_factors.remove(tx, person.person_id, actor=actor, at=at)
        await second_steps.end_all_of(tx, person.person_id, at)
    return see("/account", notice="second_factor_removed")


async def _refused(request: Request, context: PortalContext, person: SignedIn, current: str) -> Response | None:
    """Return the answer to somebody who can't say the password; None when they can."""
    if not context.rate_limits.allow(PASSWORD_CHANGE, "password", str(person.person_id)):
        return await error_page(request, 429)
    at = context.clock()
    if await people.confirm_password(context.database, person.person_id, password=current, at=at) is None:
        return await _show(request, context, person, {"current": NOT_RIGHT})
    return None


async def _show(request: Request, context: PortalContext, person: SignedIn, errors: dict[str, str]) -> Response:
    async with context.database.reading() as tx:
        is_on = await second_factors.is_on(tx, person.person_id)
        left = await second_factors.recovery_codes_left(tx, person.person_id)
    return page(
        request,
        "accounts/second_factor.html",
        person,
        status_code=422 if errors else 200,
        is_on=is_on,
        codes_left=left,
        needed=context.settings.needs_second_factor(person.role),
        errors=errors,
    )


async def _setup_page(request: Request, context: PortalContext, person: SignedIn, errors: dict[str, str]) -> Response:
    async with context.database.reading() as tx:
        seed = await second_factors.waiting_seed(tx, context.master_key, person.person_id)
        email = (await people.get(tx, person.person_id)).email
    if seed is None:
        return see("/account/second-factor")
    code = drawn(app_address(seed, email))
    return page(
        request,
        "accounts/second_factor_setup.html",
        person,
        status_code=422 if errors else 200,
        drawn=code,
        seed=grouped(seed),
        errors=errors,
    )
