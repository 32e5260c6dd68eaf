"""The ``snapshot`` command: finds every room's commands by name, and loads only the one that is asked for."""

import sys
from importlib.metadata import entry_points
from typing import Any

import typer
from typer.core import TyperGroup
from typing_extensions import override

from services.cli.running import adopt_environment
from services.runtime.structured_log import tell_what_nobody_caught
from services.settings import HomeSettings

ROOMS = "snapshot.commands"
"""Entry point group: each room registers its Typer application there, so that this room imports no stage. Loading all
of them takes seconds (OCR and PDF libraries), so only the asked one is."""


class RoomCommands(TyperGroup):
    """The commands of all rooms; one room's application is one command, or a group when it has several.

    Typer carries Click inside itself and gives its types no public name: hence Any.
    """

    @override
    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(entry_points(group=ROOMS).names)

    @override
    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        found = entry_points(group=ROOMS, name=cmd_name)
        if not found:
            return None
        command = typer.main.get_command(next(iter(found)).load())
        command.name = cmd_name
        return command


app = typer.Typer(
    name="snapshot",
    cls=RoomCommands,
    help="The Child Support Snapshot: one parent's case on one page, once that parent has signed, and never before.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # a local variable can be a person's name
)


@app.callback()
def snapshot() -> None:
    """Run one of the product's commands, against the ``up`` that runs here if there is one."""
    adopt_environment(HomeSettings().home)


def main() -> None:
    """Run the command line.

    An error that no command expects is shown in full to a person at a terminal, and without its text to a log file.
    """
    if sys.stderr.isatty():
        app()
        return
    tell_what_nobody_caught()
    typer.main.get_command(app)()  # not through Typer, which would print the text
