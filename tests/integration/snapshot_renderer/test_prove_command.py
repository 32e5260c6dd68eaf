"""The command never calls pages proved that one of its checks did not look at."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from snapshot_renderer.proving.command import prove
from snapshot_renderer.proving.vera_pdf import JARS_VARIABLE


def command() -> typer.Typer:
    app = typer.Typer()
    app.command()(prove)
    return app


@pytest.mark.parametrize("named_by", ["option", "environment"])
def test_without_verapdf_nothing_is_proved_and_the_command_says_so_at_once(
    named_by: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if named_by == "environment":
        monkeypatch.setenv(JARS_VARIABLE, str(tmp_path))
    done = CliRunner().invoke(command(), ["--verapdf", str(tmp_path)] if named_by == "option" else [])
    assert done.exit_code == 2, done.output
    assert "not proved: veraPDF's jar is missing" in done.output
    assert "--without-verapdf" in done.output
    assert "Pages at fault" not in done.output


@pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014:ResourceWarning")
def test_leaving_verapdf_out_has_to_be_asked_for_and_stands_in_the_table() -> None:
    done = CliRunner().invoke(command(), ["--count", "0", "--without-verapdf"])
    assert done.exit_code == 0, done.output
    assert "not checked (--without-verapdf)" in done.output
    assert "Hardest page to read" in done.output
