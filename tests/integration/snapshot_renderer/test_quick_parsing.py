"""The page is parsed as XML and laid out with styles that were kept, since that is quicker: the bytes stay the same."""

from collections.abc import Mapping
from typing import Any

import pytest
import weasyprint
from typing_extensions import override

from schemas.values import Language, Party
from snapshot_renderer.adapters import printed_html
from snapshot_renderer.adapters.packaged_data import packaged_editorial
from snapshot_renderer.adapters.page_template import packaged_template
from snapshot_renderer.adapters.pdf_writer import PdfWriter
from snapshot_renderer.adapters.printed_html import BASE_URL, PrintedStyle
from snapshot_renderer.rules.page_content import page_content
from snapshot_renderer.rules.page_model import NotPrintable
from snapshot_renderer.samples.extreme_cases import EXTREMES, with_record
from snapshot_renderer.samples.made_up_cases import minimal, typical

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014:ResourceWarning")


class PlainStyle(PrintedStyle):
    """Lays the page out as WeasyPrint does by itself: parsed as HTML, with its whole style of HTML, nothing kept."""

    @override
    def laid_out(self, markup: str, images: Mapping[str, Any]) -> Any:
        html = weasyprint.HTML(string=markup, url_fetcher=self.fetcher, base_url=BASE_URL)
        return html.render(
            font_config=self.fonts,
            stylesheets=[self.sheet],
            cache=dict(images),
            pdf_variant="pdf/a-3a",
            pdf_tags=True,
        )


class PlainWriter(PdfWriter):
    """Lets WeasyPrint do all of it."""

    def __init__(self) -> None:
        super().__init__()
        self._style = PlainStyle(packaged_template("page.css"))


@pytest.mark.parametrize(
    ("request_for", "language"),
    [
        (typical, Language.ENGLISH),
        (minimal, Language.SPANISH),
        (EXTREMES["name with quotes, braces and markup"], Language.ENGLISH),
        (EXTREMES["longest of everything"], Language.SPANISH),
    ],
)
def test_the_quick_way_sets_the_same_bytes(request_for: Any, language: Language) -> None:
    content = page_content(request_for(Party.NONCUSTODIAL), packaged_editorial(), language)

    assert PdfWriter().write(content) == PlainWriter().write(content)


def test_styles_kept_from_other_pages_set_the_same_bytes() -> None:
    contents = [
        page_content(request(party), packaged_editorial(), language)
        for request in (typical, minimal, EXTREMES["longest of everything"])
        for party in Party
        for language in Language
    ]
    seasoned = PdfWriter()
    for content in contents:
        seasoned.write(content)

    for content in contents[::5]:
        assert seasoned.write(content) == PdfWriter().write(content)


def test_the_styles_kept_hold_nothing_that_a_page_says() -> None:
    writer = PdfWriter()
    writer.write(page_content(typical(Party.NONCUSTODIAL), packaged_editorial(), Language.ENGLISH))
    kept = [(key, dict(style), style.cascaded) for key, style in writer._style._kept.items()]

    assert "Rivera" not in repr(kept)
    assert kept


def test_no_more_styles_are_kept_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printed_html, "MOST_KEPT", 20)
    english, spanish = (page_content(typical(Party.CUSTODIAL), packaged_editorial(), language) for language in Language)
    writer, alone = PdfWriter(), PdfWriter()
    writer.write(english)

    assert writer.write(spanish) == alone.write(spanish)
    assert len(writer._style._kept) == len(alone._style._kept) > printed_html.MOST_KEPT


def test_a_control_character_in_a_name_makes_no_page() -> None:
    request = with_record(typical(Party.CUSTODIAL), parent_name="Ana\x0bLi")

    with pytest.raises(NotPrintable):
        PdfWriter().write(page_content(request, packaged_editorial(), Language.ENGLISH))
