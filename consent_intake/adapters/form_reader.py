"""Read a form: everything that touches the file happens in a confined child; this process checks and completes it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
import pytesseract
from numpy.typing import NDArray

from consent_intake.adapters.child_answer import Answer, Opened, Read
from consent_intake.adapters.document_limits import MAX_DOCUMENT_BYTES
from consent_intake.adapters.field_strips import Line
from consent_intake.adapters.grey_png import png_of
from consent_intake.rules.form_reading import ForeignLetter, FormReading, ReadForm, Registration, ZoneWord
from schemas.reason_codes import ReasonCode
from services.file_types import true_media_type
from services.runtime.failures import TemporarilyUnavailable

GreyPixels = NDArray[np.uint8]
Words = dict[str, tuple[ZoneWord, ...]]

_TESSERACT_LANGUAGES = frozenset({"eng", "spa"})
_Result = TypeVar("_Result")


class Child(Protocol):
    """What is needed of reading_child.ReadingChild."""

    async def read(self, document: bytes) -> Answer | None:
        """Return what a confined child said about a document."""

    async def close(self) -> None:
        """End the process."""


@dataclass(frozen=True)
class SecondLook:
    """What is asked outside of the child, about pixels only: both run Tesseract, in a process of its own.

    Attributes:
        words_of: recognises lines.
        merged: puts those words into a reading.
        letter_on: looks at a page that is not our form.
    """

    words_of: Callable[[tuple[Line, ...]], Words]
    merged: Callable[[FormReading, Words], FormReading]
    letter_on: Callable[[GreyPixels], ForeignLetter | None]


class FormReader:
    """Reads uploaded files, as many at the same time as it has children. The event loop stays free.

    Args:
        children: warm processes.
        second: what completes their readings.
    """

    def __init__(self, children: Sequence[Child], second: SecondLook) -> None:
        self._children = tuple(children)
        self._second = second
        self._free: asyncio.Queue[Child] = asyncio.Queue()
        for child in self._children:
            self._free.put_nowait(child)

    async def read(self, document: bytes) -> ReadForm:
        """Return what a file holds; a file that cannot be opened is a reading with a problem, not an error.

        A file that opened and then was too much for the reader goes to a person with its first page; nothing is lost.

        Raises:
            TemporarilyUnavailable: ``sandbox``, ``document_reader``, or ``tesseract`` when it or one of its languages
                is not installed.
        """
        if len(document) > MAX_DOCUMENT_BYTES:
            return _refused(ReasonCode.FILE_TOO_LARGE)
        if true_media_type(document) is None:
            return _refused(ReasonCode.FILE_TYPE_NOT_ALLOWED)
        answer = await self._answer(document)
        if answer is None:
            return _refused(ReasonCode.FILE_UNREADABLE)
        if answer.opened.first_page is None:
            return _refused(answer.opened.problem or ReasonCode.FILE_UNREADABLE)
        if answer.read is None:
            return await _left_to_a_person(answer.opened, answer.opened.first_page)
        reading = await self._completed(answer.read, answer.opened.first_page)
        page = answer.opened.first_page if answer.read.page is None else answer.read.page
        return ReadForm(reading, await asyncio.to_thread(png_of, page))

    async def close(self) -> None:
        """End every process that reads."""
        for child in self._children:
            await child.close()

    async def _answer(self, document: bytes) -> Answer | None:
        """Ask a child, and a second one when the first ended early: the machine may have been short of memory."""
        answer = None
        for _ in range(2):
            child = await self._free.get()
            try:
                answer = await child.read(document) or answer
            finally:
                self._free.put_nowait(child)
            if answer is not None and (answer.read is not None or answer.opened.problem is not None):
                break
        return answer

    async def _completed(self, read: Read, first_page: GreyPixels) -> FormReading:
        """Ask the second reader where the first ones were not sure, or look at a page that is not our form."""
        reading = read.reading
        if read.second:
            words = await _from_tesseract(self._second.words_of, read.second)
            return reading if words is None else self._second.merged(reading, words)
        if reading.registration is Registration.NONE:
            letter = await _from_tesseract(self._second.letter_on, first_page)
            return reading.model_copy(update={"letter": letter})
        return reading


async def _from_tesseract(look: Callable[..., _Result], *pixels: object) -> _Result | None:
    """Look in a thread; None when this page is too much for Tesseract: what the other engines read stands then.

    Raises:
        TemporarilyUnavailable: no page can be looked at.
    """
    try:
        return await asyncio.to_thread(look, *pixels)
    except (pytesseract.TesseractNotFoundError, pytesseract.TesseractError, RuntimeError):
        # RuntimeError is pytesseract's word for its own time limit; the other two are about this page or about all.
        if not await asyncio.to_thread(_tesseract_works):
            raise TemporarilyUnavailable("tesseract") from None
        return None


def _tesseract_works() -> bool:
    try:
        return set(pytesseract.get_languages()) >= _TESSERACT_LANGUAGES
    except (pytesseract.TesseractNotFoundError, pytesseract.TesseractError, OSError):
        return False


def _refused(problem: ReasonCode) -> ReadForm:
    return ReadForm(FormReading(problem=problem))


async def _left_to_a_person(opened: Opened, first_page: GreyPixels) -> ReadForm:
    reading = FormReading(page_count=opened.page_count, registration=Registration.UNSURE)
    return ReadForm(reading, await asyncio.to_thread(png_of, first_page))
