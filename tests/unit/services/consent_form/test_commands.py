"""``snapshot consent-form``."""

from pathlib import Path

import zxingcpp
from typer.testing import CliRunner

from services.consent_form.code import FormCode
from services.consent_form.commands import app
from services.consent_form.raster import page_raster

NAMED = ["print", "--organization-name", "Bronx Fathers Forward", "--organization-code"]


def test_a_form_can_be_printed_for_an_organization(tmp_path: Path) -> None:
    target = tmp_path / "form.pdf"
    shown = CliRunner().invoke(app, [*NAMED, "BFF", "--out", str(target), "--language", "es"])
    assert shown.exit_code == 0, shown.output
    code = FormCode.parse(zxingcpp.read_barcodes(page_raster(target.read_bytes(), 150))[0].text)
    assert (code.organization_code, code.language) == ("BFF", "es")


def test_a_bad_organization_code_is_explained_and_nothing_is_written(tmp_path: Path) -> None:
    target = tmp_path / "form.pdf"
    shown = CliRunner().invoke(app, [*NAMED, "bff!", "--out", str(target)])
    assert shown.exit_code == 2
    assert "1 to 12 of A-Z" in shown.output
    assert not target.exists()


def test_the_blank_pages_can_be_drawn_again(tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["blank-pages", "--folder", str(tmp_path)])
    assert shown.exit_code == 0, shown.output
    assert sorted(page.name for page in tmp_path.iterdir()) == ["blank_en.png", "blank_es.png"]
