"""What a confined child says about a document, and how little of it is believed.

A child says at most two things. First, at once, that the document opened or why it cannot be opened; when it is asked
for that, with the first page's pixels: should the reading kill the child afterwards, a person can still look at the
page. Then the reading, with the straightened page in 16 greys (it is kept for people and never read again) or else the
first page as it is, and the lines that want a second reader.

Each is 4 bytes length of a JSON header, 4 bytes length of the pixels, header, pixels. A stranger's file may have taken
the child over, so lengths, shapes and sums are checked before anything is made of them; nothing is ever unpickled.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from consent_intake.adapters.child_frames import MAX_HEADER_BYTES
from consent_intake.adapters.document_limits import LONGEST_SIDE, MAX_PAGES
from consent_intake.adapters.field_strips import Line
from consent_intake.adapters.grey_png import GreyPairs
from consent_intake.adapters.page_finder import PAGE_PIXELS
from consent_intake.rules.form_reading import FormReading, ShortText
from schemas.reason_codes import ReasonCode

GreyPixels = NDArray[np.uint8]

MAX_LINES = 80
MAX_LINE_PIXELS = 2_000_000

_LENGTHS = struct.Struct(">II")

PAGE_PAIRS = (PAGE_PIXELS[0] // 2, PAGE_PIXELS[1])
"""Width and height of the straightened page in 16 greys, in bytes."""

Side = Annotated[int, Field(gt=0, le=LONGEST_SIDE)]
Size = tuple[Side, Side]
"""Width and height in pixels."""

Problem = Literal[
    ReasonCode.FILE_TOO_LARGE,
    ReasonCode.FILE_TYPE_NOT_ALLOWED,
    ReasonCode.FILE_ENCRYPTED,
    ReasonCode.FILE_UNREADABLE,
    ReasonCode.TOO_MANY_PAGES,
    ReasonCode.PAGE_TOO_LARGE,
]


class _Header(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class _OpenedHeader(_Header):
    problem: Problem | None = None
    page_count: int = Field(default=0, ge=0, le=MAX_PAGES)
    first_page: Size | None = None


class _LineHeader(_Header):
    name: ShortText
    size: Size


class _ReadHeader(_Header):
    reading: FormReading
    page: Size | None = None
    first_page: Size | None = None
    lines: Annotated[list[_LineHeader], Field(max_length=MAX_LINES)] = []


@dataclass(frozen=True)
class Opened:
    """A document as pixels, or the reason why it is none.

    Attributes:
        problem: why it cannot be opened; the rest is empty then.
        page_count: pages of the document.
        first_page: grey pixels; None when it was not asked for.
    """

    problem: ReasonCode | None = None
    page_count: int = 0
    first_page: GreyPixels | None = None


@dataclass(frozen=True)
class Read:
    """A reading and the pixels that belong to it.

    Attributes:
        reading: what was read.
        page: the straightened page at 200 dpi, in 16 greys; None when none was registered.
        first_page: the document's, grey pixels, when none was registered; else None.
        second: lines that want a second reader.
    """

    reading: FormReading
    page: GreyPairs | None = None
    first_page: GreyPixels | None = None
    second: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Answer:
    """Everything that a child said and that could be believed; ``read`` is None when it did not get that far."""

    opened: Opened
    read: Read | None = None


def opened_part(opened: Opened) -> bytes:
    """Return the first part as bytes."""
    size = None if opened.first_page is None else _size_of(opened.first_page)
    said = {"problem": opened.problem, "page_count": opened.page_count, "first_page": size}
    header = _OpenedHeader.model_validate(said)
    return _part(header, [opened.first_page])


def read_part(read: Read) -> bytes:
    """Return the second part as bytes."""
    lines = [_LineHeader(name=line.name, size=_size_of(line.picture)) for line in read.second]
    page, first = (None if picture is None else _size_of(picture) for picture in (read.page, read.first_page))
    header = _ReadHeader.model_construct(reading=read.reading, page=page, first_page=first, lines=lines)
    return _part(header, [read.page, read.first_page, *(line.picture for line in read.second)])


def answer_of(said: bytes) -> Answer | None:
    """Return what a child said; None when not even its first part is whole and possible."""
    try:
        header, pixels, rest = _split(said)
        opened = _opened(_OpenedHeader.model_validate_json(header), pixels)
    except (ValueError, struct.error):  # pydantic's ValidationError is a ValueError, and its text is shown to nobody
        return None
    if opened.problem is not None:
        return Answer(opened)
    try:
        header, pixels, _ = _split(rest)
        return Answer(opened, _read(_ReadHeader.model_validate_json(header), pixels, opened))
    except (ValueError, struct.error):
        return Answer(opened)


def _opened(header: _OpenedHeader, pixels: memoryview) -> Opened:
    if header.problem is not None:
        return Opened(problem=header.problem)
    if header.page_count == 0:
        raise _Impossible
    pictures = _pictures(pixels, [] if header.first_page is None else [header.first_page])
    return Opened(page_count=header.page_count, first_page=next(iter(pictures), None))


def _read(header: _ReadHeader, pixels: memoryview, opened: Opened) -> Read:
    reading = header.reading
    registered = reading.page_index is not None and reading.registered
    possible = (
        reading.problem is None
        and reading.letter is None
        and reading.page_count == opened.page_count
        and (reading.page_index or 0) < opened.page_count
        and header.page == (PAGE_PAIRS if registered else None)
        and registered == (header.first_page is None)
        and (registered or not header.lines)
    )
    kept = header.page or header.first_page
    if not possible or kept is None:
        raise _Impossible
    sizes = [line.size for line in header.lines]
    if any(width * height > MAX_LINE_PIXELS for width, height in sizes):
        raise _Impossible
    picture, *others = _pictures(pixels, [kept, *sizes])
    lines = tuple(Line(line.name, other) for line, other in zip(header.lines, others, strict=True))
    return Read(reading, page=picture, second=lines) if registered else Read(reading, first_page=picture, second=lines)


class _Impossible(ValueError):
    """Of the right shape, and yet nothing that a child would say."""


def _split(said: bytes | memoryview) -> tuple[bytes, memoryview, memoryview]:
    """Return header, pixels and what follows."""
    view = memoryview(said)
    header, pixels = _LENGTHS.unpack_from(view)
    end = _LENGTHS.size + header
    if header > MAX_HEADER_BYTES or end + pixels > len(view):
        raise _Impossible
    return bytes(view[_LENGTHS.size : end]), view[end : end + pixels], view[end + pixels :]


def _pictures(pixels: memoryview, sizes: Sequence[Size]) -> list[GreyPixels]:
    ends = [0]
    for width, height in sizes:
        ends.append(ends[-1] + width * height)
    if ends[-1] != len(pixels):
        raise _Impossible
    flat = np.frombuffer(pixels, dtype=np.uint8)
    parts = zip(pairwise(ends), sizes, strict=True)
    return [flat[start:end].reshape(height, width) for (start, end), (width, height) in parts]


def _part(header: BaseModel, pictures: Sequence[GreyPixels | None]) -> bytes:
    text = header.model_dump_json().encode()
    pixels = b"".join(np.ascontiguousarray(picture).tobytes() for picture in pictures if picture is not None)
    return _LENGTHS.pack(len(text), len(pixels)) + text + pixels


def _size_of(picture: GreyPixels) -> Size:
    height, width = picture.shape
    return width, height
