"""``snapshot audit``: verify the log of who saw what, and sign its head. Reports are in audit_reports.py."""

from datetime import datetime, timedelta
from typing import Protocol

import typer

from services.register import audit
from services.register.audit import ChainReport
from services.register.audit_reading import end_of_chain
from services.register.audit_reports import account, export
from services.register.checkpointing import CheckpointForged, SignedEntryGone, sign_head, sign_restored
from services.register.checkpoints import Checkpoint, CheckpointBook, CheckpointSigner, Witness, read_witness
from services.register.command_runs import NOT_VOUCHED_FOR, UNUSABLE, fail, run_on_register
from services.register.database import Database, Transaction
from services.register.key_files import KeyFileUnusable, private_key_from, public_key_from
from services.register.operators import operator
from services.runtime.clock import utc_now
from services.settings import AuditSignSettings, AuditVerifySettings, RegisterSettings

audit_app = typer.Typer(no_args_is_help=True)
audit_app.command("export")(export)
audit_app.command("account")(account)


class VerifySettings(RegisterSettings, AuditVerifySettings):
    """What a verification needs: no private key."""


class SignSettings(RegisterSettings, AuditSignSettings):
    """What signing needs."""


# A Typer with one command and no callback would drop the command's name.
@audit_app.callback()
def audit_log() -> None:
    """The log of who saw what."""


@audit_app.command("verify")
def verify() -> None:
    """Recompute the whole chain and compare it with the signed checkpoints.

    Exit code 1 when an entry was changed, removed, inserted or moved, or the end was cut off or rewritten; 3 when the
    chain is sound but its checkpoints are missing or too old to speak for its end.
    """
    settings = VerifySettings()
    witness = _witness(settings)
    report = run_on_register(settings.register_url, lambda database: _verify(database, witness))
    if report.broken_at is not None:
        fail(f"BROKEN at entry {report.broken_at} of {report.entries}; everything before it is sound.")
    if report.contradicted_at is not None:
        fail(
            f"CUT SHORT OR REWRITTEN: what was signed of entry {report.contradicted_at} is not what is stored "
            f"({report.entries} entries). If a backup was restored: `snapshot audit accept-restored`."
        )
    if witness is not None and witness.damaged_line is not None:
        fail(f"The checkpoints were changed: number {witness.damaged_line} does not follow from those before it.")
    typer.echo(f"{report.entries} entries, all sound. Head: {report.head}")
    for restored in witness.restored if witness else ():
        typer.echo(f"A backup was restored on {restored:%Y-%m-%d %H:%M} UTC.")
    _say_how_far(report, witness, timedelta(hours=settings.audit_checkpoint_max_hours))


@audit_app.command("checkpoint")
def checkpoint() -> None:
    """Sign the log's head now. For a program of its own, on another machine, that may only read the register."""
    _sign(sign_head)


@audit_app.command("accept-restored")
def accept_restored() -> None:
    """Say that a backup was restored: the entries that were signed after its end are known to be gone."""
    run_on_register(SignSettings().register_url, _note_restored)
    _sign(sign_restored)


class _Sign(Protocol):
    async def __call__(
        self, tx: Transaction, *, book: CheckpointBook, signer: CheckpointSigner, now: datetime
    ) -> Checkpoint | None: ...


def _sign(sign: _Sign) -> None:
    settings = SignSettings()
    try:
        signer = CheckpointSigner(private_key_from(settings.audit_private_key_path))
    except KeyFileUnusable as error:
        fail(f"The log can't be signed: {error}. `snapshot keys create` makes one.", UNUSABLE)
    book = CheckpointBook(settings.audit_checkpoint_path)

    async def work(database: Database) -> None:
        async with database.reading() as tx:
            signed = await sign(tx, book=book, signer=signer, now=utc_now())
        typer.echo(f"Signed up to entry {signed.sequence}." if signed else "Another process signed just now.")

    try:
        run_on_register(settings.register_url, work)
    except SignedEntryGone as gone:
        fail(f"Nothing signed: entry {gone.sequence} is not what was signed of it. `snapshot audit verify` says more.")
    except CheckpointForged:
        fail(f"Nothing signed: the newest line of {book.file} was not signed with this key.")


def _witness(settings: VerifySettings) -> Witness | None:
    """Return what was signed; None where there is no public key, or no checkpoint."""
    try:
        key = public_key_from(settings.audit_public_key_path)
    except KeyFileUnusable:
        return None
    witness = read_witness(CheckpointBook(settings.audit_checkpoint_path), key)
    return witness if witness.newest else None


def _say_how_far(report: ChainReport, witness: Witness | None, most: timedelta) -> None:
    if witness is None or witness.newest is None:
        fail("NOT VOUCHED FOR: no signed checkpoint; a cut-off end would not show.", NOT_VOUCHED_FOR)
    newest = witness.newest
    typer.echo(f"Signed up to entry {newest.sequence} at {newest.at:%Y-%m-%d %H:%M:%S} UTC; ", nl=False)
    typer.echo(f"{report.entries - newest.sequence} entries since. {witness.checkpoints} checkpoints.")
    if (age := utc_now() - newest.at) > most:
        hours = age / timedelta(hours=1)
        fail(f"NOT VOUCHED FOR: the newest checkpoint is {hours:.0f} hours old.", NOT_VOUCHED_FOR)


async def _verify(database: Database, witness: Witness | None) -> ChainReport:
    async with database.reading() as tx:
        return await audit.verify(tx, witness.signed_heads if witness else None)


async def _note_restored(database: Database) -> None:
    async with database.transaction() as tx:
        end = await end_of_chain(tx)
        detail = {"end": end[0] if end else 0}
        await audit.record(tx, act="audit.restored", actor=operator(), at=utc_now(), detail=detail)
