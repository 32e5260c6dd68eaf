"""``snapshot register``, ``snapshot audit`` and ``snapshot keys``."""

import asyncio
from pathlib import Path

import typer
from pydantic import Field

from services.register import audit, migrate
from services.register.audit import ChainReport
from services.register.database import Database
from services.register.expiry import expire_all
from services.register.grants import generate_key_files
from services.runtime.clock import utc_now
from services.settings import GrantVerifySettings, RegisterSettings, VaultSettings
from services.vault.file_vault import FileVault
from services.vault.master_key import MasterKey, MasterKeyUnusable, generate_master_key_file

register_app = typer.Typer(no_args_is_help=True)
audit_app = typer.Typer(no_args_is_help=True)
keys_app = typer.Typer(no_args_is_help=True)


@register_app.callback()
def register() -> None:
    """The register's database."""


# A Typer with one command and no callback would drop the command's name.
@audit_app.callback()
def audit_log() -> None:
    """The log of who saw what."""


@keys_app.callback()
def keys() -> None:
    """The keys that everything rests on."""


class KeySettings(VaultSettings, GrantVerifySettings):
    """Where the keys are."""

    grant_private_key_file: Path | None = Field(
        default=None, title="Grant private key", description="Ed25519, PEM; empty: keys/grant_private.pem at home"
    )

    @property
    def grant_private_key_path(self) -> Path:
        """File of the private grant key; the process that reads forms needs it, and no other."""
        return self.grant_private_key_file or self.home / "keys" / "grant_private.pem"


class ExpirySettings(RegisterSettings, VaultSettings):
    """What closing expired consents needs."""


@register_app.command("upgrade")
def upgrade() -> None:
    """Bring the tables up to date. Safe to repeat, and to run from several machines at once."""
    migrate.upgrade(RegisterSettings().register_url)
    typer.echo(f"The register is at revision {migrate.newest_revision()}.")


@register_app.command("expire")
def expire() -> None:
    """Close the consents whose last day is over and destroy their keys. Run it daily."""
    settings = ExpirySettings()
    try:
        vault = FileVault(settings.vault_path, MasterKey.from_file(settings.master_key_path))
    except MasterKeyUnusable as error:
        typer.echo(f"The master key can't be used: {error}. `snapshot keys create` makes one.", err=True)
        raise typer.Exit(2) from error
    closed = asyncio.run(_expire(settings.register_url, vault))
    typer.echo(f"{closed} consents expired.")


@audit_app.command("verify")
def verify() -> None:
    """Recompute the whole chain. Exit code 1 when an entry was changed, removed, inserted or moved."""
    report = asyncio.run(_verify(RegisterSettings().register_url))
    if not report.intact:
        typer.echo(f"BROKEN at entry {report.broken_at} of {report.entries}; everything before it is sound.", err=True)
        raise typer.Exit(1)
    typer.echo(f"{report.entries} entries, all sound. Head: {report.head}")


@keys_app.command("create")
def create() -> None:
    """Make the master key and the pair of grant keys where they are absent; existing ones are left alone."""
    settings = KeySettings()
    master, private, public = (
        settings.master_key_path,
        settings.grant_private_key_path,
        settings.grant_public_key_path,
    )
    if master.exists():
        typer.echo(f"kept  {master}")
    else:
        generate_master_key_file(master)
        typer.echo(f"made  {master}")
    if private.exists() and public.exists():
        typer.echo(f"kept  {private} and {public}")
        return
    try:
        generate_key_files(private, public)
    except FileExistsError as error:
        typer.echo("Only one half of the grant keys is there. Bring the other back, or move it away.", err=True)
        raise typer.Exit(2) from error
    typer.echo(f"made  {private} and {public}")


async def _verify(url: str) -> ChainReport:
    database = Database(url)
    try:
        async with database.reading() as tx:
            return await audit.verify(tx)
    finally:
        await database.close()


async def _expire(url: str, vault: FileVault) -> int:
    database = Database(url)
    try:
        return await expire_all(database, vault=vault, now=utc_now())
    finally:
        await database.close()
