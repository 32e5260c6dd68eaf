"""``snapshot explain``: why a form was decided as it was, or why each step is on a page; the id says which.

The rooms explain what is theirs; this one only looks up in the register whose the id is.
"""

import re
from collections.abc import Sequence
from importlib.metadata import entry_points
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy import select

from services.register.command_runs import run_on_register
from services.register.database import Database
from services.register.tables import SnapshotFile
from services.settings import RegisterSettings

EXPLANATIONS = "snapshot.explanations"
"""Entry point group: ``consent`` and ``snapshot``, each a Typer application that takes the id."""

_WHOLE_ID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")

app = typer.Typer(help="Why a form was decided as it was, or why each step is on a page.", add_completion=False)


@app.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
def explain(
    arguments: Annotated[
        list[str],
        typer.Argument(
            metavar="ID [OPTIONS]",
            help="id of a consent, the reference that the portal shows, or id of a snapshot; for a consent also "
            "--crops FOLDER (each check's part of the page), --language en|es, --values (personal data)",
        ),
    ],
) -> None:
    """Say why a form was approved, rejected or sent to a reviewer; of a snapshot, which rule and facts made each step.

    What is opened for it is noted in the audit log.
    """
    ids = [UUID(text) for text in arguments if _WHOLE_ID.fullmatch(text)]
    url = RegisterSettings().register_url
    of_page = bool(ids) and run_on_register(url, lambda database: _is_a_snapshot(database, ids))
    kind = "snapshot" if of_page else "consent"
    (found,) = entry_points(group=EXPLANATIONS, name=kind)
    typer.main.get_command(found.load())(arguments, prog_name="snapshot explain")


async def _is_a_snapshot(database: Database, ids: Sequence[UUID]) -> bool:
    """Return whether one of the ids is that of a page's snapshot."""
    async with database.reading() as tx:
        first = select(SnapshotFile.snapshot_id).where(SnapshotFile.snapshot_id.in_(ids)).limit(1)
        return await tx.scalar(first) is not None
