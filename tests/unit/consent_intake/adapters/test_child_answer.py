"""What a child says is believed when it is whole and possible, and not a word of it otherwise."""

import json
import struct
from typing import Any

import numpy as np
import pytest

from consent_intake.adapters.child_answer import (
    MAX_LINE_PIXELS,
    MAX_LINES,
    PAGE_PAIRS,
    Answer,
    Opened,
    Read,
    answer_of,
    opened_part,
    read_part,
)
from consent_intake.adapters.child_frames import MAX_HEADER_BYTES
from consent_intake.adapters.field_strips import Line
from consent_intake.rules.form_reading import FormReading, Registration, WrittenText
from schemas.reason_codes import ReasonCode

FIRST = np.arange(12, dtype=np.uint8).reshape(3, 4)
PAGE = np.full((PAGE_PAIRS[1], PAGE_PAIRS[0]), 200, np.uint8)
LINE = Line("parent_name", np.arange(10, dtype=np.uint8).reshape(2, 5))
READING = FormReading(
    page_count=2,
    page_index=1,
    registration=Registration.MARKS,
    forms=1,
    fields={"parent_name": WrittenText(text="María Peña", confidence=0.5)},
)
OPENED = opened_part(Opened(page_count=2))
SHOWN = opened_part(Opened(page_count=2, first_page=FIRST))


