"""``snapshot rules``: what may be advised, and when."""

import typer

from snapshot_renderer.rule_commands.checking import check, list_rules
from snapshot_renderer.rule_commands.testing import compare

app = typer.Typer(no_args_is_help=True, help="The rule book of next steps.")
app.command(name="list")(list_rules)
app.command()(check)
app.command(name="test")(compare)
