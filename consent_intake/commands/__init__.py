"""``snapshot intake``: what the reader makes of a file, and what another policy would make of past forms."""

import typer

from consent_intake.commands import reading

app = typer.Typer(no_args_is_help=True, help="Reading consent forms.")


@app.callback()
def _intake() -> None:
    """Reading consent forms."""


app.command("read")(reading.read)
