"""``snapshot vault``: what operators do after a backup was restored, and legal holds."""

import typer

from services.register.command_runs import BROKEN, UNUSABLE, fail, run_on_register
from services.register.key_files import KeyFileUnusable, public_key_from
from services.runtime.clock import utc_now
from services.settings import AuditVerifySettings, RegisterSettings, VaultSettings
from services.vault.hold_commands import hold_app
from services.vault.master_key import MasterKeyUnusable
from services.vault.opening import open_vault
from services.vault.reshredding import reshred
from services.vault.shred_list import ShredList, ShredListForged

app = typer.Typer(no_args_is_help=True)
app.add_typer(hold_app, name="hold")


class ReshredSettings(RegisterSettings, VaultSettings, AuditVerifySettings):
    """What destroying keys again needs."""


# A Typer with one command and no callback would drop the command's name.
@app.callback()
def vault() -> None:
    """The sealed objects and their keys."""


@app.command("reshred")
def reshred_command() -> None:
    """Destroy again the keys that a restored backup brought back. Run it before anything else is started."""
    settings = ReshredSettings()
    try:
        sealed = open_vault(settings)
        shred_list = ShredList(settings.audit_checkpoint_path, public_key_from(settings.audit_public_key_path))
        listed = list(shred_list.read())
    except (MasterKeyUnusable, KeyFileUnusable) as error:
        fail(f"A key can't be used: {error}.", UNUSABLE)
    except ShredListForged as forged:
        fail(f"Line {forged.line} of {settings.audit_checkpoint_path} was not signed with the audit key.", BROKEN)
    count = run_on_register(settings.register_url, lambda database: reshred(database, sealed, listed, now=utc_now()))
    typer.echo(f"{len(listed)} consents on the list, {count} keys had come back and were destroyed again.")