def part(header: object, pixels: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack(">II", len(text), len(pixels)) + text + pixels


def test_what_was_said_is_what_is_heard() -> None:
    answer = answer_of(SHOWN + read_part(Read(READING, page=PAGE, second=(LINE,))))
    assert answer is not None
    assert answer.read is not None
    assert answer.read.page is not None
    assert (answer.opened.page_count, answer.read.reading) == (2, READING)
    assert np.array_equal(answer.opened.first_page, FIRST)  # type: ignore[arg-type]
    assert np.array_equal(answer.read.page, PAGE)
    assert [(line.name, line.picture.tolist()) for line in answer.read.second] == [(LINE.name, LINE.picture.tolist())]


def test_a_page_that_is_not_our_form_is_heard_as_it_is() -> None:
    unknown = FormReading(page_count=2)
    answer = answer_of(OPENED + read_part(Read(unknown, first_page=FIRST)))
    assert answer is not None
    assert answer.read is not None
    assert (answer.opened.first_page, answer.read.page, answer.read.reading) == (None, None, unknown)
    assert np.array_equal(answer.read.first_page, FIRST)  # type: ignore[arg-type]


def test_a_reason_alone_is_a_whole_answer() -> None:
    said = opened_part(Opened(problem=ReasonCode.FILE_ENCRYPTED))
    assert answer_of(said) == Answer(Opened(problem=ReasonCode.FILE_ENCRYPTED))


def heard(changes: dict[str, Any], pixels: bytes | None = None) -> Answer | None:
    """Return what is heard when a reading is said with some of it changed."""
    reading = {**READING.model_dump(mode="json", exclude_defaults=True), **changes.pop("reading", {})}
    header = {"reading": reading, "page": PAGE_PAIRS, "lines": [], **changes}
    return answer_of(OPENED + part(header, PAGE.tobytes() if pixels is None else pixels))


def test_the_untouched_reading_of_these_tests_is_believed() -> None:
    answer = heard({})
    assert answer is not None
    assert answer.read is not None


NOT_BELIEVED: dict[str, dict[str, Any]] = {
    "a problem and a reading": {"reading": {"problem": "FILE_UNREADABLE"}},
    "a letter, which is looked at outside": {"reading": {"letter": {"language": "en", "consent_words": 3}}},
    "another number of pages": {"reading": {"page_count": 3}},
    "a page that the file does not have": {"reading": {"page_index": 2}},
    "a registered page and no place in the file": {"reading": {"page_index": None}},
    "a page that was not registered": {"reading": {"registration": "unsure"}},
    "a page of another size": {"page": [PAGE_PAIRS[0] - 1, PAGE_PAIRS[1]]},
    "a page in all greys": {"page": [PAGE_PAIRS[0] * 2, PAGE_PAIRS[1]]},
    "no page though it is registered": {"page": None},
    "a first page though another is registered": {"page": None, "first_page": PAGE_PAIRS},
    "both pages": {"first_page": [4, 3]},
    "a line wider than its pixels": {"lines": [{"name": "x", "size": [10, 10]}]},
    "a line of no height": {"lines": [{"name": "x", "size": [10, 0]}]},
    "a line of a negative width": {"lines": [{"name": "x", "size": [-1, -1]}]},
    "a line larger than any": {"lines": [{"name": "x", "size": [2999, MAX_LINE_PIXELS // 2999 + 1]}]},
    "more lines than any form": {"lines": [{"name": "x", "size": [1, 1]}] * (MAX_LINES + 1)},
    "a confidence above one": {"reading": {"fields": {"parent_name": {"confidence": 1.5}}}},
    "a text longer than any field": {"reading": {"fields": {"parent_name": {"text": "x" * 301}}}},
    "more fields than any form": {"reading": {"fields": {f"f{number}": {} for number in range(41)}}},
    "a number that is none": {"reading": {"signature": {"measures": {"area": float("nan")}}}},
    "an infinite number": {"reading": {"signature": {"measures": {"area": float("inf")}}}},
    "something that no reading has": {"reading": {"outcome": "APPROVED"}},
    "something that no answer has": {"approved": True},
}


@pytest.mark.parametrize("name", NOT_BELIEVED)
def test_an_impossible_reading_leaves_only_the_opened_document(name: str) -> None:
    changes = {key: dict(value) if isinstance(value, dict) else value for key, value in NOT_BELIEVED[name].items()}
    answer = heard(changes)
    assert answer is not None
    assert (answer.opened.page_count, answer.read) == (2, None)


@pytest.mark.parametrize("pixels", [b"", PAGE.tobytes()[:-1], PAGE.tobytes() + b"0"], ids=["none", "less", "more"])
def test_pixels_must_be_as_many_as_announced(pixels: bytes) -> None:
    answer = heard({}, pixels)
    assert answer is not None
    assert answer.read is None


def nested(depth: int) -> bytes:
    return b'{"reading": ' + b"[" * depth + b"]" * depth + b"}"


BOMBS = {
    "a hundred thousand brackets": nested(100_000),
    "a million brackets that never close": b"[" * 1_000_000,
    "a number of a million digits": b'{"page_count": ' + b"9" * 1_000_000 + b"}",
    "a float that overflows": b'{"page_count": 1e999999}',
    "no UTF-8": b'{"problem": "\xff\xfe"}',
    "a lone surrogate": b'{"problem": "\\ud800"}',
    "the same key twice": b'{"page_count": 1, "page_count": 99}',
    "a header larger than any": b'{"problem": "' + b"x" * MAX_HEADER_BYTES + b'"}',
    "nothing": b"",
    "no object": b"17",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_json_bomb_is_no_answer(name: str) -> None:
    assert answer_of(part(BOMBS[name])) is None
    after = answer_of(OPENED + part(BOMBS[name]))
    assert after is not None
    assert after.read is None


NO_ANSWER = {
    "nothing": b"",
    "half a length": b"\0\0",
    "lengths beyond the end": struct.pack(">II", 1 << 30, 1 << 30),
    "lengths at their limit": b"\xff" * 8,
    "half an answer": SHOWN[:-5],
    "a reason of its own": part({"problem": "APPROVED"}),
    "a reason that is no file's": part({"problem": "REVIEWER_REJECTED"}),
    "no pages": part({"page_count": 0, "first_page": [4, 3]}, FIRST.tobytes()),
    "eleven pages": part({"page_count": 11, "first_page": [4, 3]}, FIRST.tobytes()),
    "a page of no size": part({"page_count": 1, "first_page": [0, 3]}),
    "a page wider than any": part({"page_count": 1, "first_page": [3001, 1]}, b"0" * 3001),
}


@pytest.mark.parametrize("name", NO_ANSWER)
def test_what_is_not_an_opened_document_is_no_answer(name: str) -> None:
    assert answer_of(NO_ANSWER[name]) is None


def test_every_cut_of_an_answer_is_an_answer_or_none() -> None:
    whole = OPENED + read_part(Read(FormReading(page_count=2), first_page=FIRST))
    for end in range(len(whole)):
        answer = answer_of(whole[:end])
        assert (answer is None) == (end < len(OPENED))
        assert answer is None or answer.read is None
