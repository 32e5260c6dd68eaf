"""``snapshot intake``: what the reader makes of a file, and what another policy would make of past forms."""

import typer

from consent_intake.commands import reading, rescoring, writing_policies
from consent_intake.scoring.command import score_command

app = typer.Typer(no_args_is_help=True, help="Reading consent forms.")


@app.callback()
def _intake() -> None:
    """Reading consent forms."""


app.command("read")(reading.read)
app.command("score")(score_command)
app.command("rescore")(rescoring.rescore)
app.command("new-policy")(writing_policies.new_policy)
