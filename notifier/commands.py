"""``snapshot messages``: what was sent, what waits, what failed, and sending a failed one again."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from notifier.delivery.resending import CannotBeSentAgain, in_state, send_again
from services.register.command_runs import run_on_register
from services.register.database import Database
from services.register.states import DeliveryState
from services.register.tables import Message
from services.runtime.clock import utc_now
from services.settings import RegisterSettings

app = typer.Typer(no_args_is_help=True)


@app.callback()
def messages() -> None:
    """Messages to people: inbox, e-mail and webhooks. Shows ids and codes only."""


@app.command("list")
def list_messages(
    state: Annotated[DeliveryState, typer.Option(help="pending, sent, failed or cancelled")] = DeliveryState.FAILED,
) -> None:
    """List messages in a state, newest first."""
    found = run_on_register(RegisterSettings().register_url, lambda database: _found(database, state))
    Console().print(_table(found))


@app.command("resend")
def resend(message_id: Annotated[UUID, typer.Argument(help="Id of a failed message.")]) -> None:
    """Send a failed message again, with the whole schedule before it."""
    try:
        run_on_register(RegisterSettings().register_url, lambda database: _resend(database, message_id))
    except CannotBeSentAgain:
        typer.echo("not a failed message, or its token or address is erased: ask for it anew in the portal", err=True)
        raise typer.Exit(1) from None
    typer.echo("it will be sent within a second or so, while the notifier runs")


async def _found(database: Database, state: DeliveryState) -> Sequence[Message]:
    async with database.reading() as tx:
        return await in_state(tx, state)


async def _resend(database: Database, message_id: UUID) -> None:
    async with database.transaction() as tx:
        await send_again(tx, message_id, at=utc_now())


def _table(found: Sequence[Message]) -> Table:
    table = Table("Message", "Consent", "Kind", "Channel", "Attempts", "Failure", "Next attempt (UTC)")
    for message in found:
        following = message.next_attempt_at
        table.add_row(
            str(message.id),
            str(message.consent_id or ""),
            message.kind,
            message.channel.value,
            str(message.attempts),
            message.failure or "",
            f"{following:%Y-%m-%d %H:%M:%S}" if following else "",
        )
    return table
