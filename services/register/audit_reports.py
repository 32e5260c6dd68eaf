"""``snapshot audit export`` and ``snapshot audit account``: what auditors and parents ask for."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final, TextIO
from uuid import UUID

import typer

from schemas.values import Party
from services.register import audit
from services.register.audit_chain import exported
from services.register.audit_reading import AFTER_ALL, stored_pages
from services.register.command_runs import UNUSABLE, fail, run_on_register
from services.register.database import Database
from services.register.disclosure_account import AccountLine, account_of, consents_of_claim
from services.register.operators import operator
from services.runtime.clock import utc_now
from services.runtime.failures import TemporarilyUnavailable
from services.settings import RegisterSettings, VaultSettings
from services.vault.claim_index import claim_index
from services.vault.master_key import MasterKeyUnusable
from services.vault.opening import open_standing_keys

CLAIM_INDEX_LENGTH: Final = 64


class AccountSettings(RegisterSettings, VaultSettings):
    """What an account needs; the master key only to find a parent by case identifier."""


def export(
    after: Annotated[int, typer.Option(min=0, help="only entries with a higher number")] = 0,
    until: Annotated[int, typer.Option(min=1, help="only entries up to this number")] = AFTER_ALL,
    out: Annotated[
        Path | None, typer.Option(help="a new file, readable by you only; by default standard output")
    ] = None,
) -> None:
    """Write the log as JSON Lines: one entry a line, each with what its hash covers and the hash."""
    settings = RegisterSettings()
    try:
        with _sink(out) as sink:
            count = run_on_register(settings.register_url, lambda database: _export(database, sink, after, until))
    except FileExistsError:
        fail(f"{out} is there already; nothing was written.", UNUSABLE)
    typer.echo(f"{count} entries exported.", err=True)


def account(
    of: Annotated[str, typer.Argument(help="id of a consent, or a claim index; empty: ask for a case identifier")] = "",
    party: Annotated[Party, typer.Option(help="which parent of the case that is asked for")] = Party.NONCUSTODIAL,
    refused: Annotated[bool, typer.Option(help="also what was asked for and refused")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a line")] = False,
) -> None:
    """Say who saw what of a parent's case, when and why. That the account was made is in the log too."""
    settings = AccountSettings()
    consent_id, index = _subject(of, settings, party)

    async def work(database: Database) -> list[AccountLine]:
        async with database.transaction() as tx:
            consents = [consent_id] if consent_id is not None else await consents_of_claim(tx, index)
            found = await account_of(tx, consents, refused=refused)
            for one in consents:
                lines = sum(line.consent_id == one for line in found)
                detail = {"entries": lines}
                await audit.record(
                    tx, act="account.made", actor=operator(), at=utc_now(), consent_id=one, detail=detail
                )
            return found

    lines = run_on_register(settings.register_url, work)
    for line in lines:
        typer.echo(json.dumps(line.as_json()) if as_json else _told(line))
    if not lines:
        typer.echo("Nobody saw anything.", err=True)


def _subject(of: str, settings: AccountSettings, party: Party) -> tuple[UUID | None, str]:
    """Return a consent's id, or a claim index. A case identifier is asked for, so that no shell remembers it."""
    if len(of) == CLAIM_INDEX_LENGTH:
        return None, of.lower()
    if of:
        try:
            return UUID(of), ""
        except ValueError:
            fail("This is neither a consent's id nor a claim index.", UNUSABLE)
    case_identifier: str = typer.prompt("Case identifier", hide_input=True)
    try:
        keys = open_standing_keys(settings, settings.register_url)
        return None, claim_index(keys, case_identifier.strip(), party)
    except (MasterKeyUnusable, TemporarilyUnavailable) as error:
        fail(f"A parent can't be found by case identifier: {error}.", UNUSABLE)


def _told(line: AccountLine) -> str:
    behalf = f" for {line.organization_id}" if line.organization_id else ""
    what = f" {line.what}" if line.what else ""
    why = f" ({line.why})" if line.why else ""
    return f"{line.at:%Y-%m-%d %H:%M:%S} UTC  {line.who}{behalf}  {line.act}{what}{why}  #{line.entry}"


async def _export(database: Database, sink: TextIO, after: int, until: int) -> int:
    """Write the entries, and note in the log that they were taken out."""
    count = 0
    async with database.reading() as tx:
        async for page in stored_pages(tx, after=after, until=until):
            sink.writelines(exported(row) + "\n" for row in page)
            count += len(page)
    async with database.transaction() as tx:
        detail = {"entries": count, "after": after}
        await audit.record(tx, act="audit.exported", actor=operator(), at=utc_now(), detail=detail)
    return count


@contextmanager
def _sink(out: Path | None) -> Iterator[TextIO]:
    if out is None:
        yield sys.stdout
        return
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        yield file
