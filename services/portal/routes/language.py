"""Switch the language and stay on the same page."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse
from sqlalchemy import update

from schemas.values import Language
from services.portal.context import Context
from services.portal.cookies import language_cookie, set_cookie
from services.portal.identity import SignedIn, anybody
from services.portal.local_paths import local_path
from services.register.tables import Person

router = APIRouter(include_in_schema=False)

ONE_YEAR = 365 * 24 * 3600


@router.get("/language/{language}")
async def choose_language(
    language: Language, context: Context, visitor: Annotated[SignedIn | None, Depends(anybody)], back: str = "/"
) -> RedirectResponse:
    """Remember the language in the browser and, for a person, in the register (their e-mails use it)."""
    if visitor is not None and visitor.language != language:
        async with context.database.transaction() as tx:
            await tx.execute(update(Person).where(Person.id == visitor.person_id).values(language=language))
    response = RedirectResponse(local_path(back), status_code=303)
    set_cookie(response, context.settings, language_cookie(context.settings), language.value, max_age=ONE_YEAR)
    return response
