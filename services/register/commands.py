"""``snapshot register`` and ``snapshot keys``; ``snapshot audit`` is in audit_commands.py."""

from pathlib import Path

import typer
from pydantic import Field

from services.register import migrate
from services.register.account_commands import forget_second_factor
from services.register.audit_commands import audit_app
from services.register.command_runs import run_on_register
from services.register.expiry import expire_all
from services.register.key_files import generate_key_files
from services.runtime.clock import utc_now
from services.settings import AuditSignSettings, GrantVerifySettings, RegisterSettings, VaultSettings
from services.vault.key_commands import add_to
from services.vault.master_key import MasterKeyUnusable, generate_master_key_file
from services.vault.opening import open_vault

__all__ = ["audit_app", "keys_app", "register_app"]

register_app = typer.Typer(no_args_is_help=True)
register_app.command("forget-second-factor")(forget_second_factor)
keys_app = typer.Typer(no_args_is_help=True)
add_to(keys_app)


@register_app.callback()
def register() -> None:
    """The register's database."""


@keys_app.callback()
def keys() -> None:
    """The keys that everything rests on."""


class KeySettings(VaultSettings, GrantVerifySettings, AuditSignSettings):
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
        vault = open_vault(settings)
    except MasterKeyUnusable as error:
        typer.echo(f"The master key can't be used: {error}. `snapshot keys create` makes one.", err=True)
        raise typer.Exit(2) from error
    closed = run_on_register(settings.register_url, lambda database: expire_all(database, vault=vault, now=utc_now()))
    typer.echo(f"{closed} consents expired.")


@keys_app.command("create")
def create() -> None:
    """Make the keys where they are absent: the master key, and the pairs that sign grants and the audit log."""
    settings = KeySettings()
    if settings.master_key_source != "file":
        typer.echo(f"none  of the master key: it is in {settings.master_key_source}")
    elif settings.master_key_path.exists():
        typer.echo(f"kept  {settings.master_key_path}")
    else:
        generate_master_key_file(settings.master_key_path)
        typer.echo(f"made  {settings.master_key_path}")
    _make_pair("grant", settings.grant_private_key_path, settings.grant_public_key_path)
    _make_pair("audit", settings.audit_private_key_path, settings.audit_public_key_path)


def _make_pair(name: str, private: Path, public: Path) -> None:
    if private.exists() and public.exists():
        typer.echo(f"kept  {private} and {public}")
        return
    try:
        generate_key_files(private, public)
    except FileExistsError as error:
        typer.echo(f"Only one half of the {name} keys is there. Bring the other back, or move it away.", err=True)
        raise typer.Exit(2) from error
    typer.echo(f"made  {private} and {public}")
