"""Read a form: open the file in its confined child, then find, straighten and read the page in a worker process."""

from collections.abc import Callable
from typing import Any, Protocol

import cv2
import numpy as np
import pytesseract
from numpy.typing import NDArray

from consent_intake.adapters.document_pages import DocumentPages, OpenedDocument
from consent_intake.adapters.field_strips import AGAIN, Line, comb_line, read_lines, softened, text_line, thickened
from consent_intake.adapters.form_ink import InkBox, flattened, ink_in, shift_of
from consent_intake.adapters.page_finder import FoundPage, find_page
from consent_intake.adapters.signature_ink import measure
from consent_intake.rules.form_reading import FormReading, ReadForm, Registration, WrittenText, ZoneWord
from schemas.values import Language
from services.consent_form.blank import blank_form_raster
from services.consent_form.layout import CHECK_FIELDS, TEXT_FIELDS, layout
from services.runtime.child_pool import ChildDied, ChildTimedOut
from services.runtime.failures import TemporarilyUnavailable

GreyPixels = NDArray[np.uint8]

READ_SECONDS = 25.0
"""An ordinary form takes below a second; ten busy pages on a busy machine a few."""

INSET = 1.6
"""Points between a box's edge and what is looked at."""

PNG_OPTIONS = (cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE)
"""Half the CPU time of OpenCV's default, and a tenth smaller on a scanned page."""

_FORM = layout(Language.ENGLISH)


class Pool(Protocol):
    """What is needed of services.runtime.child_pool.ChildPool."""

    async def run(self, function: Callable[..., Any], *args: Any, seconds: float) -> Any:
        """Run a module-level function in a child."""

    async def close(self) -> None:
        """End the children."""


class FormReader:
    """Reads uploaded files. The slow parts run in other processes, so the event loop stays free.

    Args:
        documents: opens files as pixels.
        pool: where pages are read.
    """

    def __init__(self, documents: DocumentPages, pool: Pool) -> None:
        self._documents = documents
        self._pool = pool

    async def read(self, document: bytes) -> ReadForm:
        """Return what a file holds; a file that cannot be opened is a reading with a problem, not an error.

        Raises:
            TemporarilyUnavailable: Tesseract or one of its languages is not installed, or no process can be started.
        """
        opened = await self._documents.open(document)
        if opened.problem is not None:
            return ReadForm(FormReading(problem=opened.problem))
        for _ in range(2):
            try:
                read = await self._pool.run(read_pages, opened.pages, opened.field_hints, seconds=READ_SECONDS)
            except (ChildTimedOut, ChildDied):
                continue
            if not isinstance(read, ReadForm):
                raise TemporarilyUnavailable("tesseract")
            return read
        return _left_to_a_person(opened)

    async def close(self) -> None:
        """End every process that reads."""
        await self._documents.close()
        await self._pool.close()


def read_pages(pages: tuple[GreyPixels, ...], field_hints: dict[str, str]) -> ReadForm | None:
    """Read the first page that is our form; None when Tesseract or one of its languages is missing.

    Runs in a worker process. Args: grey pages, 0 is black; form fields of the file.
    """
    found = [find_page(page) for page in pages]
    forms = [index for index, page in enumerate(found) if page.page is not None]
    reading = FormReading(page_count=len(pages), field_hints=field_hints)
    if not forms:
        unsure = any(page.registration is Registration.UNSURE for page in found)
        registration = Registration.UNSURE if unsure else Registration.NONE
        return ReadForm(reading.model_copy(update={"registration": registration}), png_of(pages[0]))
    first = found[forms[0]]
    try:
        read = _read_form(first)
    except (pytesseract.TesseractNotFoundError, pytesseract.TesseractError):
        if not _tesseract_works():
            return None
        read = {}  # this page is too much for it: a person reads the form
    several = len({found[index].code for index in forms}) > 1
    update = {"page_index": forms[0], "registration": first.registration, "code": first.code, "several_forms": several}
    straight = first.page if first.page is not None else pages[0]
    return ReadForm(reading.model_copy(update=update | read), png_of(straight))


def png_of(picture: GreyPixels) -> bytes:
    """Return a picture as PNG."""
    _, data = cv2.imencode(".png", picture, PNG_OPTIONS)
    return data.tobytes()


def _read_form(found: FoundPage) -> dict[str, Any]:
    if found.page is None:
        return {}
    page = flattened(found.page)
    blank = blank_form_raster(found.code.language if found.code else Language.ENGLISH)
    boxes = {name: _ink(page, blank, name) for name in (*TEXT_FIELDS, *CHECK_FIELDS, "signature")}
    combs = {name: _comb_ink(page, blank, name) for name in _FORM.cells}
    words = read_lines(_lines(boxes, combs))
    fields = {name: _written(words.get(name, ()), boxes[name].share, " ") for name in TEXT_FIELDS}
    for name, cells in combs.items():
        fields[name] = _comb_written(name, words, float(np.mean([cell.share for cell in cells])))
    return {
        "fields": fields,
        "boxes": {name: boxes[name].share for name in CHECK_FIELDS},
        "signature": measure(boxes["signature"], words.get("signature", ())),
    }


def _lines(boxes: dict[str, InkBox], combs: dict[str, list[InkBox]]) -> list[Line]:
    """Return what is to be recognised; the signature comes last, because it can spill over its line."""
    lines = [text_line(name, boxes[name]) for name in TEXT_FIELDS]
    for comb in (comb_line(name, cells) for name, cells in combs.items()):
        if comb is not None:
            lines += [thickened(comb), softened(comb)]
    lines.append(text_line("signature", boxes["signature"]))
    return [line for line in lines if line is not None]


def _ink(page: GreyPixels, blank: GreyPixels, name: str) -> InkBox:
    box = _FORM.fields[name]
    return ink_in(page, blank, box, shift_of(page, blank, box), inset=INSET)


def _comb_ink(page: GreyPixels, blank: GreyPixels, name: str) -> list[InkBox]:
    shift = shift_of(page, blank, _FORM.fields[name])
    return [ink_in(page, blank, cell, shift, inset=INSET) for cell in _FORM.cells[name]]


def _written(words: tuple[ZoneWord, ...], ink: float, gap: str) -> WrittenText:
    least = min((word.confidence for word in words), default=0.0)
    return WrittenText(text=gap.join(word.text for word in words), confidence=least, ink=min(ink, 1.0))


def _comb_written(name: str, words: dict[str, tuple[ZoneWord, ...]], ink: float) -> WrittenText:
    first, second = (_written(words.get(key, ()), ink, "") for key in (name, name + AGAIN))
    sure = min(first.confidence, second.confidence)
    return first.model_copy(update={"again": second.text, "confidence": sure})


def _tesseract_works() -> bool:
    try:
        return {"eng", "spa"} <= set(pytesseract.get_languages())
    except (pytesseract.TesseractNotFoundError, pytesseract.TesseractError, OSError):
        return False


def _left_to_a_person(opened: OpenedDocument) -> ReadForm:
    """A page that twice was too much for the reader: a person sees its first page."""
    reading = FormReading(page_count=len(opened.pages), registration=Registration.UNSURE)
    return ReadForm(reading, png_of(opened.pages[0]))
