"""What the reader makes of its children's answers, with children that are made up."""

import asyncio
from collections.abc import Callable
from datetime import date

import numpy as np
import pytesseract
import pytest

from consent_intake.adapters.child_answer import Answer, Opened, Read
from consent_intake.adapters.child_frames import Task
from consent_intake.adapters.document_limits import MAX_DOCUMENT_BYTES
from consent_intake.adapters.field_strips import Line
from consent_intake.adapters.form_reader import FormReader, GreyPixels, SecondLook, Words
from consent_intake.rules.form_reading import ForeignLetter, FormReading, Registration, WrittenText, ZoneWord
from schemas.reason_codes import ReasonCode
from schemas.values import Language
from services.runtime.failures import TemporarilyUnavailable

DOCUMENT = b"%PDF-1.7 something"
FIRST = np.zeros((20, 10), np.uint8)
PAGE = np.zeros((2200, 850), np.uint8)
OPENED = Opened(page_count=3)
SHOWN = Opened(page_count=3, first_page=FIRST)
READING = FormReading(
    page_count=3,
    page_index=2,
    registration=Registration.MARKS,
    forms=1,
    fields={"parent_name": WrittenText(text="unsure")},
)
LETTER = ForeignLetter(language=Language.SPANISH, consent_words=4)
LINE = Line("parent_name", np.zeros((5, 5), np.uint8))


class MadeUpChild:
    """Answers as it was told, one answer after the other, the last one for ever."""

    def __init__(self, *answers: Answer | Exception | None) -> None:
        self.answers = list(answers)
        self.asked = 0
        self.shown = list[bool]()
        self.days = set[date]()
        self.closed = False
        self.busy = 0
        self.gate: asyncio.Event | None = None

    async def read(self, task: Task) -> Answer | None:
        assert task.document == DOCUMENT
        assert self.busy == 0
        self.shown.append(task.show_first)
        self.days.add(task.today)
        self.asked += 1
        self.busy += 1
        try:
            if self.gate is not None:
                await self.gate.wait()
        finally:
            self.busy -= 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def close(self) -> None:
        self.closed = True


def words_of(lines: tuple[Line, ...]) -> Words:
    return {line.name: (ZoneWord(text="sure", confidence=0.9),) for line in lines}


def merged(reading: FormReading, words: Words) -> FormReading:
    fields = {name: WrittenText(text=found[0].text) for name, found in words.items()}
    return reading.model_copy(update={"fields": fields})


def letter_on(picture: GreyPixels) -> ForeignLetter | None:
    assert picture is FIRST
    return LETTER


def reader(
    *children: MadeUpChild,
    words: Callable[[tuple[Line, ...]], Words] = words_of,
    letter: Callable[[GreyPixels], ForeignLetter | None] = letter_on,
) -> FormReader:
    return FormReader(children, SecondLook(words_of=words, merged=merged, letter_on=letter))


def size_of_png(picture: bytes | None) -> tuple[int, int]:
    assert picture is not None
    assert picture.startswith(b"\x89PNG")
    return int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")


async def test_a_reading_comes_with_the_straightened_page() -> None:
    read = await reader(MadeUpChild(Answer(OPENED, Read(READING, PAGE)))).read(DOCUMENT)
    assert read.reading == READING
    assert size_of_png(read.picture) == (1700, 2200)


async def test_unsure_lines_are_read_a_second_time_outside() -> None:
    read = await reader(MadeUpChild(Answer(OPENED, Read(READING, PAGE, second=(LINE,))))).read(DOCUMENT)
    assert read.reading.fields["parent_name"].text == "sure"


async def test_a_page_that_is_not_our_form_is_looked_at_as_a_letter() -> None:
    read = await reader(MadeUpChild(Answer(OPENED, Read(FormReading(page_count=3), first_page=FIRST)))).read(DOCUMENT)
    assert read.reading.letter == LETTER
    assert size_of_png(read.picture) == (10, 20)


async def test_a_form_out_of_place_is_no_letter() -> None:
    unsure = FormReading(page_count=3, registration=Registration.UNSURE, forms=1)
    child = MadeUpChild(Answer(OPENED, Read(unsure, first_page=FIRST)))
    assert (await reader(child).read(DOCUMENT)).reading == unsure


async def test_a_document_that_opened_and_then_ended_its_reader_goes_to_a_person() -> None:
    child = MadeUpChild(Answer(OPENED), Answer(SHOWN))
    read = await reader(child).read(DOCUMENT)
    assert (read.reading.problem, read.reading.registration) == (None, Registration.UNSURE)
    assert (read.reading.page_count, size_of_png(read.picture)) == (3, (10, 20))
    assert child.shown == [False, True]


