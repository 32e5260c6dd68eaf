"""A slice of ``snapshot pages prove`` in every run: all four pages of each extreme and of 500 random cases."""

from pathlib import Path

import pytest
from typing_extensions import override

from snapshot_renderer.adapters.packaged_data import packaged_editorial
from snapshot_renderer.adapters.pdf_writer import PdfWriter
from snapshot_renderer.proving.proof import VARIANTS, Proof, extreme_cases, random_cases
from snapshot_renderer.proving.vera_pdf import VeraPdfMissing, failed_files, vera_pdf_jar
from snapshot_renderer.rules.page_model import NotPrintable, PageContent

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014:ResourceWarning")

SEEDS = (1, 2, 3, 4, 5)
CASES_OF_A_SEED = 100
JUDGED_EXTREMES = ("longest of everything", "one cent beside millions", "all unknown", "a consent for steps only")


def test_every_extreme_is_a_whole_page_for_both_sides_in_both_languages() -> None:
    proof = Proof(PdfWriter(), packaged_editorial())
    for case in extreme_cases():
        proof.prove(case)

    assert proof.tally.found == []
    assert proof.tally.pages == len(VARIANTS) * len(list(extreme_cases()))
    assert proof.tally.shortened > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_random_cases_are_whole_pages_for_both_sides_in_both_languages(seed: int) -> None:
    proof = Proof(PdfWriter(), packaged_editorial())
    for case in random_cases(seed, CASES_OF_A_SEED):
        proof.prove(case)

    assert proof.tally.found == []
    assert proof.tally.pages == len(VARIANTS) * CASES_OF_A_SEED


def test_vera_pdf_finds_no_failed_rule(tmp_path: Path) -> None:
    try:
        jar = vera_pdf_jar(None)
    except VeraPdfMissing as missing:
        pytest.skip(str(missing))
    proof = Proof(PdfWriter(), packaged_editorial(), keep=lambda name, pdf: _write(tmp_path / name, pdf))
    for case in extreme_cases():
        if case.label in JUDGED_EXTREMES:
            proof.prove(case)

    assert proof.tally.pages == len(VARIANTS) * len(JUDGED_EXTREMES)
    assert failed_files(jar, tmp_path) == {}


def test_a_page_that_is_not_made_counts_as_a_fault() -> None:
    class Refusing(PdfWriter):
        @override
        def write(self, page: PageContent) -> bytes:
            raise NotPrintable

    proof = Proof(Refusing(), packaged_editorial())
    proof.prove(next(extreme_cases()), VARIANTS[:1])

    assert proof.tally.found == ["no page: longest of everything (noncustodial en)"]


def _write(path: Path, pdf: bytes) -> None:
    path.write_bytes(pdf)
