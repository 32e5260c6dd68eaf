"""Reads a page back as its reader does: the text of the HTML or PDF, and the amounts and days in it."""

import io
import re
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser

from pypdf import PdfReader
from typing_extensions import override

_AMOUNT = re.compile(r"-?\$\d[\d,]*(?:\.\d+)?k?")
_MONTHS = {
    name: number + 1
    for names in ("jan feb mar apr may jun jul aug sep oct nov dec", "ene feb mar abr may jun jul ago sep oct nov dic")
    for number, name in enumerate(names.split())
}
_ENGLISH_DAY = re.compile(r"\b([A-Z][a-z]{2})[a-z]*\.? (\d{1,2}), (\d{4})\b")
_SPANISH_DAY = re.compile(r"(?<![$\d,.])(\d{1,2}) (?:de )?([a-z]{3})[a-z]*\.?(?: de)? (\d{4})\b")

VOID = frozenset({"meta", "rect", "path", "polygon", "line"})


@dataclass
class _Reader(HTMLParser):
    """Collects text outside of style sheets and titles, the cells of the table of months, and the step ids."""

    prose: list[str] = field(default_factory=list)
    months: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    open: list[tuple[str, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append((tag, values))
        if values.get("data-step"):
            self.steps.append(str(values["data-step"]))
        if tag not in VOID:
            self.open.append((tag, values.get("class") == "by-month"))

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop()[0] == tag, f"</{tag}> closes another element"

    @override
    def handle_data(self, data: str) -> None:
        if any(tag in {"style", "title"} for tag, _ in self.open) or not data.strip():
            return
        (self.months if any(table for _, table in self.open) else self.prose).append(data.strip())


@dataclass(frozen=True)
class PageText:
    """A web page as read."""

    prose: str
    months: tuple[str, ...]
    steps: tuple[str, ...]
    tags: tuple[tuple[str, dict[str, str | None]], ...]


def read_html(page: bytes) -> PageText:
    """Read a web page; fails when an element is left open."""
    reader = _Reader()
    reader.feed(page.decode())
    reader.close()
    assert not reader.open
    return PageText(" ".join(reader.prose), tuple(reader.months), tuple(reader.steps), tuple(reader.tags))


def read_pdf(pdf: bytes) -> str:
    """Return the text of a PDF's first page."""
    return " ".join(PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())


def amounts(text: str) -> set[str]:
    """Return every amount as printed."""
    return {found.rstrip(",.") for found in _AMOUNT.findall(text)}


def days(text: str) -> set[date]:
    """Return every day, in either language."""
    english = {(int(year), _MONTHS[month.lower()], int(day)) for month, day, year in _ENGLISH_DAY.findall(text)}
    spanish = {(int(year), _MONTHS[month], int(day)) for day, month, year in _SPANISH_DAY.findall(text)}
    return {date(*found) for found in english | spanish}
