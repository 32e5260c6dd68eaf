"""Read a form: everything that touches the file happens in a confined child; this process checks and completes it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

import numpy as np
import pytesseract
from numpy.typing import NDArray

from consent_intake.adapters.child_answer import Answer, Opened, Read
from consent_intake.adapters.child_frames import Task
from consent_intake.adapters.document_limits import MAX_DOCUMENT_BYTES
from consent_intake.adapters.field_strips import Line
from consent_intake.adapters.grey_png import in_pairs, png_of
from consent_intake.adapters.page_plane import PAGE_PIXELS
from consent_intake.rules.form_reading import ForeignLetter, FormReading, ReadForm, Registration, ZoneWord
from schemas.reason_codes import ReasonCode
from services.file_types import true_media_type
from services.runtime.clock import legal_day, utc_now
from services.runtime.failures import TemporarilyUnavailable

GreyPixels = NDArray[np.uint8]
Words = dict[str, tuple[ZoneWord, ...]]

_ATTEMPTS = 3

_TESSERACT_LANGUAGES = frozenset({"eng", "spa"})
_Result = TypeVar("_Result")


class Child(Protocol):
    """What is needed of reading_child.ReadingChild."""

    async def read(self, task: Task) -> Answer | None:
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

    async def read(self, document: bytes, *, today: date | None = None) -> ReadForm:
        """Return what a file holds; a file that cannot be opened is a reading with a problem, not an error.

        A file that opened and then was too much for the reader goes to a person with its first page; nothing is lost.

        Args:
            document: the file.
            today: legal day of the reading; the clock's when it is not told.

        Raises:
            TemporarilyUnavailable: ``sandbox``, ``document_reader``, or ``tesseract`` when it or one of its languages
                is not installed.
        """
        if len(document) > MAX_DOCUMENT_BYTES:
            return _refused(ReasonCode.FILE_TOO_LARGE)
        if true_media_type(document) is None:
            return _refused(ReasonCode.FILE_TYPE_NOT_ALLOWED)
        answer = await self._answer(document, legal_day(utc_now()) if today is None else today)
        if answer is None:
            return _refused(ReasonCode.FILE_UNREADABLE)
        if answer.read is not None:
            return ReadForm(await self._completed(answer.read), await asyncio.to_thread(_picture_of, answer.read))
        if answer.opened.first_page is None:
            return _refused(answer.opened.problem or ReasonCode.FILE_UNREADABLE)
        return await _left_to_a_person(answer.opened, answer.opened.first_page)

    async def close(self) -> None:
        """End every process that reads."""
        for child in self._children:
            await child.close()

    async def _answer(self, document: bytes, today: date) -> Answer | None:
        """Ask a child, and another one when it ended early: the machine may have been short of memory.

        From the second one on the first page comes before the reading; a document that once opened is asked for it
        a third time.
        """
        answer = None
        for attempt in range(_ATTEMPTS):
            child = await self._free.get()
            try:
                answer = await child.read(Task(document, today, show_first=attempt > 0)) or answer
            finally:
                self._free.put_nowait(child)
            if _is_enough(answer) or (attempt > 0 and answer is None):
                break
        return answer

    async def _completed(self, read: Read) -> FormReading:
        """Ask the second reader where the first ones were not sure, or look at a page that is not our form."""
        reading = read.reading
        if read.second:
            words = await _from_tesseract(self._second.words_of, read.second)
            return reading if words is None else self._second.merged(reading, words)
        if reading.registration is Registration.NONE and read.first_page is not None:
            letter = await _from_tesseract(self._second.letter_on, read.first_page)
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


def _is_enough(answer: Answer | None) -> bool:
    """Return whether an answer says all that there is: a reading, or why there is none, or what a person may see."""
    if answer is None:
        return False
    opened = answer.opened
    return answer.read is not None or opened.problem is not None or opened.first_page is not None


def _picture_of(read: Read) -> bytes | None:
    """Return the page that is kept as PNG."""
    if read.page is not None:
        return png_of(read.page, PAGE_PIXELS[0])
    return None if read.first_page is None else _first_page_png(read.first_page)


def _first_page_png(first_page: GreyPixels) -> bytes:
    return png_of(in_pairs(first_page), first_page.shape[1])


async def _left_to_a_person(opened: Opened, first_page: GreyPixels) -> ReadForm:
    reading = FormReading(page_count=opened.page_count, registration=Registration.UNSURE)
    return ReadForm(reading, await asyncio.to_thread(_first_page_png, first_page))
