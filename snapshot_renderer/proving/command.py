"""``snapshot pages prove``: the proof as a command that prints a table and fails when anything is wrong."""

import statistics
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from snapshot_renderer.adapters.packaged_data import packaged_editorial
from snapshot_renderer.adapters.pdf_writer import PdfWriter
from snapshot_renderer.proving.page_checks import Fault
from snapshot_renderer.proving.proof import VARIANTS, Proof, Tally, extreme_cases, random_cases
from snapshot_renderer.proving.vera_pdf import VeraPdfMissing, failed_files, vera_pdf_jar

_FAULTS_LISTED = 20
_MILLISECONDS = 1000


def prove(
    count: Annotated[int, typer.Option(min=0, help="Random cases, besides the hand-made extremes.")] = 25,
    seed: Annotated[int, typer.Option(help="Seed of the random cases.")] = 1,
    verapdf: Annotated[
        Path | None, typer.Option(help="Folder of veraPDF's jar; empty: as deploy/install --tests put it.")
    ] = None,
) -> None:
    """Set the four pages of made-up cases as PDFs, read them back, and fail if one is not whole."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        proof = Proof(PdfWriter(), packaged_editorial(), keep=lambda file, pdf: _write(folder / file, pdf))
        for case in (*extreme_cases(), *random_cases(seed, count)):
            proof.prove(case)
        conformance = _conformance(verapdf, folder, proof.tally)
    _print(proof.tally, conformance)
    if proof.tally.faults:
        raise typer.Exit(1)


def _write(path: Path, pdf: bytes) -> None:
    path.write_bytes(pdf)


def _conformance(jars: Path | None, folder: Path, tally: Tally) -> str:
    try:
        failed = failed_files(vera_pdf_jar(jars), folder)
    except VeraPdfMissing as missing:
        if jars is not None:
            tally.blame(Fault.CONFORMANCE, str(missing))
        return f"not checked: {missing}"
    for file, profiles in failed.items():
        tally.blame(Fault.CONFORMANCE, file, *profiles)
    return f"{len(failed)} of {tally.pages} files fail"


def _print(tally: Tally, conformance: str) -> None:
    table = Table("Check", "Pages at fault", title=f"{tally.pages} pages, {len(VARIANTS)} of each case")
    for fault in Fault:
        said = conformance if fault is Fault.CONFORMANCE else str(tally.faults[fault])
        table.add_row(fault.value, said)
    console = Console()
    console.print(table)
    for found in tally.found[:_FAULTS_LISTED]:
        console.print(escape(found))
    if tally.seconds:
        usual = statistics.median(tally.seconds) * _MILLISECONDS
        console.print(
            f"CPU per page: median {usual:.0f} ms, longest {max(tally.seconds) * _MILLISECONDS:.0f} ms. "
            f"Smallest type {tally.smallest:.1f} pt. {tally.shortened} pages count actions that they leave out."
        )
