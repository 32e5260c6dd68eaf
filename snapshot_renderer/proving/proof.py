"""Set the pages of made-up cases, read them back, and count what is wrong."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from schemas.values import Language, Party
from snapshot_renderer.adapters.pdf_writer import PdfWriter
from snapshot_renderer.proving.page_checks import Fault, Variant, faults_of_page, rows_said
from snapshot_renderer.proving.page_reading import PageRead, read_page
from snapshot_renderer.proving.parity import languages_agree, printed_the_same, sides_agree
from snapshot_renderer.proving.plain_language import reading_level
from snapshot_renderer.rules.case_figures import FiguresDoNotReconcile
from snapshot_renderer.rules.page_content import Editorial, PageRequest, page_content
from snapshot_renderer.rules.page_model import DoesNotFit, NotPrintable, PageContent
from snapshot_renderer.samples.extreme_cases import EXTREMES
from snapshot_renderer.samples.random_cases import random_request

VARIANTS: tuple[Variant, ...] = tuple((party, language) for party in Party for language in Language)
"""Each side in each language."""


@dataclass(frozen=True)
class MadeUpCase:
    """A case to prove pages of: what it is called in a report, and how each side's request is made."""

    label: str
    request: Callable[[Party], PageRequest]


@dataclass
class Tally:
    """What came of it. ``seconds`` is CPU time spent on making pages; ``found`` names each fault's page.

    ``hardest`` is the reading level of the hardest page of each language (``plain_language``).
    """

    pages: int = 0
    shortened: int = 0
    smallest: float = 99.0
    seconds: list[float] = field(default_factory=list)
    hardest: dict[Language, float] = field(default_factory=dict)
    faults: Counter[Fault] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)

    def blame(self, fault: Fault, label: str, *variant: str) -> None:
        """Count a fault."""
        self.faults[fault] += 1
        self.found.append(f"{fault}: {label} ({' '.join(variant) or 'all'})")


def extreme_cases() -> Iterator[MadeUpCase]:
    """Yield the hand-made extremes."""
    for label, request in EXTREMES.items():
        yield MadeUpCase(label, request)


def random_cases(seed: int, count: int) -> Iterator[MadeUpCase]:
    """Yield so many random cases."""
    for number in range(count):
        yield _random_case(seed, number)


class Proof:
    """Proves cases one by one and keeps the tally.

    Args:
        writer: sets the pages.
        editorial: the words and rules they are made with.
        keep: called with each finished file and its name, for a check of files elsewhere.
    """

    def __init__(
        self, writer: PdfWriter, editorial: Editorial, keep: Callable[[str, bytes], None] | None = None
    ) -> None:
        self.tally = Tally()
        self._writer = writer
        self._editorial = editorial
        self._keep = keep

    def prove(self, case: MadeUpCase, variants: Iterable[Variant] = VARIANTS) -> None:
        """Set and check some of a case's variants, and those that belong together side by side."""
        contents: dict[Variant, PageContent] = {}
        reads: dict[Variant, PageRead] = {}
        for variant in variants:
            request = case.request(variant[0])
            contents[variant] = page_content(request, self._editorial, variant[1])
            pdf = self._set(case.label, contents[variant], variant)
            if pdf is not None:
                reads[variant] = self._checked(case.label, request, contents[variant], pdf, variant)
        self._compare(case.label, contents, reads)

    def _set(self, label: str, content: PageContent, variant: Variant) -> bytes | None:
        started = time.process_time()
        try:
            pdf = self._writer.write(content)
        except (FiguresDoNotReconcile, DoesNotFit, NotPrintable):
            self.tally.blame(Fault.REFUSED, label, *variant)
            return None
        self.tally.seconds.append(time.process_time() - started)
        if self._keep is not None:
            self._keep(f"{self.tally.pages:06d}-{variant[0].value}-{variant[1].value}.pdf", pdf)
        return pdf

    def _checked(
        self, label: str, request: PageRequest, content: PageContent, pdf: bytes, variant: Variant
    ) -> PageRead:
        read = read_page(pdf)
        for fault in faults_of_page(content, request, read):
            self.tally.blame(fault, label, *variant)
        self.tally.pages += 1
        self._measure(content)
        self.tally.smallest = min(self.tally.smallest, read.smallest)
        self.tally.shortened += len(content.enforcement.rows) > (rows_said(content, read.spoken) or 0)
        return read

    def _measure(self, content: PageContent) -> None:
        level, language = reading_level(content), content.language
        harder = max if language is Language.ENGLISH else min
        self.tally.hardest[language] = harder(level, self.tally.hardest.get(language, level))

    def _compare(self, label: str, contents: Mapping[Variant, PageContent], reads: Mapping[Variant, PageRead]) -> None:
        for party in Party:
            both = [language for language in Language if (party, language) in reads]
            pages = {language: contents[party, language] for language in both}
            read = {language: reads[party, language] for language in both}
            rows = {rows_said(page, read[language].spoken) for language, page in pages.items()}
            cut_alike = len(rows) == 1  # else one language lists an action more than the other, and counts the rest
            if not languages_agree(pages, read) or (cut_alike and not printed_the_same(read)):
                self.tally.blame(Fault.LANGUAGES_DIFFER, label, party)
        for language in Language:
            sides = [contents[party, language] for party in Party if (party, language) in contents]
            if len(sides) == len(Party) and not sides_agree(*sides):
                self.tally.blame(Fault.SIDES_DIFFER, label, language)


def _random_case(seed: int, number: int) -> MadeUpCase:
    return MadeUpCase(f"random case {number} of seed {seed}", lambda party: random_request(seed, number, party))
