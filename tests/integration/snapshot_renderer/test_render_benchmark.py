"""The benchmark of rendering compares like with like: every way makes one sheet with the same figures."""

import importlib.util
import io
import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import weasyprint
from pypdf import PdfReader

PARTS = Path(__file__).resolve().parents[3] / "deploy" / "benchmarks" / "render_parts"

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014:ResourceWarning")


@pytest.fixture(scope="module")
def pages() -> ModuleType:
    return loaded("pages")


@pytest.fixture(scope="module")
def fonts(pages: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fonts")
    pages.write_woff2(folder)
    return folder


def loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, PARTS / f"{name}.py")
    if spec is None or spec.loader is None:
        raise AssertionError(name)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def figures(content: Any) -> set[str]:
    return {figure.number for figure in content.numbers} | {part.amount for part in content.arrears.parts}


def assert_one_sheet_with(content: Any, pdf: bytes) -> None:
    sheets = PdfReader(io.BytesIO(pdf)).pages
    text = sheets[0].extract_text().replace("\n", " ")

    assert len(sheets) == 1
    assert not [figure for figure in figures(content) if figure not in text]


@pytest.mark.parametrize("number", [0, 5])
def test_weasyprint_by_itself_sets_the_same_page(pages: ModuleType, fonts: Path, number: int) -> None:
    content = pages.content_of(number)

    for html in (pages.plain_html(content), pages.usual_html(content, fonts)):
        assert_one_sheet_with(content, weasyprint.HTML(string=html).write_pdf())
    assert_one_sheet_with(content, pages.file_of(content))


@pytest.mark.chromium
@pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not installed")
async def test_chromium_prints_the_same_page(pages: ModuleType, fonts: Path) -> None:
    from playwright.async_api import async_playwright  # noqa: PLC0415 - only with Chromium

    content = pages.content_of(0)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        tab = await browser.new_page()
        await tab.set_content(pages.self_contained_html(content, fonts))
        pdf = await tab.pdf(prefer_css_page_size=True, print_background=True)
        await browser.close()

    assert_one_sheet_with(content, pdf)


def test_no_two_pages_are_the_same(pages: ModuleType) -> None:
    facts = [pages.facts_of(pages.content_of(number)) for number in range(12)]

    assert len(set(facts)) == len(facts)
