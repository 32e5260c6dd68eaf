"""What operators' commands share: the register and the vault of this installation, and who asks."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer
from rich.console import Console

from consent_intake.settings import Settings
from services.register.command_runs import run_on_register
from services.register.database import Database
from services.vault.master_key import MasterKeyUnusable
from services.vault.opening import open_vault
from services.vault.vault import Vault

Result = TypeVar("Result")

LEAST_WIDTH = 120
"""Columns of a table that goes into a file or a pipe."""


def run(work: Callable[[Database, Vault, Settings], Awaitable[Result]]) -> Result:
    """Do something with this installation's register and vault; ends with code 2 when the vault's key is absent."""
    settings = Settings()
    try:
        vault = open_vault(settings)
    except MasterKeyUnusable as error:
        typer.echo(f"The master key can't be used: {error}.", err=True)
        raise typer.Exit(2) from error
    return run_on_register(settings.register_url, lambda database: work(database, vault, settings))


def console() -> Console:
    """Return where tables are printed."""
    found = Console()
    return found if found.is_terminal else Console(width=max(found.width, LEAST_WIDTH))