async def test_a_document_that_opened_is_asked_for_its_first_page_a_third_time() -> None:
    child = MadeUpChild(Answer(OPENED), None, Answer(SHOWN))
    read = await reader(child).read(DOCUMENT)
    assert (read.reading.problem, read.reading.registration) == (None, Registration.UNSURE)
    assert child.shown == [False, True, True]


async def test_a_child_is_told_the_day_of_the_reading() -> None:
    child = MadeUpChild(Answer(OPENED, Read(READING, PAGE)))
    day = date(2027, 2, 28)
    await reader(child).read(DOCUMENT, today=day)
    assert child.days == {day}


async def test_a_document_is_tried_twice_and_then_unreadable() -> None:
    child = MadeUpChild(None)
    assert (await reader(child).read(DOCUMENT)).reading.problem is ReasonCode.FILE_UNREADABLE
    assert child.asked == 2
    again = MadeUpChild(None, Answer(OPENED, Read(READING, PAGE)))
    assert (await reader(again).read(DOCUMENT)).reading == READING


async def test_a_refused_document_is_not_tried_again() -> None:
    child = MadeUpChild(Answer(Opened(problem=ReasonCode.FILE_ENCRYPTED)))
    read = await reader(child).read(DOCUMENT)
    assert (read.reading.problem, read.picture, child.asked) == (ReasonCode.FILE_ENCRYPTED, None, 1)


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (b"%PDF-1.7" + b"0" * MAX_DOCUMENT_BYTES, ReasonCode.FILE_TOO_LARGE),
        (b"MZ" + b"\0" * 100, ReasonCode.FILE_TYPE_NOT_ALLOWED),
        (b"", ReasonCode.FILE_TYPE_NOT_ALLOWED),
    ],
    ids=["too large", "a program", "nothing"],
)
async def test_some_files_reach_no_child(document: bytes, problem: ReasonCode) -> None:
    child = MadeUpChild(None)
    assert (await reader(child).read(document)).reading.problem is problem
    assert child.asked == 0


async def test_a_sandbox_that_cannot_be_put_up_is_a_dependency_that_is_away_and_no_verdict() -> None:
    child = MadeUpChild(TemporarilyUnavailable("sandbox"), Answer(OPENED, Read(READING, PAGE)))
    form_reader = reader(child)
    with pytest.raises(TemporarilyUnavailable, match="sandbox"):
        await form_reader.read(DOCUMENT)
    assert (await form_reader.read(DOCUMENT)).reading == READING


async def test_a_page_that_is_too_much_for_tesseract_keeps_what_the_other_engines_read() -> None:
    def too_much(_lines: tuple[Line, ...]) -> Words:
        raise RuntimeError("Tesseract process timeout")

    child = MadeUpChild(Answer(OPENED, Read(READING, PAGE, second=(LINE,))))
    assert (await reader(child, words=too_much).read(DOCUMENT)).reading == READING


async def test_a_letter_that_is_too_much_for_tesseract_is_a_letter_without_hints() -> None:
    def too_much(_picture: GreyPixels) -> ForeignLetter | None:
        raise pytesseract.TesseractError(1, "out of memory")

    child = MadeUpChild(Answer(OPENED, Read(FormReading(page_count=3), first_page=FIRST)))
    assert (await reader(child, letter=too_much).read(DOCUMENT)).reading == FormReading(page_count=3)


async def test_as_many_files_are_read_at_once_as_there_are_children_and_no_more() -> None:
    first, second = (MadeUpChild(Answer(OPENED, Read(READING, PAGE))) for _ in range(2))
    first.gate = second.gate = asyncio.Event()
    form_reader = reader(first, second)
    running = [asyncio.create_task(form_reader.read(DOCUMENT)) for _ in range(3)]
    await asyncio.sleep(0.02)
    assert (first.asked, second.asked) == (1, 1)
    first.gate.set()
    assert [read.reading for read in await asyncio.gather(*running)] == [READING] * 3
    await form_reader.close()
    assert first.closed
    assert second.closed


async def test_a_cancelled_reading_gives_its_child_back() -> None:
    child = MadeUpChild(Answer(OPENED, Read(READING, PAGE)))
    child.gate = asyncio.Event()
    form_reader = reader(child)
    running = asyncio.create_task(form_reader.read(DOCUMENT))
    await asyncio.sleep(0.02)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    child.gate = None
    assert (await form_reader.read(DOCUMENT)).reading == READING
