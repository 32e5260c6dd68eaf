"""The second reader: Tesseract, outside the confined process, for the few lines on which the others are unsure.

All lines of a form share one call: a call costs more than the reading of a line.
"""

from collections.abc import Mapping

import numpy as np
import pytesseract
from numpy.typing import NDArray

from consent_intake.adapters.field_strips import Line
from consent_intake.adapters.tesseract_input import for_tesseract
from consent_intake.rules.form_reading import Engine, EngineText, FormReading, WrittenText, ZoneWord
from services.runtime.failures import TemporarilyUnavailable

LANGUAGES = "eng+spa"
SECONDS = 10
"""For all lines of a form; they take 0.3 s. pytesseract ends its process then and raises RuntimeError."""

_MARGIN = 40
_LINE_GAP = 44
_LONGEST_SIDE = 4_000
_MOST_LINES = 12


def second_opinion(lines: tuple[Line, ...]) -> dict[str, tuple[ZoneWord, ...]]:
    """Return the words of every line, in reading order, from one call of Tesseract; lines of one name are joined.

    The pictures come from a process that a stranger's file may have taken over: what is too large is not read.

    Raises:
        TemporarilyUnavailable: Tesseract or one of its languages is not installed.
    """
    readable = [line for line in lines[:_MOST_LINES] if 0 < max(line.picture.shape) <= _LONGEST_SIDE]
    if not readable:
        return {}
    page, middles = _page_of(readable)
    try:
        data = pytesseract.image_to_data(
            for_tesseract(page),
            lang=LANGUAGES,
            config="--psm 6 --dpi 200",
            output_type=pytesseract.Output.DICT,
            timeout=SECONDS,
        )
    except (pytesseract.TesseractNotFoundError, pytesseract.TesseractError) as gone:
        if not _works():
            raise TemporarilyUnavailable("tesseract") from gone
        return {}  # these lines are too much for it: the first reading stands alone
    found: list[list[tuple[int, ZoneWord]]] = [[] for _ in readable]
    for text, sure, left, top, height in zip(
        data["text"], data["conf"], data["left"], data["top"], data["height"], strict=True
    ):
        if float(sure) >= 0 and text.strip():
            at = int(np.argmin(np.abs(np.asarray(middles) - (top + height / 2))))
            found[at].append((left, ZoneWord(text=text.strip()[:300], confidence=min(float(sure) / 100, 1.0))))
    words: dict[str, tuple[ZoneWord, ...]] = {}
    for line, its_words in zip(readable, found, strict=True):
        words[line.name] = words.get(line.name, ()) + tuple(word for _, word in sorted(its_words, key=lambda w: w[0]))
    return words


def merged(reading: FormReading, words: Mapping[str, tuple[ZoneWord, ...]]) -> FormReading:
    """Return the reading with Tesseract's among those of each field; the surer of two stays the best one."""
    fields = dict(reading.fields)
    for name, found in words.items():
        if found and name in fields:
            fields[name] = _with(fields[name], found)
    return reading.model_copy(update={"fields": fields})


def _with(written: WrittenText, words: tuple[ZoneWord, ...]) -> WrittenText:
    text = " ".join(word.text for word in words)[:300]
    second = EngineText(engine=Engine.TESSERACT, text=text, confidence=min(word.confidence for word in words))
    others = tuple(reading for reading in written.readings if reading.engine is not Engine.TESSERACT)
    update: dict[str, object] = {"readings": (*others, second)}
    if second.confidence > written.confidence:
        update |= {"text": text, "confidence": second.confidence}
    return written.model_copy(update=update)


def _page_of(lines: list[Line]) -> tuple[NDArray[np.uint8], list[float]]:
    """Return the made-up page and each line's middle on it."""
    width = max(line.picture.shape[1] for line in lines) + 2 * _MARGIN
    height = sum(line.picture.shape[0] + _LINE_GAP for line in lines) + 2 * _MARGIN
    page = np.full((height, width), 255, np.uint8)
    middles, top = list[float](), _MARGIN
    for line in lines:
        down, across = line.picture.shape
        page[top : top + down, _MARGIN : _MARGIN + across] = line.picture
        middles.append(top + down / 2)
        top += down + _LINE_GAP
    return page, middles


def _works() -> bool:
    try:
        return {"eng", "spa"} <= set(pytesseract.get_languages())
    except (pytesseract.TesseractNotFoundError, pytesseract.TesseractError, OSError):
        return False
