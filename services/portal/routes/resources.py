"""Official resources in the browser: find them, and send links to a client."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from schemas.values import Language
from services.portal.acting import by_person
from services.portal.context import Context
from services.portal.identity import ORGANIZATION_ROLES, SignedIn, require_role, signed_in
from services.portal.languages import mark
from services.portal.pages import page, see
from services.portal.rate_limits import RESOURCE_MAIL
from services.portal.resource_mail import AddressRefused, NothingToSend, known_resources, send_resources
from services.resources.catalogue import Audience, Resource, ResourceType, by_id, search
from services.resources.sheet import resource_sheet_pdf

router = APIRouter(include_in_schema=False)

Member = Annotated[SignedIn, Depends(require_role(*ORGANIZATION_ROLES))]

TYPE_WORDS: Mapping[str, str] = {
    "": mark("Every kind"),
    ResourceType.PAGE.value: mark("Web page"),
    ResourceType.FORM.value: mark("Form"),
    ResourceType.BROCHURE.value: mark("Brochure"),
    ResourceType.VIDEO.value: mark("Video"),
}

AUDIENCES: Mapping[str, tuple[str, Audience | None]] = {
    "": (mark("Everybody"), None),
    "noncustodial": (mark("Noncustodial parent"), Audience.NONCUSTODIAL),
    "custodial": (mark("Custodial parent"), Audience.CUSTODIAL),
}

ADDRESS_WRONG = mark("Enter one e-mail address, like name@example.com.")
NOTHING_CHOSEN = mark("Select at least one resource to send.")


@router.get("/resources")
async def find(
    request: Request,
    reader: Annotated[SignedIn, Depends(signed_in)],
    text: Annotated[str, Query(max_length=100)] = "",
    role: str = "",
    kind: str = "",
    language: str = "",
) -> Response:
    """Search the catalogue; the form to send links is on the same page."""
    asked = {"text": text, "role": role, "kind": kind, "language": language}
    return _page(request, reader, asked, {}, (), "")


@router.post("/resources")
async def send(
    request: Request,
    member: Member,
    context: Context,
    address: Annotated[str, Form(max_length=254)] = "",
    language: Annotated[str, Form()] = "",
    resource: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Send links to a client's own address. It is sealed until the e-mail is out, and kept nowhere after that."""
    acting, chosen = by_person(member), resource or []
    context.rate_limits.count(RESOURCE_MAIL, "resource_mail", str(acting.person_id))
    reader = _language(language, member)
    try:
        await send_resources(context, caller=acting, address=address, resource_ids=chosen, language=reader)
    except AddressRefused:
        return _page(request, member, {"language": language}, {"address": ADDRESS_WRONG}, chosen, address)
    except NothingToSend:
        return _page(request, member, {"language": language}, {"resources": NOTHING_CHOSEN}, (), address)
    return see("/resources", notice="resources_sent")


@router.post("/resources/sheet")
async def sheet(
    request: Request,
    member: Member,
    language: Annotated[str, Form()] = "",
    resource: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Print the chosen resources on paper, in the client's language. The sheet knows of no client and no case."""
    reader = _language(language, member)
    try:
        chosen = [by_id(name) for name in known_resources(resource or [])]
    except NothingToSend:
        return _page(request, member, {"language": language}, {"resources": NOTHING_CHOSEN}, (), "")
    pdf = await asyncio.to_thread(resource_sheet_pdf, chosen, reader)
    headers = {"Content-Disposition": f'inline; filename="resources-{reader.value}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


def _page(
    request: Request,
    reader: SignedIn,
    asked: Mapping[str, str],
    errors: Mapping[str, str],
    chosen: Sequence[str],
    address: str,
) -> Response:
    language = _language(asked.get("language", ""), reader)
    role, kind = asked.get("role", ""), asked.get("kind", "")
    return page(
        request,
        "resources/list.html",
        reader,
        status_code=422 if errors else 200,
        found=_found(asked.get("text", ""), language, role, kind),
        asked={"text": asked.get("text", ""), "role": role, "kind": kind, "language": language.value},
        type_words=TYPE_WORDS,
        audience_words={name: label for name, (label, _) in AUDIENCES.items()},
        reads=language,
        errors=errors,
        chosen=set(chosen),
        address=address,
        may_send=reader.role in ORGANIZATION_ROLES,
    )


def _found(text: str, language: Language, role: str, kind: str) -> list[Resource]:
    audience = AUDIENCES[role][1] if role in AUDIENCES else None
    wanted = ResourceType(kind) if kind in set(ResourceType) else None
    return search(text, language=language, audience=audience, type=wanted)


def _language(text: str, reader: SignedIn) -> Language:
    return Language(text) if text in set(Language) else reader.language
