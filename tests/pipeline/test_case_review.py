"""A case whose record does not add up waits for a reviewer, and its page comes once the record is mended."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from consent_intake.samples.portal_print import PortalPrinter
from consent_intake.samples.sample import make_sample
from consent_intake.samples.spec import SampleSpec
from services.cli.portal_client import Claim, PortalClient
from tests.pipeline.test_the_whole_line import TODAY
from tests.support.line_browser import send, signed_in
from tests.support.running_line import RunningLine

pytestmark = pytest.mark.kafka

CASE = "AB12345C1"
REVIEWER = "reviewer@agency.example.gov"


def owe(line: RunningLine, cents_more: int) -> None:
    """Change what the practice county says is owed to DSS, and nothing else."""
    with closing(sqlite3.connect(line.home / "practice_county.db")) as county, county:
        county.execute("update cases set owed_to_dss = owed_to_dss + ? where case_identifier = ?", (cents_more, CASE))


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

    with signed_in(line, REVIEWER) as browser:
        listed = browser.get("/review/cases").text
        assert "FIGURES_DO_NOT_RECONCILE" in listed
        assert consent_id.replace("-", "")[:8] in listed
        answer = send(browser, f"/review/cases/{consent_id}", form_on="/review/cases", outcome="read_again")
        answer.raise_for_status()
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
