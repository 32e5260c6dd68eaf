"""One page of content to one PDF that is PDF/A-3a and PDF/UA-1 at once (WeasyPrint). Runs in a child process."""

import gc
import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from xml.etree import ElementTree as ET

import cssselect2
import weasyprint
from typing_extensions import override
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from services.fonts import FONT_FOLDER, font_face_css
from snapshot_renderer.adapters.embedded_facts import facts_attachment
from snapshot_renderer.adapters.page_geometry import holds_together
from snapshot_renderer.adapters.page_lines import estimated_lines
from snapshot_renderer.adapters.page_template import Density, PageTemplate, packaged_template
from snapshot_renderer.rules.page_model import DoesNotFit, NotPrintable, PageContent

LADDER = (
    Density("roomy", chart_height=170, rows=5, most_lines=2),
    Density("normal", chart_height=136, rows=5, most_lines=16),
    Density("tight", chart_height=102, rows=5, most_lines=24.5),
    Density("tighter", chart_height=102, rows=5, most_lines=26),
    Density("tightest", chart_height=100, rows=5, most_lines=31),
    Density("tightest", chart_height=88, rows=3, most_lines=math.inf),
    Density("tightest", chart_height=70, rows=2, most_lines=math.inf),
    Density("tightest closest", chart_height=60, rows=1, most_lines=math.inf),
)
"""Tried in this order until the page holds together (docs/page-overflow.md). Type never gets smaller than 7.8 pt.

``most_lines`` was found by setting 60 pages of every length at every density (see ``page_lines.estimated_lines``). It
only saves layouts that would fail: the check of the finished layout decides.
"""

_BASE_URL = "about:snapshot"

_PDF_UA = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that the file conforms to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""
"""PDF/A allows the PDF/UA mark only with the schema that describes it (ISO 19005-3, 6.6.2.3.3)."""


class PdfWriter:
    """Fonts, style sheet and template, read once: parsing them for every page costs more than the page."""

    def __init__(self) -> None:
        self._fonts = FontConfiguration()
        self._fetcher = _FontsOnly()
        style = font_face_css() + packaged_template("page.css")
        self._style = weasyprint.CSS(
            string=style, font_config=self._fonts, url_fetcher=self._fetcher, base_url=_BASE_URL
        )
        self._template = PageTemplate()

    def write(self, page: PageContent) -> bytes:
        """Return the PDF: the same bytes for the same content, in any process.

        Raises:
            DoesNotFit: no density holds it on one page.
            NotPrintable: WeasyPrint warned about anything at all.
        """
        with _without_collector(), _complaints() as complaints:
            for density in _densities(page):
                document = self._laid_out(page, density)
                if len(document.pages) == 1 and holds_together(document.pages[0]._page_box):  # noqa: SLF001
                    break
                if complaints.count:
                    raise NotPrintable
            else:
                raise DoesNotFit
            facts = facts_attachment(page, density)
            pdf: bytes = document.write_pdf(
                pdf_variant="pdf/a-3a", pdf_tags=True, finisher=_mark_as_pdf_ua, attachments=[facts]
            )
            if complaints.count:
                raise NotPrintable
            return pdf

    def _laid_out(self, page: PageContent, density: Density) -> Any:
        html = _WellFormed(self._template.html(page, density), self._fetcher)
        return html.render(font_config=self._fonts, stylesheets=[self._style], pdf_variant="pdf/a-3a", pdf_tags=True)


def write_page(page: PageContent) -> bytes:
    """Write one page with this process's writer; the function that child processes run.

    Raises:
        DoesNotFit: no density holds it on one page.
        NotPrintable: WeasyPrint warned about anything at all.
    """
    return _writer().write(page)


def warm_up() -> None:
    """Read fonts, style sheet and template, so that a child process's first page is as quick as the next."""
    _writer()


@cache
def _writer() -> PdfWriter:
    return PdfWriter()


def _densities(page: PageContent) -> tuple[Density, ...]:
    lines = estimated_lines(page)
    return tuple(density for density in LADDER if lines <= density.most_lines)


def _mark_as_pdf_ua(_document: Any, pdf: Any) -> None:
    """Say in the file's metadata that it is PDF/UA too: WeasyPrint 70 names one variant only."""
    number = int(pdf.catalog["Metadata"].split()[0])
    metadata = pdf.objects[number]
    metadata.stream = [part.replace(b"</rdf:RDF>", _PDF_UA + b"</rdf:RDF>") for part in metadata.stream]


class _WellFormed(weasyprint.HTML):  # type: ignore[misc]  # WeasyPrint ships no types
    """Our template's output is well-formed XML: parsing it as such takes a tenth of the time, and sets the same bytes.

    Raises:
        NotPrintable: a letter that XML does not allow (a control character in a name).
    """

    def __init__(self, markup: str, fetcher: URLFetcher) -> None:
        # The constructor that is not called parses HTML; these are all the fields it sets in WeasyPrint 70.
        try:
            root = ET.fromstring(markup)  # noqa: S314  (our own template, autoescaped)
        except ET.ParseError:
            raise NotPrintable from None
        self.base_url = _BASE_URL
        self.url_fetcher = fetcher
        self.media_type = "print"
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(root, content_language=None)
        self.etree_element = self.wrapper_element.etree_element


class _FontsOnly(URLFetcher):  # type: ignore[misc]  # WeasyPrint ships no types
    """Nothing but the packaged fonts can be read, whatever a page says."""

    @override
    def fetch(self, url: str, headers: Any = None) -> Any:
        allowed = {font.as_uri() for font in FONT_FOLDER.glob("*.ttf")}
        if url not in allowed:
            # WeasyPrint logs this, and the log is counted: the page is refused.
            raise ValueError("address not allowed")
        return super().fetch(url, headers)


class _ComplaintCounter(logging.Handler):
    """Counts warnings; keeps none of their text."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.count = 0

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1


@contextmanager
def _complaints() -> Iterator[_ComplaintCounter]:
    logger = logging.getLogger("weasyprint")
    counter = _ComplaintCounter()
    logger.addHandler(counter)
    propagates, logger.propagate = logger.propagate, False
    try:
        yield counter
    finally:
        logger.propagate = propagates
        logger.removeHandler(counter)


@contextmanager
def _without_collector() -> Iterator[None]:
    """A page makes a great many objects that all die together; collecting among them costs a tenth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
