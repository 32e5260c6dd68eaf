"""The confidentiality agreements: each person's own, and the organization's, which its administrator accepts.

Nothing about a parent is shown before both are accepted in the version in force.
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request, Response

from schemas.values import Language
from services.portal.agreement_blocks import agreement_blocks
from services.portal.context import Context, PortalContext
from services.portal.identity import NotAllowed, SignedIn, signed_in_before_agreement
from services.portal.languages import mark
from services.portal.navigation import home_of
from services.portal.pages import page, see
from services.register.agreements import AgreementOutdated, AgreementText
from services.register.states import PersonRole

router = APIRouter(include_in_schema=False)

Audience = Literal["person", "organization"]

TICK = mark("Tick the box if you agree.")
OUTDATED = mark("The text has changed since you opened this page. Please read the new one.")


@router.get("/agreement")
async def agreement(
    request: Request, context: Context, person: Annotated[SignedIn, Depends(signed_in_before_agreement)]
) -> Response:
    """Show the next agreement to accept; when none is left, both texts can be read again."""
    if not person.person_agreed:
        return _form(request, context, person, "person")
    if not person.organization_agreed and person.role is PersonRole.ORGANIZATION_ADMIN:
        return _form(request, context, person, "organization")
    if not person.organization_agreed:
        return page(request, "accounts/agreement_waits.html", person)
    return see(home_of(person))


@router.post("/agreement")
async def accept(
    request: Request,
    context: Context,
    person: Annotated[SignedIn, Depends(signed_in_before_agreement)],
    audience: Annotated[Audience, Form()],
    version: Annotated[str, Form()] = "",
    agree: Annotated[str, Form()] = "",
) -> Response:
    """Record what was accepted: version, hash of the text, who, when."""
    if audience == "organization" and person.role is not PersonRole.ORGANIZATION_ADMIN:
        raise NotAllowed
    if agree != "yes":
        return _form(request, context, person, audience, TICK)
    try:
        await _record(context, person, audience, version)
    except AgreementOutdated:
        return _form(request, context, person, audience, OUTDATED)
    return see("/agreement")


async def _record(context: PortalContext, person: SignedIn, audience: Audience, version: str) -> None:
    now, agreements = context.clock(), context.agreements
    async with context.database.transaction() as tx:
        if audience == "person":
            await agreements.accept(tx, person_id=person.person_id, version=version, at=now)
        elif person.organization_id is not None:
            await agreements.accept_for_organization(
                tx, organization_id=person.organization_id, person_id=person.person_id, version=version, at=now
            )


def _form(
    request: Request, context: PortalContext, person: SignedIn, audience: Audience, error: str | None = None
) -> Response:
    agreements = context.agreements
    shown: AgreementText = agreements.current if audience == "person" else agreements.current_for_organizations
    text = shown.text_en if person.language is Language.ENGLISH else shown.text_es
    return page(
        request,
        "accounts/agreement.html",
        person,
        status_code=422 if error else 200,
        audience=audience,
        version=shown.version,
        effective_on=shown.effective_on,
        blocks=agreement_blocks(text),
        error=error,
    )
