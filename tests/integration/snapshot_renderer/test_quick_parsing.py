"""The template is parsed as XML because that is quicker; what comes out must be what an HTML parser makes of it."""

from typing import Any

import pytest
import weasyprint
from typing_extensions import override

from schemas.values import Language, Party
from snapshot_renderer.adapters.packaged_data import packaged_editorial
from snapshot_renderer.adapters.page_template import Density
from snapshot_renderer.adapters.pdf_writer import PdfWriter
from snapshot_renderer.rules.page_content import page_content
from snapshot_renderer.rules.page_model import NotPrintable, PageContent
from snapshot_renderer.samples.extreme_cases import EXTREMES, with_record
from snapshot_renderer.samples.made_up_cases import minimal, typical

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014:ResourceWarning")


class PlainWriter(PdfWriter):
    """Parses the page with WeasyPrint's own HTML parser."""

    @override
    def _laid_out(self, page: PageContent, density: Density) -> Any:
        html = weasyprint.HTML(
            string=self._template.html(page, density), url_fetcher=self._fetcher, base_url="about:snapshot"
        )
        return html.render(font_config=self._fonts, stylesheets=[self._style], pdf_variant="pdf/a-3a", pdf_tags=True)


@pytest.mark.parametrize(
    ("request_for", "language"),
    [
        (typical, Language.ENGLISH),
        (minimal, Language.SPANISH),
        (EXTREMES["name with quotes, braces and markup"], Language.ENGLISH),
        (EXTREMES["longest of everything"], Language.SPANISH),
    ],
)
def test_both_parsers_set_the_same_bytes(request_for: Any, language: Language) -> None:
    content = page_content(request_for(Party.NONCUSTODIAL), packaged_editorial(), language)

    assert PdfWriter().write(content) == PlainWriter().write(content)


def test_a_control_character_in_a_name_makes_no_page() -> None:
    request = with_record(typical(Party.CUSTODIAL), parent_name="Ana\x0bLi")

    with pytest.raises(NotPrintable):
        PdfWriter().write(page_content(request, packaged_editorial(), Language.ENGLISH))
