"""What this is, for whom, and how an organization joins."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from services.portal.identity import SignedIn, anybody
from services.portal.navigation import home_of
from services.portal.pages import page, see

router = APIRouter(include_in_schema=False)


@router.get("/")
async def landing(request: Request, visitor: Annotated[SignedIn | None, Depends(anybody)]) -> Response:
    """Show the start page, or send a signed-in person to their own."""
    return see(home_of(visitor)) if visitor else page(request, "landing.html", None)


@router.get("/privacy")
async def privacy(request: Request, visitor: Annotated[SignedIn | None, Depends(anybody)]) -> Response:
    """Say how information is protected."""
    return page(request, "privacy.html", visitor)
