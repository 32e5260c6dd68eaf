"""The ``snapshot`` command: its own commands, and those that every room registers as entry points."""

from importlib.metadata import EntryPoint, entry_points

import typer

from services.cli import doctor, submit, up

GROUP = "snapshot.commands"
"""Entry point group: each room's Typer application, so that this room imports no stage."""

app = typer.Typer(
    name="snapshot",
    help="The Child Support Snapshot: one parent's case on one page, once that parent has signed, and never before.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # a local variable can be a person's name
)
app.command("up")(up.up)
app.command("down")(up.down)
app.command("submit")(submit.submit)
app.command("doctor")(doctor.doctor)


def add_room_commands(target: typer.Typer) -> None:
    """Add each room's commands: a single command under the entry point's name, several as a group."""
    for entry in sorted(entry_points(group=GROUP), key=lambda found: found.name):
        _add(target, entry)


def _add(target: typer.Typer, entry: EntryPoint) -> None:
    room: typer.Typer = entry.load()
    if len(room.registered_commands) == 1 and not room.registered_groups and room.registered_callback is None:
        callback = room.registered_commands[0].callback
        if callback is not None:
            target.command(entry.name)(callback)
            return
    target.add_typer(room, name=entry.name)


def main() -> None:
    """Run the command line."""
    add_room_commands(app)
    app()
