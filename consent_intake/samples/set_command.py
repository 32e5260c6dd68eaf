"""``snapshot sample-set``: the demonstration's forms, printed by the portal, filled in and signed."""

import json
import secrets
from pathlib import Path
from typing import Annotated, Any

import typer

from consent_intake.samples.demonstration_set import DemonstrationForm, demonstration_set
from consent_intake.samples.portal_print import portal_printer
from consent_intake.samples.sample import make_sample
from services.runtime.clock import legal_day, utc_now

app = typer.Typer()


@app.command()
def sample_set(
    folder: Annotated[Path, typer.Option(help="where the forms and manifest.json go")],
    seed: Annotated[int, typer.Option(help="same seed and day, same forms")] = 1,
) -> None:
    """Write one form for each way through the line, and a manifest of what must become of it.

    The running portal prints the forms: one with an id that it did not give out goes to a person.
    """
    folder.mkdir(parents=True, exist_ok=True)
    manifest = []
    with portal_printer() as printer:
        for number, form in enumerate(demonstration_set(legal_day(utc_now()))):
            file = folder / f"{number:02d}-{form.name.split(',')[0].replace(' ', '-')}.pdf"
            printed = printer.form_for(form.spec, seed + number)
            file.write_bytes(_scanned_again(make_sample(form.spec, seed + number, printed)))
            manifest.append(_entry(form, file))
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2))
    typer.echo(f"{len(manifest)} forms in {folder}")


def _scanned_again(document: bytes) -> bytes:
    """Return the same PDF with other bytes, as two scans of one page have: a repeated demonstration is no duplicate."""
    return document + f"\n% {secrets.token_hex(8)}\n".encode() if document else document


def _entry(form: DemonstrationForm, file: Path) -> dict[str, Any]:
    claim = form.spec.claim
    return {
        "name": form.name,
        "file": file.name,
        "claim": {
            "parent_name": claim.parent_name,
            "birth_date": claim.birth_date.isoformat(),
            "case_identifier": claim.case_identifier,
            "role": claim.party.value,
        },
        "status": form.status,
        "reasons": [reason.value for reason in form.reasons],
    }
