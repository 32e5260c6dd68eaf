"""What a finished PDF really holds, read back with PDFium: not what the template meant to put there."""

import ctypes
import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

_NO_MARK = -1


@dataclass(frozen=True)
class PageRead:
    """One file as a reader meets it.

    Attributes:
        pages: how many pages the file has.
        size: width and height of the first in points.
        spoken: its tagged text in the order of the structure tree, as a screen reader says it.
        drawn: text outside that order: the chart's labels, which the chart's alternative text tells instead.
        told: the alternative texts of its drawings, in order.
        smallest: the smallest type in points.
        beyond: letters that reach over the sheet's edge.
        embedded: the files inside it, by name.
    """

    pages: int
    size: tuple[float, float]
    spoken: str
    drawn: str
    told: tuple[str, ...]
    smallest: float
    beyond: int
    embedded: Mapping[str, str]


def read_page(pdf: bytes) -> PageRead:
    """Read the first page of a file.

    Raises:
        pypdfium2.PdfiumError: not a PDF.
    """
    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[0]
        text = page.get_textpage()
        letters = _letters(text, page.get_size())
        tree = pdfium.FPDF_StructTree_GetForPage(page.raw)
        try:
            order, told = _reading_order(tree)
        finally:
            pdfium.FPDF_StructTree_Close(tree)
        size = page.get_size()
        text.close()
        page.close()
        return PageRead(
            pages=len(document),
            size=(size[0], size[1]),
            spoken=" ".join(letters.by_mark.get(mark, "") for mark in order),
            drawn=" ".join(said for mark, said in letters.by_mark.items() if mark not in set(order)),
            told=told,
            smallest=letters.smallest,
            beyond=letters.beyond,
            embedded=_embedded(document),
        )
    finally:
        document.close()


def _embedded(document: Any) -> Mapping[str, str]:
    files = (document.get_attachment(index) for index in range(document.count_attachments()))
    return {file.get_name(): bytes(file.get_data()).decode() for file in files}


@dataclass(frozen=True)
class _Letters:
    by_mark: dict[int, str]
    smallest: float
    beyond: int


def _letters(text: Any, size: tuple[float, float]) -> _Letters:
    """Sort a page's letters by the mark of the content they stand in."""
    by_mark: dict[int, list[str]] = defaultdict(list)
    smallest, beyond = math.inf, 0
    mark, piece = _NO_MARK, 0
    for index in range(pdfium.FPDFText_CountChars(text.raw)):
        letter = chr(pdfium.FPDFText_GetUnicode(text.raw, index))
        holder = pdfium.FPDFText_GetTextObject(text.raw, index)
        if holder and ctypes.addressof(holder.contents) != piece:
            piece = ctypes.addressof(holder.contents)
            mark = pdfium.FPDFPageObj_GetMarkedContentID(holder)
            smallest = min(smallest, _type_size(text, index))
        if holder:
            beyond += _is_beyond(text, index, size)
        by_mark[mark].append(letter)
    return _Letters({mark: "".join(said) for mark, said in by_mark.items()}, smallest, beyond)


def _type_size(text: Any, index: int) -> float:
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(text.raw, index, matrix)
    return float(pdfium.FPDFText_GetFontSize(text.raw, index) * math.hypot(matrix.c, matrix.d))


def _is_beyond(text: Any, index: int, size: tuple[float, float]) -> bool:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    pdfium.FPDFText_GetCharBox(text.raw, index, left, right, bottom, top)
    return min(left.value, bottom.value) < 0 or right.value > size[0] or top.value > size[1]


def _reading_order(tree: Any) -> tuple[list[int], tuple[str, ...]]:
    """Return the marks of a structure tree in its order, and the alternative texts."""
    order: list[int] = []
    told: list[str] = []
    roots = (
        pdfium.FPDF_StructTree_GetChildAtIndex(tree, index)
        for index in range(pdfium.FPDF_StructTree_CountChildren(tree))
    )
    for root in roots:
        for mark, alternative in _walk(root):
            if mark >= 0:
                order.append(mark)
            if alternative:
                told.append(alternative)
    return order, tuple(told)


def _walk(element: Any) -> Iterator[tuple[int, str]]:
    alternative = _words(pdfium.FPDF_StructElement_GetAltText, element)
    if alternative:
        yield _NO_MARK, alternative
    for index in range(max(pdfium.FPDF_StructElement_CountChildren(element), 0)):
        child = pdfium.FPDF_StructElement_GetChildAtIndex(element, index)
        if child:
            yield from _walk(child)
        else:
            yield pdfium.FPDF_StructElement_GetChildMarkedContentID(element, index), ""


def _words(read: Callable[..., int], element: Any) -> str:
    """Call a function of PDFium that fills a buffer with UTF-16."""
    size = read(element, None, 0)
    if not size:
        return ""
    buffer = ctypes.create_string_buffer(size)
    read(element, buffer, size)
    return buffer.raw[: size - 2].decode("utf-16-le")
