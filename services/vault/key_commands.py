"""``snapshot keys list``, ``add``, ``rotate`` and ``retire``: changing the master key."""

from typing import Annotated

import typer
from sqlalchemy.exc import OperationalError

from services.register.command_runs import BROKEN, UNUSABLE, fail, run_on_register
from services.register.database import Database
from services.register.operators import operator
from services.runtime.clock import utc_now
from services.runtime.failures import TemporarilyUnavailable
from services.settings import RegisterSettings, VaultSettings
from services.vault.key_ring import KeyRing, current
from services.vault.master_key import MasterKeyUnusable, add_version, remove_version
from services.vault.opening import key_ring, open_standing_keys
from services.vault.rotation import Rotated, StillInUse, retire, rotate, wrapped_with


class RotationSettings(RegisterSettings, VaultSettings):
    """What changing the master key needs."""


def list_versions() -> None:
    """Show the versions of the master key, oldest first, and how many keys each one wraps."""
    settings = RotationSettings()
    ring, counts = _ring(settings), _counts(settings)
    for wrapper in ring.versions():
        mark = "wraps new keys" if wrapper is current(ring) else "opens only"
        typer.echo(f"{wrapper.id}  {mark}  {counts.pop(wrapper.id, 0)} keys")
    for key_id, count in sorted(counts.items()):
        typer.echo(f"{key_id}  not on this machine  {count} keys")


def add() -> None:
    """Add a version to the master key's file. Bring the file to every machine, then run `snapshot keys rotate`."""
    settings = RotationSettings()
    _only_in_a_file(settings)
    _ring(settings)
    typer.echo(f"made  {_added(settings)}: it wraps new keys from now on")


def rotate_command(
    new: Annotated[bool, typer.Option("--new", help="add a version even if keys wait to be wrapped anew")] = False,
) -> None:
    """Wrap every stored key with the newest version of the master key; without one, add it. Safe while all runs."""
    settings = RotationSettings()
    ring, counts = _ring(settings), _counts(settings)
    waits = any(key_id != current(ring).id for key_id in counts)
    try:
        open_standing_keys(settings, settings.register_url).make_missing(utc_now())
        if new or not waits:
            _only_in_a_file(settings)
            typer.echo(f"made  {_added(settings)}")
        done = _rotated(settings, ring)
    except TemporarilyUnavailable as away:
        fail(f"{away.dependency} can't be used now. Nothing is lost: run this again later.", BROKEN)
    typer.echo(f"{done.rewrapped} keys are wrapped with {done.to} now, {done.left} could not be.")
    raise typer.Exit(BROKEN if done.left else 0)


def retire_command(key: Annotated[str, typer.Argument(help="id of the version, as `snapshot keys list` says")]) -> None:
    """Take an older version away for ever, once nothing is wrapped with it. Backups of before need it: keep a copy."""
    settings = RotationSettings()
    _only_an_older_one(_ring(settings), key)
    in_file = settings.master_key_path.exists()

    async def work(database: Database) -> None:
        def take_away() -> None:
            if in_file:
                remove_version(settings.master_key_path, key)

        await retire(database, key, take_away=take_away, actor=operator(), clock=utc_now)

    try:
        run_on_register(settings.register_url, work)
    except StillInUse as used:
        fail(f"{used.count} keys are wrapped with this version; run `snapshot keys rotate` first.", BROKEN)
    except OperationalError:
        fail("The tables of keys were never free; run this again.", BROKEN)
    except OSError:
        fail(f"{settings.master_key_path} can't be written; nothing was retired.", UNUSABLE)
    typer.echo(f"Nothing is wrapped with {key} any more. Take it out of every other place where it is set.")


def add_to(keys_app: typer.Typer) -> None:
    """Register the commands."""
    for name, command in (
        ("list", list_versions),
        ("add", add),
        ("rotate", rotate_command),
        ("retire", retire_command),
    ):
        keys_app.command(name)(command)


def _ring(settings: RotationSettings) -> KeyRing:
    try:
        return key_ring(settings)
    except MasterKeyUnusable as error:
        fail(f"The master key can't be used: {error}.", UNUSABLE)


def _only_an_older_one(ring: KeyRing, key: str) -> None:
    if key == current(ring).id:
        fail("This version wraps new keys; rotate first.", UNUSABLE)
    if key not in {wrapper.id for wrapper in ring.versions()}:
        fail("There is no such version; see `snapshot keys list`.", UNUSABLE)


def _added(settings: RotationSettings) -> str:
    try:
        return add_version(settings.master_key_path).id
    except OSError:
        fail(f"{settings.master_key_path} can't be written. Add a version where the file comes from.", UNUSABLE)


def _counts(settings: RotationSettings) -> dict[str, int]:
    async def work(database: Database) -> dict[str, int]:
        async with database.reading() as tx:
            return await wrapped_with(tx)

    return run_on_register(settings.register_url, work)


def _rotated(settings: RotationSettings, ring: KeyRing) -> Rotated:
    async def work(database: Database) -> Rotated:
        return await rotate(database, ring, actor=operator(), clock=utc_now)

    return run_on_register(settings.register_url, work)


def _only_in_a_file(settings: RotationSettings) -> None:
    where = {"environment": "SNAPSHOT_MASTER_KEY_SECRET", "aws-kms": "SNAPSHOT_KMS_KEYS"}.get(
        settings.master_key_source
    )
    if where:
        fail(f"Every key is wrapped with the newest version. Add one at the end of {where} first.", UNUSABLE)
