"""Samples on forms that a portal printed."""

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
import zxingcpp
from typer.testing import CliRunner

from consent_intake.samples.commands import app
from consent_intake.samples.people import DEMONSTRATION_PARENTS, ORGANIZATION_CODE, ORGANIZATION_NAME
from consent_intake.samples.portal_print import NOT_OF_THIS_PORTAL, PortalPrinter
from consent_intake.samples.sample import make_sample
from consent_intake.samples.spec import SampleSpec
from schemas.values import Language, Party
from services.cli.portal_client import Claim
from services.consent_form.code import FormCode
from services.consent_form.pdf import Prefill, blank_form_pdf
from services.consent_form.raster import page_raster

TODAY = date(2026, 11, 20)
SERIAL = "00c0ffee00c0ffee"


@dataclass
class PaperPortal:
    """A portal that notes what it is asked to print, and prints it with one serial."""

    asked: list[Claim | str] = field(default_factory=list)

    def print_form(
        self, claim: Claim, language: str, *, starts_on: date | None = None, expires_on: date | None = None
    ) -> bytes:
        """Print a form that is filled in already."""
        self.asked.append(claim)
        name, role = claim.parent_name, Party(claim.role)
        born = date.fromisoformat(claim.birth_date)
        return printed(Language(language), Prefill(name, born, claim.case_identifier, role, starts_on, expires_on))

    def print_blank_form(self, language: str) -> bytes:
        """Print a blank form."""
        self.asked.append(language)
        return printed(Language(language))


def printed(language: Language = Language.ENGLISH, prefill: Prefill | None = None) -> bytes:
    return blank_form_pdf(
        language=language,
        organization_name=ORGANIZATION_NAME,
        organization_code=ORGANIZATION_CODE,
        serial=SERIAL,
        prefill=prefill,
    )


def serial_on(form: bytes) -> str:
    return FormCode.parse(zxingcpp.read_barcodes(page_raster(form, 150))[0].text).serial


@pytest.mark.parametrize("fill", ["prefilled", "typed"])
def test_a_sample_keeps_the_id_that_the_portal_printed(fill: str) -> None:
    spec = SampleSpec(today=TODAY, fill=fill)  # type: ignore[arg-type]
    form = PortalPrinter(PaperPortal()).form_for(spec, 1)
    assert serial_on(make_sample(spec, 1, form)) == SERIAL
    assert serial_on(make_sample(spec, 1)) != SERIAL


def test_a_prefilled_form_is_ordered_for_what_the_paper_says_not_for_what_the_uploader_claims() -> None:
    portal, spec = PaperPortal(), SampleSpec(today=TODAY, fill="prefilled", outcome="wrong_role")
    PortalPrinter(portal).form_for(spec, 1)
    parent = DEMONSTRATION_PARENTS[Party.NONCUSTODIAL]
    assert portal.asked == [
        Claim(parent.parent_name, parent.birth_date.isoformat(), parent.case_identifier, "custodial")
    ]


def test_a_blank_form_is_printed_once_for_each_language_and_copied() -> None:
    portal = PaperPortal()
    printer = PortalPrinter(portal)
    for language in (Language.ENGLISH, Language.SPANISH, Language.ENGLISH):
        printer.form_for(SampleSpec(today=TODAY, language=language), 1)
    assert portal.asked == ["en", "es"]


@pytest.mark.parametrize("outcome", sorted(NOT_OF_THIS_PORTAL))
def test_what_this_portal_does_not_print_is_not_asked_for(outcome: str) -> None:
    portal = PaperPortal()
    assert PortalPrinter(portal).form_for(SampleSpec(today=TODAY, outcome=outcome, fill="prefilled"), 1) is None
    assert portal.asked == []


def test_the_command_signs_a_form_that_was_printed_before(tmp_path: Path) -> None:
    parent = DEMONSTRATION_PARENTS[Party.NONCUSTODIAL]
    form, out = tmp_path / "printed.pdf", tmp_path / "signed.pdf"
    prefill = Prefill(parent.parent_name, parent.birth_date, parent.case_identifier, parent.party)
    form.write_bytes(printed(prefill=prefill))
    told = CliRunner().invoke(app, ["--printed", str(form), "--fill", "prefilled", "--out", str(out), "--seed", "1"])
    assert told.exit_code == 0, told.output
    assert "Expected: approved" in " ".join(told.output.split())
    assert serial_on(out.read_bytes()) == SERIAL
    assert json.loads(out.with_suffix(".json").read_text())["case_identifier"] == parent.case_identifier


def test_the_command_says_that_a_form_with_a_made_up_id_goes_to_a_reviewer(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["--out", str(tmp_path / "signed.pdf"), "--seed", "1"])
    assert told.exit_code == 0, told.output
    assert "review FORM_ID_UNKNOWN" in " ".join(told.output.split())
