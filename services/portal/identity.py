"""Who is asking. Every route declares one of these dependencies, or says with ``anybody`` that it needs none.

Pages::

    signed_in: Annotated[SignedIn, Depends(signed_in)]           # redirects to /sign-in, or to /agreement first
    reviewer: Annotated[SignedIn, Depends(require_role(PersonRole.REVIEWER))]
    visitor: Annotated[SignedIn | None, Depends(anybody)]         # public pages; None when not signed in

API::

    caller: Annotated[ApiCaller, Depends(api_caller)]             # 401 / 403 / 429 problem documents

Nothing is cached between requests: a sign-in ended, a person deactivated or a key revoked counts at once.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import Depends, Request
from pydantic import JsonValue

from schemas.reason_codes import ReasonCode
from schemas.values import Language
from services.portal import api_keys, sign_ins
from services.portal.context import Context
from services.portal.cookies import sign_in_cookie
from services.portal.csrf import token_for
from services.portal.problems import PortalCode, Problem
from services.portal.rate_limits import API_KEY_REFUSED, API_KEY_UNKNOWN_NOTED, KEY_USE_NOTED
from services.register import audit
from services.register.states import PersonRole

ORGANIZATION_ROLES = (PersonRole.ORGANIZATION_ADMIN, PersonRole.ORGANIZATION_STAFF)
"""People of a community organization; everybody else works for the agency."""


@dataclass(frozen=True)
class SignedIn:
    """The person behind a browser. ``organization_id`` is None for the agency's people.

    ``agreements_current``: the person's confidentiality agreement and, for an organization's people, the
    organization's. ``signed_in`` hands out current ones only; ``signed_in_before_agreement`` does not look.
    """

    person_id: UUID
    organization_id: UUID | None
    role: PersonRole
    language: Language
    agreements_current: bool
    csrf_token: str
    display_name: str
    organization_name: str | None
    person_agreed: bool
    organization_agreed: bool
    second_factor_due: bool


@dataclass(frozen=True)
class ApiCaller:
    """The organization behind a bearer key, and the person the key acts for."""

    organization_id: UUID
    person_id: UUID
    key_id: UUID
    language: Language


class SignInNeeded(Exception):
    """Nobody is signed in; the handler redirects to ``location``."""

    def __init__(self, location: str) -> None:
        super().__init__("sign in")
        self.location = location


class NotAllowed(Exception):
    """Signed in, but not in a role that may see this."""


async def anybody(request: Request, context: Context) -> SignedIn | None:
    """Return who is signed in, or None. For pages that everybody may see."""
    token = request.cookies.get(sign_in_cookie(context.settings))
    if not token:
        return None
    now = context.clock()
    async with context.database.reading() as tx:
        live = await sign_ins.find(tx, token, now)
    if live is None:
        return None
    request.state.actor = audit.person_actor(live.person.id)
    if now - live.sign_in.last_seen_at > sign_ins.TOUCH_EVERY:
        async with context.database.transaction() as tx:
            await sign_ins.touch(tx, token, now)
    return _describe(live, context, token)


def _describe(live: sign_ins.LiveSignIn, context: Context, token: str) -> SignedIn:
    person, organization = live.person, live.organization
    person_agreed = context.agreements.person_agreed(person)
    organization_agreed = organization is None or context.agreements.organization_agreed(organization)
    return SignedIn(
        person_id=person.id,
        organization_id=person.organization_id,
        role=PersonRole(person.role),
        language=Language(person.language),
        agreements_current=person_agreed and organization_agreed,
        csrf_token=token_for(token),
        display_name=person.display_name,
        organization_name=organization.name if organization else None,
        person_agreed=person_agreed,
        organization_agreed=organization_agreed,
        second_factor_due=context.settings.needs_second_factor(person.role) and not live.has_second_factor,
    )


async def signed_in_before_agreement(
    request: Request, visitor: Annotated[SignedIn | None, Depends(anybody)]
) -> SignedIn:
    """Return who is signed in, agreements current or not. For the agreement pages and sign-out alone.

    Raises:
        SignInNeeded: nobody is.
    """
    if visitor is None:
        back = request.url.path if request.method == "GET" else "/"
        raise SignInNeeded(f"/sign-in?next={quote(back, safe='')}" if back != "/" else "/sign-in")
    return visitor


async def signed_in_before_second_factor(
    person: Annotated[SignedIn, Depends(signed_in_before_agreement)],
) -> SignedIn:
    """Return who is signed in, with every agreement current. For the pages of the second factor alone.

    Raises:
        SignInNeeded: nobody is, or an agreement is to be accepted first.
    """
    if not person.agreements_current:
        raise SignInNeeded("/agreement")
    return person


async def signed_in(person: Annotated[SignedIn, Depends(signed_in_before_agreement)]) -> SignedIn:
    """Return who is signed in, with every agreement current and the second factor that their role needs.

    Raises:
        SignInNeeded: nobody is, or an agreement or a second factor comes first.
    """
    await signed_in_before_second_factor(person)
    if person.second_factor_due:
        raise SignInNeeded("/account/second-factor")
    return person


def require_role(*roles: PersonRole) -> Callable[[SignedIn], Awaitable[SignedIn]]:
    """Return a dependency like ``signed_in`` that lets only these roles in.

    Raises:
        NotAllowed: another role (403 page).
    """

    async def in_role(person: Annotated[SignedIn, Depends(signed_in)]) -> SignedIn:
        if person.role not in roles:
            raise NotAllowed
        return person

    return in_role


async def api_caller(request: Request, context: Context) -> ApiCaller:
    """Return who the bearer key stands for.

    Raises:
        Problem: 401 no or unknown key; 403 organization or person not active, or an agreement missing; 429 too many
            wrong keys from this address.
    """
    address = client_address(request)
    if context.rate_limits.exhausted(API_KEY_REFUSED, "api_key", address):
        raise context.rate_limits.refusal(API_KEY_REFUSED, "api_key", address)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Problem(401, PortalCode.KEY_MISSING, headers={"WWW-Authenticate": "Bearer"})
    async with context.database.reading() as tx:
        found = await api_keys.find(tx, token.strip())
    if found is None:
        context.rate_limits.allow(API_KEY_REFUSED, "api_key", address)
        await _note_unknown_key(context)
        raise Problem(401, PortalCode.KEY_UNKNOWN, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    request.state.actor = audit.key_actor(found.key.id)
    refusal = api_keys.why_refused(found, context.agreements)
    await _note_key(context, found, refusal)
    if refusal is not None:
        raise Problem(403, refusal)
    return ApiCaller(found.organization.id, found.person.id, found.key.id, Language(found.person.language))


async def _note_unknown_key(context: Context) -> None:
    if context.rate_limits.allow(API_KEY_UNKNOWN_NOTED, "key.unknown", "every address"):
        async with context.database.transaction() as tx:
            await audit.record(tx, act="key.unknown", actor=audit.SYSTEM, at=context.clock())


async def _note_key(context: Context, found: api_keys.FoundKey, refusal: ReasonCode | None) -> None:
    """Note that a key is in use, once a minute: a program that polls would fill the log. Its acts are noted apart."""
    act = "key.refused" if refusal else "key.used"
    if not context.rate_limits.allow(KEY_USE_NOTED, act, str(found.key.id)):
        return
    detail: dict[str, JsonValue] = {"organization": str(found.organization.id)}
    if refusal is not None:
        detail["reason"] = refusal.value
    async with context.database.transaction() as tx:
        await audit.record(tx, act=act, actor=audit.key_actor(found.key.id), at=context.clock(), detail=detail)


def client_address(request: Request) -> str:
    """Return the caller's address, for rate limits only; never stored or logged."""
    return request.client.host if request.client else "unknown"
