"""``snapshot up --demo``: one form of each outcome goes through the line and must arrive where it should."""

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from pypdf import PdfReader
from rich.console import Console
from rich.table import Table

from services.cli.installation import Addresses
from services.cli.live_table import practice_people
from services.cli.portal_client import Claim, PortalClient, PortalProblem
from services.cli.submit import save_pages

FOLLOW_SECONDS = 180.0
MAIL_SECONDS = 20.0
REFERENCE_LENGTH = 8
"""The subject of an e-mail names the first characters of the consent's id."""

LEAST_COLUMNS = 140
"""The sentences are the point of the table; a narrow one would be pages long."""


@dataclass(frozen=True)
class Expected:
    """One form of the demonstration, and where it must arrive."""

    name: str
    file: Path
    claim: Claim
    status: str
    reasons: tuple[str, ...]


@dataclass
class Arrived:
    """Where it did arrive. ``status`` is ``refused at the door`` when the portal did not take the file."""

    expected: Expected
    status: str
    reasons: tuple[str, ...]
    sentence: str
    consent_id: str | None = None
    problem: str | None = None

    @property
    def as_expected(self) -> bool:
        """Whether the form is where it should be, with nothing wrong on the way."""
        wanted = (self.expected.status, self.expected.reasons)
        return (self.status, self.reasons) == wanted and self.problem is None


def run(home: Path, addresses: Addresses, console: Console) -> int:
    """Submit every form, follow all, print a table, and return the exit code: 0 only if all is as expected."""
    folder = home / "demo"
    key = practice_people(home)["api_key"]
    with console.status("Printing, filling in and signing one form of each outcome"):
        forms = _make_forms(folder, addresses.portal_url, key)
    client = PortalClient(addresses.portal_url, key)
    try:
        with console.status("Submitting and following"):
            arrived = [_submit(client, form) for form in forms]
            for one in arrived:
                _follow(client, one, folder)
            _expect_mail(addresses, arrived)
    finally:
        client.close()
    Console(width=max(console.width, LEAST_COLUMNS)).print(_table(arrived))
    wrong = [one for one in arrived if not one.as_expected]
    console.print(f"{len(arrived) - len(wrong)} of {len(arrived)} forms arrived where they should. Pages: {folder}")
    return 1 if wrong else 0


def _make_forms(folder: Path, portal_url: str, api_key: str) -> list[Expected]:
    """Let the portal print the forms, as an organization does, and somebody fill in and sign them."""
    subprocess.run(
        [sys.executable, "-m", "services.cli", "sample-set", "--folder", str(folder)],
        env={**os.environ, "SNAPSHOT_PORTAL_URL": portal_url, "SNAPSHOT_API_KEY": api_key},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return [
        Expected(one["name"], folder / one["file"], Claim(**one["claim"]), one["status"], tuple(one["reasons"]))
        for one in json.loads((folder / "manifest.json").read_text())
    ]


def _submit(client: PortalClient, form: Expected) -> Arrived:
    try:
        consent_id = client.upload(form.file, form.claim)
    except PortalProblem as problem:
        return Arrived(form, "refused at the door", (problem.code,), str(problem))
    return Arrived(form, "uploaded", (), "", consent_id)


def _follow(client: PortalClient, one: Arrived, folder: Path) -> None:
    if one.consent_id is None:
        return
    found = client.follow(one.consent_id, seconds=FOLLOW_SECONDS)
    one.status = found["status"]
    one.reasons = tuple(reason["code"] for reason in found["reasons"])
    one.sentence = " ".join(reason["sentence"] for reason in found["reasons"])
    if one.status == "delivered":
        _check_pages(save_pages(client, found, folder), one)


def _check_pages(saved: Sequence[Path], one: Arrived) -> None:
    counts = [len(PdfReader(io.BytesIO(file.read_bytes())).pages) for file in saved]
    if counts != [1, 1]:
        one.problem = f"pages: {counts}"
    one.sentence = f"one page in each language: {', '.join(file.name for file in saved)}"


def _expect_mail(addresses: Addresses, arrived: Sequence[Arrived]) -> None:
    """Wait until every consent's e-mail is in the catcher; say so where one is missing."""
    if addresses.mail_url is None:
        return
    deadline = time.monotonic() + MAIL_SECONDS
    missing = [one for one in arrived if one.consent_id]
    while missing and time.monotonic() < deadline:
        subjects = _mail_subjects(addresses.mail_url)
        missing = [
            one for one in missing if not any(str(one.consent_id)[:REFERENCE_LENGTH] in subject for subject in subjects)
        ]
        time.sleep(0.3)
    for one in missing:
        one.problem = "no e-mail"


def _reference(one: Arrived) -> str:
    return str(one.consent_id)[:REFERENCE_LENGTH]


def _mail_subjects(address: str) -> list[str]:
    caught: Mapping[str, Any] = httpx.get(f"{address}/messages.json", timeout=5.0, trust_env=False).json()
    return [str(message["subject"]) for message in caught["messages"]]


def _table(arrived: Sequence[Arrived]) -> Table:
    table = Table("", "Form", "Arrived at", "Why", show_lines=False)
    for one in arrived:
        mark = "[green]ok[/green]" if one.as_expected else "[red]wrong[/red]"
        why = " ".join((*one.reasons, one.sentence))
        if not one.as_expected:
            wanted = " ".join((one.expected.status, *one.expected.reasons))
            why = f"expected {wanted}; {one.problem or ''} {why}"
        table.add_row(mark, one.expected.name, one.status, why)
    return table
