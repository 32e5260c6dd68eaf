"""The API for what a caseworker hands out: blank forms and links to official resources."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from schemas.values import Language, Party
from services.portal.api_documents import API, ResourceLink, ResourceList, problems
from services.portal.blank_forms import print_blank_form
from services.portal.context import Context
from services.portal.identity import ApiCaller, api_caller
from services.portal.openapi import bearer_key
from services.portal.problems import PortalCode, Problem
from services.portal.rate_limits import BLANK_FORM
from services.resources.catalogue import ResourceType, audience_of, search

router = APIRouter(dependencies=[Depends(bearer_key)], prefix=API)

Caller = Annotated[ApiCaller, Depends(api_caller)]


@router.get(
    "/forms/blank.pdf",
    response_class=Response,
    responses={200: {"description": "The form", "content": {"application/pdf": {}}}, **problems()},
    tags=["Forms"],
    summary="Print a blank consent form",
)
async def blank_form(
    caller: Caller, context: Context, language: Annotated[Language, Query(description="en or es")] = Language.ENGLISH
) -> Response:
    """Return a one-page form for your organization, with its own serial number: print a fresh one for each parent."""
    if not context.rate_limits.allow(BLANK_FORM, "blank_form", str(caller.organization_id)):
        raise Problem(429, PortalCode.TOO_MANY_REQUESTS, headers={"Retry-After": "60"})
    content = await print_blank_form(context, organization_id=caller.organization_id, language=language)
    name = f'attachment; filename="consent-form-{language.value}.pdf"'
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": name})


@router.get("/resources", responses=problems(), tags=["Resources"], summary="Find official resources")
async def resources(
    caller: Caller,  # noqa: ARG001 - the key alone is asked for
    language: Annotated[Language, Query(description="en or es")] = Language.ENGLISH,
    role: Annotated[Party | None, Query(description="for a parent on this side of the case")] = None,
    resource_type: Annotated[ResourceType | None, Query(alias="type")] = None,
    text: Annotated[str, Query(max_length=100, description="words that must all occur")] = "",
) -> ResourceList:
    """Return links to official pages, forms, brochures and videos that are offered in a language."""
    audience = audience_of(role) if role else None
    found = search(text, language=language, audience=audience, type=resource_type)
    links = [
        ResourceLink(
            id=resource.id,
            type=resource.type.value,
            audience=resource.audience.value,
            title=resource.title(language),
            url=resource.url,
        )
        for resource in found
    ]
    return ResourceList(language=language, resources=links)
