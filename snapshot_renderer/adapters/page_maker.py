"""Pages made in child processes: setting one takes a tenth of a second of CPU, and the event loop must not wait."""

from collections.abc import Mapping
from typing import Protocol

from schemas.values import Language
from services.runtime.child_pool import ChildDied, ChildPool, ChildTimedOut
from services.runtime.failures import TemporarilyUnavailable
from snapshot_renderer.adapters import pdf_writer, twin_writer
from snapshot_renderer.adapters.packaged_data import editorial_with, packaged_editorial
from snapshot_renderer.adapters.page_template import packaged_templates_sha256
from snapshot_renderer.rules.page_content import PageRequest, page_content
from snapshot_renderer.rules.page_model import MadePage, PageContent

SECONDS_PER_PAGE = 10.0
"""A page takes 0.1 to 0.7 s; WeasyPrint once had an endless loop (its issue 2304), so each page has a hard limit."""

CPU_SECONDS_PER_PAGE = 10
CHILD_MEMORY_BYTES = 1024**3
"""Address space of a child; one holds about 110 MB resident."""


class SealsPages(Protocol):
    """Puts the agency's seal on finished pages."""

    async def sealed(self, pages: Mapping[Language, MadePage]) -> Mapping[Language, MadePage]:
        """Return the pages with the seal on their PDFs.

        Raises:
            TemporarilyUnavailable: it can't be put on right now.
        """


class PageMaker:
    """Makes one snapshot's pages.

    Args:
        children: how many pages are made at the same time.
        rule_book: the rule book's bytes; they go along with every page, so that all of a worker's pages have the same.
            None: the packaged one.
        seal: put on every PDF, in this process: no child holds its key. None: pages have no seal.
    """

    def __init__(self, *, children: int, rule_book: bytes | None = None, seal: SealsPages | None = None) -> None:
        self._rule_book = rule_book
        self._seal = seal
        self._pool = ChildPool(
            size=children, start=warm_up, memory_bytes=CHILD_MEMORY_BYTES, cpu_seconds=CPU_SECONDS_PER_PAGE
        )

    async def make(self, request: PageRequest) -> Mapping[Language, MadePage]:
        """Return the PDF and its web page in every language.

        Raises:
            FiguresDoNotReconcile: the record contradicts itself.
            DoesNotFit: a page takes more than one sheet.
            NotPrintable: a page can't be set without a fault.
            TemporarilyUnavailable: a child was lost or took too long, or the seal's certificate has expired.
        """
        try:
            pages = {
                language: await self._pool.run(make_both, request, language, self._rule_book, seconds=SECONDS_PER_PAGE)
                for language in Language
            }
        except (ChildDied, ChildTimedOut):
            raise TemporarilyUnavailable("page_maker") from None
        return pages if self._seal is None else await self._seal.sealed(pages)

    async def close(self) -> None:
        """End the children."""
        await self._pool.close()


def warm_up() -> None:
    """Load everything a page needs; runs once in each child."""
    packaged_editorial()
    pdf_writer.warm_up()
    twin_writer.warm_up()


def make_both(request: PageRequest, language: Language, rule_book: bytes | None = None) -> MadePage:
    """Make the PDF and the web page of the same content; the function that runs in a child.

    Raises:
        FiguresDoNotReconcile: the record contradicts itself.
        DoesNotFit: the page takes more than one sheet.
        NotPrintable: the page can't be set without a fault.
    """
    content = _content(request, language, rule_book)
    return MadePage(
        pdf=pdf_writer.write_page(content),
        twin=twin_writer.write_twin(content),
        templates_sha256=packaged_templates_sha256(),
    )


def make_page(request: PageRequest, language: Language, rule_book: bytes | None = None) -> bytes:
    """Make the PDF alone.

    Raises:
        FiguresDoNotReconcile: the record contradicts itself.
        DoesNotFit: the page takes more than one sheet.
        NotPrintable: the page can't be set without a fault.
    """
    return pdf_writer.write_page(_content(request, language, rule_book))


def _content(request: PageRequest, language: Language, rule_book: bytes | None) -> PageContent:
    editorial = packaged_editorial() if rule_book is None else editorial_with(rule_book)
    return page_content(request, editorial, language)
