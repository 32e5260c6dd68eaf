"""``snapshot sample-consent``: make a sample form, and the claim that is submitted with it."""

import secrets
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from pydantic import ValidationError

from consent_intake.samples.outcomes import OUTCOMES, Result
from consent_intake.samples.people import DEMONSTRATION_PARENTS, ORGANIZATION_CODE, ORGANIZATION_NAME
from consent_intake.samples.portal_print import portal_printer
from consent_intake.samples.sample import make_sample
from consent_intake.samples.spec import Container, Fill, SampleSpec, Scan
from schemas.consent_records import ConsentClaim
from schemas.reason_codes import ReasonCode
from schemas.values import Language, Party
from services.consent_form.code import FormCodeInvalid
from services.consent_form.prefill import DoesNotFitBox
from services.runtime.clock import legal_day, utc_now

app = typer.Typer(help="Make a sample consent form.")

_CONTAINERS: Final[dict[str, Container]] = {
    ".pdf": "pdf",
    ".png": "png",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".tif": "tiff",
    ".tiff": "tiff",
    ".heic": "heic",
}


def _outcome(value: str) -> str:
    """Return the outcome; "list" shows all and ends the command, whatever else was given or left out."""
    if value == "list":
        for name, expected in OUTCOMES.items():
            typer.echo(f"{name:18} {expected.result:9} {expected.reason or '':20} {expected.what}")
        raise typer.Exit
    return _one_of("it", value, tuple(OUTCOMES))


@app.command()
def sample_consent(
    *,
    out: Annotated[Path, typer.Option(help="file to write: .pdf, .png, .jpg, .tif or .heic")],
    outcome: Annotated[
        str, typer.Option(callback=_outcome, is_eager=True, help="what has to become of it; 'list' shows all")
    ] = "approved",
    party: Annotated[Party, typer.Option(help="side of the case")] = Party.NONCUSTODIAL,
    name: Annotated[str | None, typer.Option(help="parent's name; else the demonstration parent's")] = None,
    birth_date: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="YYYY-MM-DD")] = None,
    case_identifier: Annotated[str | None, typer.Option(help="nine characters such as AB12345C1")] = None,
    organization_code: Annotated[str, typer.Option(help="printed in the code")] = ORGANIZATION_CODE,
    organization_name: Annotated[str, typer.Option(help="printed into box 5")] = ORGANIZATION_NAME,
    language: Annotated[Language, typer.Option(help="language of the form")] = Language.ENGLISH,
    fill: Annotated[Fill, typer.Option(help="how the boxes are filled")] = "typed",
    scan: Annotated[Scan, typer.Option(help="what the page went through")] = "none",
    dpi: Annotated[int, typer.Option(min=150, max=300, help="resolution of a scan")] = 200,
    seed: Annotated[int | None, typer.Option(help="same seed, same sample; else another one each time")] = None,
    portal: Annotated[bool, typer.Option("--portal", help="let the running portal print the form first")] = False,
    printed: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="a PDF that the portal printed, to fill in and sign"),
    ] = None,
    claim: Annotated[
        Path | None, typer.Option(help="JSON file for the claim that 'snapshot submit' reads; else beside the form")
    ] = None,
) -> None:
    """Write a sample form and the claim that goes with it.

    Without --portal or --printed the form's id is made up, and a form with such an id goes to a reviewer
    (FORM_ID_UNKNOWN), however good it is. What a --printed form says has to fit --fill, --language and the claim.
    """
    said = _claim(party, name, birth_date, case_identifier)
    spec = SampleSpec(
        today=legal_day(utc_now()),
        outcome=outcome,
        claim=said,
        organization_name=organization_name,
        organization_code=organization_code,
        language=language,
        fill=fill,
        scan=scan,
        dpi=dpi,
        container=_container(out),
    )
    chosen = secrets.randbits(32) if seed is None else seed
    _write(spec, out, chosen, _printed(spec, chosen, portal=portal, file=printed))
    beside = claim or out.with_suffix(".json")
    beside.write_text(said.model_dump_json(indent=2) + "\n", encoding="utf-8")
    typer.echo(
        f"Wrote {out}: {OUTCOMES[outcome].what}. Expected: {_expected(outcome, known_id=portal or bool(printed))}"
    )


def _expected(outcome: str, *, known_id: bool) -> str:
    """Return result and reason; an approval needs an id that the portal gave out."""
    expected = OUTCOMES[outcome]
    if expected.result is Result.APPROVED and not known_id:
        return f"{Result.REVIEW} {ReasonCode.FORM_ID_UNKNOWN} (no portal printed it)"
    return " ".join(filter(None, (expected.result, expected.reason)))


def _printed(spec: SampleSpec, seed: int, *, portal: bool, file: Path | None) -> bytes | None:
    if portal and file:
        raise typer.BadParameter("--portal prints a form, --printed brings one: give one of the two")
    if file:
        return file.read_bytes()
    if not portal:
        return None
    with portal_printer() as printer:
        return printer.form_for(spec, seed)


def _write(spec: SampleSpec, out: Path, seed: int, printed: bytes | None) -> None:
    try:
        out.write_bytes(make_sample(spec, seed, printed))
    except FormCodeInvalid:
        raise typer.BadParameter("an organization code is 1 to 12 of A-Z, 0-9 and hyphen") from None
    except DoesNotFitBox:
        raise typer.BadParameter("a name is too long for its box") from None


def _claim(party: Party, name: str | None, birth_date: datetime | None, case_identifier: str | None) -> ConsentClaim:
    """Return the claim: the demonstration parent's, with what was given instead."""
    default = DEMONSTRATION_PARENTS[party]
    try:
        return ConsentClaim(
            parent_name=name or default.parent_name,
            birth_date=birth_date.date() if birth_date else default.birth_date,
            case_identifier=case_identifier or default.case_identifier,
            party=party,
        )
    except ValidationError:  # its text would repeat the values
        raise typer.BadParameter(
            "the name is empty or too long, or the case identifier is not like AB12345C1"
        ) from None


def _one_of(option: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise typer.BadParameter(f"{option} is one of: {', '.join(allowed)}")
    return value


def _container(out: Path) -> Container:
    suffix = _one_of("the file's ending", out.suffix.lower(), tuple(_CONTAINERS))
    return _CONTAINERS[suffix]
