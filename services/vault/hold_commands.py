"""``snapshot vault hold``: keep what retention would erase, because a court or counsel orders it."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import typer

from services.register import legal_holds
from services.register.command_runs import BROKEN, UNUSABLE, fail, run_on_register
from services.register.database import Database
from services.register.legal_holds import HoldOnNothing
from services.register.operators import operator
from services.register.tables import LegalHold
from services.runtime.clock import utc_now
from services.settings import RegisterSettings

hold_app = typer.Typer(no_args_is_help=True)


@hold_app.callback()
def hold() -> None:
    """Legal holds: retention and the last day of a consent erase nothing that is held. A revocation still does."""


@hold_app.command("place")
def place(
    consent: Annotated[UUID | None, typer.Option(help="id of the consent to keep")] = None,
    organization: Annotated[UUID | None, typer.Option(help="keep every consent of this organization")] = None,
) -> None:
    """Place a hold. Write its id into the matter's file: no name and no number of the matter is kept here."""

    async def work(database: Database) -> UUID:
        async with database.transaction() as tx:
            return await legal_holds.place(
                tx, actor=operator(), at=utc_now(), consent_id=consent, organization_id=organization
            )

    try:
        typer.echo(f"placed  {run_on_register(RegisterSettings().register_url, work)}")
    except HoldOnNothing:
        fail("Name one consent or one organization that is in the register. Nothing was placed.", UNUSABLE)


@hold_app.command("lift")
def lift(hold: Annotated[UUID, typer.Argument(help="id of the hold")]) -> None:
    """Lift a hold. What was due meanwhile is erased within the hour."""

    async def work(database: Database) -> bool:
        async with database.transaction() as tx:
            return await legal_holds.lift(tx, hold, actor=operator(), at=utc_now())

    if not run_on_register(RegisterSettings().register_url, work):
        fail("No such hold is in force.", BROKEN)
    typer.echo(f"lifted  {hold}")


@hold_app.command("list")
def list_holds() -> None:
    """Show the holds in force, oldest first."""

    async def work(database: Database) -> Sequence[LegalHold]:
        async with database.reading() as tx:
            return await legal_holds.standing(tx)

    found = run_on_register(RegisterSettings().register_url, work)
    for one in found:
        about = f"organization {one.organization_id}" if one.consent_id is None else f"consent {one.consent_id}"
        typer.echo(f"{one.id}  {about}  since {one.placed_at:%Y-%m-%d}  by {one.placed_by}")
    if not found:
        typer.echo("No hold is in force.")
