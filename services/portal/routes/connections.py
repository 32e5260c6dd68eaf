"""How an organization's own systems connect: API keys to upload with, and a webhook to be told by."""

import secrets
from base64 import b64encode
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response

from services.portal import api_keys
from services.portal.context import Context, PortalContext
from services.portal.identity import SignedIn, require_role
from services.portal.languages import mark
from services.portal.pages import page, see
from services.portal.webhook_addresses import why_no_webhook
from services.register import audit, organizations
from services.register.messages import webhook_secret_purpose
from services.register.states import PersonRole
from services.vault.sealed_text import seal_text

router = APIRouter(include_in_schema=False)

Administrator = Annotated[SignedIn, Depends(require_role(PersonRole.ORGANIZATION_ADMIN))]

LABEL_LIMIT = 80
LABEL_WRONG = mark("Give the key a name of up to 80 characters, such as the system that will use it.")
SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix of the Standard Webhooks specification, not a secret


@router.get("/connections")
async def connections(request: Request, context: Context, person: Administrator) -> Response:
    """Show the keys and the webhook."""
    return await _show(request, context, person)


@router.post("/connections/keys")
async def create_key(
    request: Request, context: Context, person: Administrator, label: Annotated[str, Form()] = ""
) -> Response:
    """Make a key and show it, this once."""
    label = label.strip()
    if not label or len(label) > LABEL_LIMIT or not label.isprintable():
        return await _show(request, context, person, errors={"label": LABEL_WRONG})
    now = context.clock()
    async with context.database.transaction() as tx:
        key, token = await api_keys.create(
            tx, organization_id=_own(person), person_id=person.person_id, label=label, at=now
        )
        await audit.record(
            tx, act="key.created", actor=audit.person_actor(person.person_id), at=now, detail={"key": str(key.id)}
        )
    return await _show(request, context, person, new_key=token)


@router.post("/connections/keys/{key_id}/revoke")
async def revoke_key(key_id: UUID, context: Context, person: Administrator) -> Response:
    """Revoke a key; it stops working at once."""
    now = context.clock()
    async with context.database.transaction() as tx:
        if not await api_keys.revoke(tx, organization_id=_own(person), key_id=key_id, at=now):
            raise HTTPException(404)
        await audit.record(
            tx, act="key.revoked", actor=audit.person_actor(person.person_id), at=now, detail={"key": str(key_id)}
        )
    return see("/connections", notice="key_revoked")


@router.post("/connections/webhook")
async def set_webhook(
    request: Request, context: Context, person: Administrator, url: Annotated[str, Form()] = ""
) -> Response:
    """Save the webhook's address with a new signing secret, shown this once."""
    url = url.strip()
    wrong = why_no_webhook(url, practice_mode=context.settings.practice_mode)
    if wrong:
        return await _show(request, context, person, url=url, errors={"url": wrong})
    secret = SECRET_PREFIX + b64encode(secrets.token_bytes(32)).decode()
    sealed = seal_text(context.master_key, webhook_secret_purpose(_own(person)), secret)
    await _save_webhook(context, person, url, sealed)
    return await _show(request, context, person, new_secret=secret)


@router.post("/connections/webhook/remove")
async def remove_webhook(context: Context, person: Administrator) -> Response:
    """Stop telling the organization's system."""
    await _save_webhook(context, person, None, None)
    return see("/connections", notice="webhook_removed")


async def _save_webhook(context: PortalContext, person: SignedIn, url: str | None, sealed: bytes | None) -> None:
    async with context.database.transaction() as tx:
        organization = await organizations.get(tx, _own(person))
        organization.webhook_url, organization.webhook_secret_sealed = url, sealed
        organization.webhook_disabled_at = None
        act = "webhook.saved" if url else "webhook.removed"
        detail = {"organization": str(organization.id)}
        await audit.record(tx, act=act, actor=audit.person_actor(person.person_id), at=context.clock(), detail=detail)


async def _show(
    request: Request,
    context: PortalContext,
    person: SignedIn,
    *,
    new_key: str | None = None,
    new_secret: str | None = None,
    url: str | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    async with context.database.reading() as tx:
        keys = await api_keys.of_organization(tx, _own(person))
        organization = await organizations.get(tx, _own(person))
    return page(
        request,
        "accounts/connections.html",
        person,
        status_code=422 if errors else 200,
        path="/connections",
        keys=keys,
        webhook_url=organization.webhook_url,
        webhook_is_off=organization.webhook_disabled_at is not None,
        url=url if url is not None else organization.webhook_url or "",
        new_key=new_key,
        new_secret=new_secret,
        portal_url=context.settings.portal_url,
        errors=errors or {},
    )


def _own(person: SignedIn) -> UUID:
    if person.organization_id is None:
        raise HTTPException(404)
    return person.organization_id
