"""``snapshot pages prove``: the proof as a command that prints a table and fails when anything is wrong."""

import statistics
import tempfile
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from schemas.values import Language
from snapshot_renderer.adapters.packaged_data import packaged_editorial
from snapshot_renderer.adapters.pdf_writer import PdfWriter
from snapshot_renderer.proving.page_checks import Fault
from snapshot_renderer.proving.plain_language import HIGHEST_GRADE, LOWEST_EASE
from snapshot_renderer.proving.proof import VARIANTS, Proof, Tally, extreme_cases, random_cases
from snapshot_renderer.proving.vera_pdf import VeraPdfMissing, failed_files, vera_pdf_jar

_FAULTS_LISTED = 20
_MILLISECONDS = 1000
_LEVELS = {
    Language.ENGLISH: f"Flesch-Kincaid grade {{:.1f}}, at most {HIGHEST_GRADE:.0f}",
    Language.SPANISH: f"Fernández-Huerta ease {{:.0f}}, at least {LOWEST_EASE:.0f}",
}
NOT_ASKED = "not checked (--without-verapdf)"


def prove(
    count: Annotated[int, typer.Option(min=0, help="Random cases, besides the hand-made extremes.")] = 25,
    seed: Annotated[int, typer.Option(help="Seed of the random cases.")] = 1,
    verapdf: Annotated[
        Path | None, typer.Option(help="Folder of veraPDF's jar; empty: as deploy/install --tests put it.")
    ] = None,
    without_verapdf: Annotated[
        bool, typer.Option("--without-verapdf", help="Do not ask veraPDF: PDF/A and PDF/UA stay unproven.")
    ] = False,
) -> None:
    """Set the four pages of made-up cases as PDFs, read them back, and fail if one is not whole.

    Ends with 1 when a page is at fault, and with 2 when veraPDF could not judge the files: an unmade check is no pass.
    """
    jar = None if without_verapdf else _jar(verapdf)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        proof = Proof(PdfWriter(), packaged_editorial(), keep=lambda file, pdf: _write(folder / file, pdf))
        for case in (*extreme_cases(), *random_cases(seed, count)):
            proof.prove(case)
        conformance = NOT_ASKED if jar is None else _conformance(jar, folder, proof.tally)
    _print(proof.tally, conformance)
    if proof.tally.faults:
        raise typer.Exit(1)


def _write(path: Path, pdf: bytes) -> None:
    path.write_bytes(pdf)


def _jar(folder: Path | None) -> Path:
    """Look for veraPDF before minutes of work, not after."""
    try:
        return vera_pdf_jar(folder)
    except VeraPdfMissing as missing:
        _give_up(missing)


def _conformance(jar: Path, folder: Path, tally: Tally) -> str:
    try:
        failed = failed_files(jar, folder)
    except VeraPdfMissing as missing:
        _give_up(missing)
    for file, profiles in failed.items():
        tally.blame(Fault.CONFORMANCE, file, *profiles)
    return f"{len(failed)} of {tally.pages} files fail"


def _give_up(missing: VeraPdfMissing) -> NoReturn:
    typer.echo(f"not proved: {missing} Or leave it out with --without-verapdf.", err=True)
    raise typer.Exit(2)


def _print(tally: Tally, conformance: str) -> None:
    table = Table("Check", "Pages at fault", title=f"{tally.pages} pages, {len(VARIANTS)} of each case")
    for fault in Fault:
        said = conformance if fault is Fault.CONFORMANCE else str(tally.faults[fault])
        table.add_row(fault.value, said)
    console = Console()
    console.print(table)
    for found in tally.found[:_FAULTS_LISTED]:
        console.print(escape(found))
    for language, level in sorted(tally.hardest.items()):
        console.print(f"Hardest page to read, {language.value}: {_LEVELS[language].format(level)}")
    if tally.seconds:
        usual = statistics.median(tally.seconds) * _MILLISECONDS
        console.print(
            f"CPU per page: median {usual:.0f} ms, longest {max(tally.seconds) * _MILLISECONDS:.0f} ms. "
            f"Smallest type {tally.smallest:.1f} pt. {tally.shortened} pages count actions that they leave out."
        )
