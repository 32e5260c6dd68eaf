"""``snapshot intake read``: what the reader makes of a file, for operators. Nothing is stored."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from consent_intake.adapters.policy_file import PolicyUnusable, packaged_policy, read_policy
from consent_intake.adapters.reading_process import form_reader
from consent_intake.adapters.trust_files import TrustFileInvalid, trusted_certificates
from consent_intake.rules.consent_decision import Decision, Uploader, decide
from consent_intake.rules.form_reading import FormReading, ReadForm
from consent_intake.rules.policy import Policy
from consent_intake.settings import Settings
from schemas.consent_records import ConsentClaim
from schemas.values import Party
from services.runtime.clock import legal_day, utc_now


def read(
    file: Annotated[Path, typer.Argument(help="PDF, PNG, JPEG, TIFF or HEIC", exists=True, dir_okay=False)],
    name: Annotated[str, typer.Option(help="claimed name of the parent")] = "",
    birth_date: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="claimed birth date")] = None,
    case: Annotated[str, typer.Option(help="claimed New York Case Identifier")] = "",
    party: Annotated[Party, typer.Option(help="claimed side of the case")] = Party.NONCUSTODIAL,
    organization_code: Annotated[str, typer.Option(help="code of the uploader's organization")] = "",
    organization_name: Annotated[str, typer.Option(help="name of the uploader's organization")] = "",
    picture: Annotated[Path | None, typer.Option(help="write the straightened page here, PNG")] = None,
    policy: Annotated[Path | None, typer.Option(help="judge with this policy, JSON; empty: this release's")] = None,
    trust: Annotated[list[Path] | None, typer.Option(help="trust these certificates, not the configured ones")] = None,
) -> None:
    """Print what is read from a form, and with a claim how each check ends. Shows personal data; stores nothing."""
    judging = _policy(policy)
    form = asyncio.run(_read(file.read_bytes(), _trusted(trust)))
    console = Console()
    console.print(_reading_table(form.reading))
    if form.reading.digital_signatures:
        console.print(_digital_table(form.reading))
    if picture is not None and form.picture is not None:
        picture.write_bytes(form.picture)
    if birth_date is None:
        return
    try:
        claim = ConsentClaim(parent_name=name, birth_date=birth_date.date(), case_identifier=case, party=party)
    except ValidationError:
        console.print("The claim is not complete: a name, a birth date and a case identifier such as AB12345C1.")
        raise typer.Exit(2) from None
    uploader = Uploader(organization_code, organization_name)
    decision = decide(form.reading, claim, uploader, policy=judging, today=legal_day(utc_now()))
    console.print(_decision_table(decision))


def _policy(path: Path | None) -> Policy:
    try:
        return packaged_policy() if path is None else read_policy(path)
    except PolicyUnusable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


def _trusted(given: list[Path] | None) -> tuple[Path, ...]:
    files = tuple(given) if given else Settings().trust_files
    try:
        trusted_certificates(files)
    except TrustFileInvalid as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    return files


async def _read(document: bytes, trust_files: tuple[Path, ...]) -> ReadForm:
    reader = form_reader(trust_files=trust_files)
    try:
        return await reader.read(document)
    finally:
        await reader.close()


def _reading_table(reading: FormReading) -> Table:
    table = Table("what", "read", "confidence", "ink", title="Reading")
    table.add_row("file", reading.problem.value if reading.problem else f"{reading.page_count} page(s)")
    table.add_row("page", "-" if reading.page_index is None else str(reading.page_index + 1))
    table.add_row("registered by", reading.registration.value)
    table.add_row("code", reading.code.text() if reading.code else "-")
    for name, written in reading.fields.items():
        table.add_row(name, written.text, f"{written.confidence:.2f}", f"{written.ink:.4f}")
    for name, ink in reading.boxes.items():
        table.add_row(name, "", "", f"{ink:.4f}")
    if reading.signature is not None:
        words = " ".join(word.text for word in reading.signature.words)
        strokes = reading.signature.measures.get("stroke_length", 0.0)
        table.add_row("signature", words, "", f"{strokes:.0f} pt of strokes")
    return table


def _digital_table(reading: FormReading) -> Table:
    table = Table("signed by", "signature", "certificate", "changed since", "covers", "at", title="Digital signatures")
    for one in reading.digital_signatures:
        whole = "whole" if one.intact and one.valid else "damaged"
        clock = "time stamp" if one.stamped else "signer's clock"
        at = f"{one.signed_at:%Y-%m-%d %H:%M} UTC, {clock}" if one.signed_at else ""
        trusted = "trusted" if one.trusted else "not trusted"
        table.add_row(escape(one.signer_name), whole, trusted, one.modification, one.coverage, at)
    return table


def _decision_table(decision: Decision) -> Table:
    reasons = " ".join(reason.value for reason in decision.reasons)
    table = Table("check", "verdict", "reason", "score", "threshold", title=f"{decision.outcome.value} {reasons}")
    for check in decision.checks:
        score = "" if check.score is None else f"{check.score:.3f}"
        threshold = "" if check.threshold is None else f"{check.threshold:g}"
        reason = check.reason.value if check.reason else ""
        table.add_row(check.name, check.verdict.value, reason, score, threshold)
    return table
