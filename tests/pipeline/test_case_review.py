"""A case whose record does not add up waits for a reviewer, and its page comes once the record is mended."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from consent_intake.samples.portal_print import PortalPrinter
from consent_intake.samples.sample import make_sample
from consent_intake.samples.spec import SampleSpec
from services.cli.portal_client import Claim, PortalClient
from tests.pipeline.test_the_whole_line import TODAY
from tests.support.running_line import RunningLine

pytestmark = pytest.mark.kafka

CASE = "AB12345C1"
REVIEWER = "reviewer@agency.example.gov"


def owe(line: RunningLine, cents_more: int) -> None:
    """Change what the practice county says is owed to DSS, and nothing else."""
    with closing(sqlite3.connect(line.home / "practice_county.db")) as county, county:
        county.execute("update cases set owed_to_dss = owed_to_dss + ? where case_identifier = ?", (cents_more, CASE))


@contextmanager
def reviewer(line: RunningLine) -> Iterator[httpx.Client]:
    """The reviewer's browser, signed in."""
    people = json.loads((line.home / "keys" / "practice_people.json").read_text())["people"]
    password = next(row["password"] for row in people if row["email"] == REVIEWER)
    with httpx.Client(base_url=line.addresses.portal_url, follow_redirects=True) as browser:
        fields = {"email": REVIEWER, "password": password, "csrf_token": csrf(browser.get("/sign-in").text)}
        browser.post("/sign-in", data=fields).raise_for_status()
        yield browser


def csrf(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_one_cent_too_much_makes_no_page_until_a_reviewer_has_the_mended_record_read_again(
    line: RunningLine, client: PortalClient, printer: PortalPrinter, tmp_path: Path
) -> None:
    spec = SampleSpec(today=TODAY, scan="flatbed", dpi=300)
    form = tmp_path / "form.pdf"
    form.write_bytes(make_sample(spec, 6401, printer.form_for(spec, 6401)))
    said = spec.claim
    claim = Claim(said.parent_name, said.birth_date.isoformat(), said.case_identifier, said.party.value)
    owe(line, 1)
    try:
        consent_id = client.upload(form, claim)
        assert client.follow(consent_id, seconds=60)["status"] == "case_review"
    finally:
        owe(line, -1)

    with reviewer(line) as browser:
        listed = browser.get("/review/cases").text
        assert "FIGURES_DO_NOT_RECONCILE" in listed
        assert consent_id.replace("-", "")[:8] in listed
        fields = {"outcome": "read_again", "csrf_token": csrf(listed)}
        browser.post(f"/review/cases/{consent_id}", data=fields).raise_for_status()
    found = client.follow(consent_id, seconds=60)
    assert [step["status"] for step in found["timeline"]] == [
        "uploaded",
        "approved",
        "case_review",
        "approved",
        "fetched",
        "rendered",
        "delivered",
    ]
