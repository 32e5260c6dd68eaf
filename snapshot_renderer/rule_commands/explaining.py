"""``snapshot explain-page``: why each step is on a snapshot, for an operator.

Opening what is sealed leaves an entry in the audit log.
"""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy import select

from services.register import audit
from services.register.audit import Actor
from services.register.command_runs import run_on_register
from services.register.database import Database
from services.register.operators import operator
from services.register.tables import SnapshotFile
from services.runtime.clock import Clock, utc_now
from services.vault.master_key import MasterKeyUnusable
from services.vault.opening import open_vault
from services.vault.vault import Kind, ObjectDamaged, ObjectMissing, Vault
from snapshot_renderer.rules.page_facts import PageFacts, StepFacts
from snapshot_renderer.rules.rule_facts import Fact
from snapshot_renderer.settings import Settings

LEAST_WIDTH = 120

MONEY = frozenset({"arrears_dss", "arrears_cp", "arrears_total", "ncp_income", "collected_ffy", "ssr", "fpl1"})
"""Facts of a record that are amounts in cents."""


class NotExplained(Exception):
    """There is nothing to show; says why in a sentence."""


def explain_page(
    snapshot: Annotated[UUID, typer.Argument(help="id of the snapshot")],
) -> None:
    """Say why each step is on a snapshot: rule, condition, facts, source. That it was opened is audited."""
    settings = Settings()
    try:
        vault = open_vault(settings)
        found = run_on_register(
            settings.register_url, lambda database: facts_of_page(database, vault, snapshot, actor=operator())
        )
    except MasterKeyUnusable as error:
        typer.echo(f"The master key can't be used: {error}.", err=True)
        raise typer.Exit(2) from None
    except NotExplained as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    print_facts(found)


app = typer.Typer(help="Why each step is on a snapshot.")
app.command()(explain_page)


async def facts_of_page(
    database: Database, vault: Vault, snapshot_id: UUID, *, actor: Actor, clock: Clock = utc_now
) -> PageFacts:
    """Open what was sealed beside a page, and note in the audit log that it was opened.

    Raises:
        NotExplained: no such snapshot, or its sealed part can't be opened (any more).
    """
    async with database.transaction() as tx:
        consent_id = await tx.scalar(
            select(SnapshotFile.consent_id).where(SnapshotFile.snapshot_id == snapshot_id).limit(1)
        )
        if consent_id is None:
            raise NotExplained("No snapshot has this id.")
        try:
            found = PageFacts.model_validate_json(await vault.open(tx, consent_id, Kind.PAGE_FACTS))
        except ObjectMissing:
            raise NotExplained(
                "Nothing was sealed with this snapshot, or the key of its consent is destroyed."
            ) from None
        except (ObjectDamaged, ValidationError):
            raise NotExplained("What was sealed with this snapshot is damaged.") from None
        if found.snapshot_id != snapshot_id:
            raise NotExplained("A later snapshot of the same consent has replaced what was sealed with this one.")
        await audit.record(tx, act="snapshot.explained", actor=actor, at=clock(), consent_id=consent_id)
        return found


def print_facts(found: PageFacts) -> None:
    """Print one snapshot's steps and what they rest on."""
    screen = Console()
    screen = screen if screen.is_terminal else Console(width=max(screen.width, LEAST_WIDTH))
    screen.print(f"{found.snapshot_id}  record as of {found.as_of}, page made on {found.today}")
    screen.print(f"rule book {found.rule_book}, sha256 {found.rule_book_sha256}", soft_wrap=True)
    for step in found.steps:
        screen.print(_table(step))
    if not found.steps:
        screen.print("No step is on this snapshot.")
    if found.withheld:
        screen.print(f"withheld on that day, past their review: {', '.join(found.withheld)}")


def _table(step: StepFacts) -> Table:
    table = Table("", "", title=f"Step {step.number}: {step.rule_id}", show_header=False, title_justify="left")
    table.add_row("condition", escape(step.condition))
    for name, value in step.facts.items():
        table.add_row(name, escape(_shown(name, value)))
    table.add_row("source", escape(step.source))
    table.add_row("rated", step.rating)
    return table


def _shown(name: str, value: Fact) -> str:
    words: Mapping[object, str] = {None: "unknown", True: "yes", False: "no"}
    if value is None or isinstance(value, bool):
        return words[value]
    if isinstance(value, list):
        return ", ".join(value) or "none"
    if name in MONEY and isinstance(value, int):
        return f"{value} cents"
    return str(value)
