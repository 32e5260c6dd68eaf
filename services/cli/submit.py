"""``snapshot submit``: upload a form as an organization would, follow it, and save the page."""

import json
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from services.cli.portal_client import Claim, PortalClient, PortalProblem
from services.cli.running import find_running
from services.cli.settings import ApiSettings

app = typer.Typer(pretty_exceptions_show_locals=False)

DONE, REFUSED, NOT_YET = 0, 1, 3

_SENTENCES = {
    "uploaded": "Received: the form is stored.",
    "in_review": "A reviewer has to look at the form.",
    "approved": "Consent approved.",
    "fetched": "Case read.",
    "case_review": "The case record has to be mended first; a reviewer sees to it.",
    "rendered": "Page made, in English and Spanish.",
    "delivered": "Delivered: the uploader has been told.",
    "rejected": "The form was not accepted.",
    "refused": "No page can be made.",
    "revoked": "The consent was revoked.",
    "expired": "The consent has expired.",
}


@app.command()
def submit(
    form: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="The signed form: PDF, PNG, JPEG, TIFF, HEIC.")
    ],
    claim: Annotated[
        Path | None, typer.Option(help="JSON with parent_name, birth_date, case_identifier, role.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="The parent's full name, as on the form.")] = None,
    birth_date: Annotated[str | None, typer.Option(help="YYYY-MM-DD")] = None,
    case_identifier: Annotated[str | None, typer.Option(help="Nine characters, such as AB12345C1.")] = None,
    role: Annotated[str | None, typer.Option(help="noncustodial or custodial")] = None,
    follow: Annotated[bool, typer.Option(help="Wait for the end and save the page.")] = False,
    seconds: Annotated[float, typer.Option(help="How long to follow.")] = 120.0,
    save_to: Annotated[Path, typer.Option(help="Folder for the page's PDFs.")] = Path(),
    language: Annotated[str, typer.Option(help="Of messages: en or es.")] = "en",
    idempotency_key: Annotated[str | None, typer.Option(help="Repeat safely with the same key.")] = None,
) -> None:
    """Upload a signed consent form; with --follow, show each stage and save the finished page."""
    said = {"parent_name": name, "birth_date": birth_date, "case_identifier": case_identifier, "role": role}
    client = connect(language)
    try:
        consent_id = client.upload(form, _claim(form, claim, said), idempotency_key=idempotency_key)
        Console().print(f"Consent [bold]{consent_id}[/bold]")
        if follow:
            raise typer.Exit(_follow(client, consent_id, seconds, save_to))
    except PortalProblem as problem:
        typer.echo(f"{problem.code}: {problem}", err=True)
        raise typer.Exit(REFUSED) from None
    finally:
        client.close()


def connect(language: str) -> PortalClient:
    """Return a connection to the portal that runs here, or that the settings name.

    Raises:
        typer.Exit: neither is there.
    """
    settings = ApiSettings()
    running = find_running(settings.home)
    address = settings.portal_url or (running.portal if running else "")
    key = settings.api_key or _practice_key(settings.home)
    if not address or not key:
        typer.echo("Nothing runs here. Start it with `snapshot up`, or set SNAPSHOT_PORTAL_URL and SNAPSHOT_API_KEY.")
        raise typer.Exit(REFUSED)
    return PortalClient(address, key, language=language, waiting=_tell_wait)


def _tell_wait(seconds: float) -> None:
    typer.echo(f"Too many forms in a minute: waiting {seconds:.0f} s, as the portal asks.", err=True)


def _practice_key(home: Path) -> str:
    try:
        return str(json.loads((home / "keys" / "practice_people.json").read_text())["api_key"])
    except (OSError, KeyError, json.JSONDecodeError):
        return ""


def _claim(form: Path, file: Path | None, said: Mapping[str, str | None]) -> Claim:
    path = file or form.with_suffix(".json")
    from_file = json.loads(path.read_text()) if path.exists() else {}
    from_file["role"] = from_file.get("role") or from_file.get("party")
    values = {field: said[field] or from_file.get(field) for field in said}
    if missing := [field for field, value in values.items() if not value]:
        typer.echo(f"Say what the form holds: {', '.join(missing)} (options, or a --claim file).", err=True)
        raise typer.Exit(REFUSED)
    return Claim(**{field: str(value) for field, value in values.items()})


def _follow(client: PortalClient, consent_id: str, seconds: float, folder: Path) -> int:
    console, shown = Console(highlight=False), 0

    def tell(found: Mapping[str, Any]) -> None:
        nonlocal shown
        for step in found["timeline"][shown:]:
            at = datetime.fromisoformat(step["at"]).astimezone(ZoneInfo("America/New_York"))
            console.print(f"  [dim]{at:%H:%M:%S}[/dim]  {_SENTENCES.get(step['status'], step['status'])}")
            for reason in step["reasons"]:
                console.print(f"            {reason['code']}: {reason['sentence']}")
        shown = len(found["timeline"])

    found = client.follow(consent_id, seconds=seconds, tell=tell)
    if found["status"] == "delivered":
        for file in save_pages(client, found, folder):
            console.print(f"  saved {file}")
        return DONE
    if found["status"] in {"rejected", "refused", "revoked", "expired"}:
        return REFUSED
    print(f"Not finished: {found['status']}. Ask again later.", file=sys.stderr)  # noqa: T201 - this is the interface
    return NOT_YET


def save_pages(client: PortalClient, found: Mapping[str, Any], folder: Path) -> list[Path]:
    """Save every language of a delivered consent's page; file names carry the reference only."""
    folder.mkdir(parents=True, exist_ok=True)
    saved = []
    for page in found["snapshot"]["pages"]:
        file = folder / f"snapshot-{found['reference'].lower()}-{page['language']}.pdf"
        file.write_bytes(client.page(found["snapshot"]["id"], page["language"]))
        saved.append(file)
    return saved
