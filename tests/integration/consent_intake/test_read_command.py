"""``snapshot intake read`` on digitally signed files, with the real reader."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from consent_intake.commands import app
from consent_intake.samples.digital import PracticeAuthority, digitally_signed
from services.runtime.clock import utc_now
from tests.support.signed_documents import small_form


@pytest.fixture
def authority() -> PracticeAuthority:
    return PracticeAuthority.made(at=utc_now())


@pytest.fixture
def signed_file(authority: PracticeAuthority, tmp_path: Path) -> Path:
    (tmp_path / "form.pdf").write_bytes(digitally_signed(small_form(), "[red]Elena", authority, at=utc_now()))
    return tmp_path / "form.pdf"


def test_signatures_are_shown_with_what_is_trusted_and_names_are_no_markup(
    authority: PracticeAuthority, signed_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "root.pem").write_bytes(authority.pem)

    strange = CliRunner().invoke(app, ["read", str(signed_file)])
    trusted = CliRunner().invoke(app, ["read", str(signed_file), "--trust", str(tmp_path / "root.pem")])

    assert "not trusted" in strange.output
    assert "not trusted" not in trusted.output
    assert "ENTIRE_FILE" in trusted.output
    assert "[red]Elena" in trusted.output


def test_a_file_that_holds_no_certificate_is_named(signed_file: Path) -> None:
    shown = CliRunner().invoke(app, ["read", str(signed_file), "--trust", str(signed_file)])

    assert shown.exit_code == 2
    assert "form.pdf" in shown.output
