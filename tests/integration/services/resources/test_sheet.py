"""The printed sheet read back: text by pypdf, codes by a scanner."""

import io
from pathlib import Path

import pypdfium2 as pdfium
import pytest
import zxingcpp
from pypdf import PdfReader

from schemas.values import Language
from services.resources.catalogue import all_resources, search
from services.resources.sheet import resource_sheet_pdf
from snapshot_renderer.proving.vera_pdf import VeraPdfMissing, failed_files, vera_pdf_jar

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014:ResourceWarning")


@pytest.mark.parametrize("language", list(Language))
def test_every_chosen_resource_is_on_the_sheet_with_a_code_that_scans(language: Language) -> None:
    chosen = search(language=language)[:5]
    pdf = resource_sheet_pdf(chosen, language)
    reader = PdfReader(io.BytesIO(pdf))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    document = pdfium.PdfDocument(pdf)
    codes = [code.text for sheet in document for code in zxingcpp.read_barcodes(sheet.render(scale=2).to_pil())]
    document.close()

    assert set(codes) == {resource.url for resource in chosen}
    assert all(" ".join(resource.title(language).split()) in text for resource in chosen)
    assert reader.trailer["/Root"]["/Lang"] == language.value  # type: ignore[index]


def test_the_whole_catalogue_takes_several_sheets() -> None:
    assert len(PdfReader(io.BytesIO(resource_sheet_pdf(all_resources(), Language.SPANISH))).pages) > 1


def test_the_same_choice_makes_the_same_bytes() -> None:
    chosen = all_resources()[:3]

    assert resource_sheet_pdf(chosen, Language.ENGLISH) == resource_sheet_pdf(chosen, Language.ENGLISH)


def test_vera_pdf_finds_the_sheet_accessible_in_each_language_short_and_long(tmp_path: Path) -> None:
    try:
        jar = vera_pdf_jar(None)
    except VeraPdfMissing as missing:
        pytest.skip(str(missing))
    for language in Language:
        for name, chosen in (("one", all_resources()[:1]), ("all", all_resources())):
            (tmp_path / f"{name}-{language.value}.pdf").write_bytes(resource_sheet_pdf(chosen, language))

    assert failed_files(jar, tmp_path, ("ua1",)) == {}
