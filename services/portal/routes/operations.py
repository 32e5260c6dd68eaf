"""How the pipeline stands, for operators. Topics and lag are on the monitor's own page."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from services.portal.context import Context
from services.portal.identity import SignedIn, require_role
from services.portal.pages import page
from services.portal.pipeline_figures import pipeline_figures
from services.register.states import PersonRole

router = APIRouter(include_in_schema=False)

Operator = Annotated[SignedIn, Depends(require_role(PersonRole.OPERATOR))]


@router.get("/operations")
async def operations(request: Request, context: Context, person: Operator) -> Response:
    """Show the register's figures and where the monitor is."""
    async with context.database.reading() as tx:
        figures = await pipeline_figures(tx)
    return page(request, "accounts/operations.html", person, figures=figures, monitor_url=context.settings.monitor_url)
