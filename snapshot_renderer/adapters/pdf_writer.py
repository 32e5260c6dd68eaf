"""One page of content to one PDF that is PDF/A-3a and PDF/UA-1 at once (WeasyPrint). Runs in a child process."""

import gc
import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pydyf
from typing_extensions import override

from snapshot_renderer.adapters.embedded_facts import facts_attachment
from snapshot_renderer.adapters.page_geometry import holds_together
from snapshot_renderer.adapters.page_lines import estimated_lines
from snapshot_renderer.adapters.page_template import Density, PageTemplate, packaged_template
from snapshot_renderer.adapters.printed_drawings import printed_drawings
from snapshot_renderer.adapters.printed_html import PrintedStyle
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
        self._style = PrintedStyle(packaged_template("page.css"))
        self._template = PageTemplate()

    def write(self, page: PageContent) -> bytes:
        """Return the PDF: the same bytes for the same content, in any process.

        Raises:
            DoesNotFit: no density holds it on one page.
            NotPrintable: WeasyPrint warned about anything at all.
        """
        with _without_collector(), _complaints() as complaints:
            document, density = self._first_that_fits(page, complaints)
            pdf: bytes = document.write_pdf(
                pdf_variant="pdf/a-3a",
                pdf_tags=True,
                finisher=_finish,
                attachments=[facts_attachment(page, density)],
            )
            if complaints.count:
                raise NotPrintable
            return pdf

    def density_of(self, page: PageContent) -> Density:
        """Return how tightly a page is set.

        Raises:
            DoesNotFit: no density holds it on one page.
            NotPrintable: WeasyPrint warned about anything at all.
        """
        with _complaints() as complaints:
            return self._first_that_fits(page, complaints)[1]

    def _first_that_fits(self, page: PageContent, complaints: "_ComplaintCounter") -> tuple[Any, Density]:
        for density in _densities(page):
            document = self._laid_out(page, density)
            if len(document.pages) == 1 and holds_together(document.pages[0]._page_box):  # noqa: SLF001
                return document, density
            if complaints.count:
                raise NotPrintable
        raise DoesNotFit

    def _laid_out(self, page: PageContent, density: Density) -> Any:
        drawings = printed_drawings(page, chart_height=density.chart_height)
        return self._style.laid_out(self._template.html(page, density), drawings)


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


def _finish(_document: Any, pdf: Any) -> None:
    _mark_as_pdf_ua(pdf)
    _write_once(pdf)


def _mark_as_pdf_ua(pdf: Any) -> None:
    """Say in the file's metadata that it is PDF/UA too: WeasyPrint 70 names one variant only."""
    number = int(pdf.catalog["Metadata"].split()[0])
    metadata = pdf.objects[number]
    metadata.stream = [part.replace(b"</rdf:RDF>", _PDF_UA + b"</rdf:RDF>") for part in metadata.stream]


def _write_once(pdf: Any) -> None:
    """Put every part into bytes now: pydyf would do it twice, for the file's id and for the file."""
    pdf.objects[:] = [_Written(part) for part in pdf.objects]


class _Written(pydyf.Object):  # type: ignore[misc]  # pydyf ships no types
    """A part of the file that is in bytes already."""

    def __init__(self, part: Any) -> None:
        super().__init__()
        self.number, self.generation, self.free = part.number, part.generation, part.free
        self._compressible: bool = part.compressible
        self._data = b"" if part.free == "f" else part.data

    @property
    @override
    def data(self) -> bytes:
        return self._data

    @property
    @override
    def compressible(self) -> bool:
        return self._compressible


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
