"""Look at a page that is not our form: is it another organization's consent, and where would it be signed?

A hint for the reviewer and nothing else: on real business pages a third of the places to sign was found at best.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import pytesseract
from numpy.typing import NDArray

from consent_intake.adapters.page_plane import GreyPixels
from consent_intake.adapters.tesseract_input import for_tesseract
from consent_intake.adapters.upright_page import UprightPage, box_on_picture, upright
from consent_intake.rules.form_reading import Crop, ForeignLetter
from consent_intake.rules.letter_words import (
    DATE_ANCHORS,
    ENOUGH_PHRASES,
    SIGNATURE_ANCHORS,
    WITNESS_WORDS,
    common_words,
    consent_phrases,
    language_of,
    plain,
)

LANGUAGES: Final = "eng+spa"
SECONDS: Final = 40
"""A page of noise keeps Tesseract busy for longer; it is no letter then."""

_LEAST_SURE: Final = 40.0
_LEAST_COMMON: Final = 4
_COMMON_SHARE: Final = 0.12
"""Of the words of a text, the commonest ones are a third; upside down they are read once in thirty."""

_SMALLEST: Final = 200
_PAGE_WIDTH: Final = 612.0
_DARK: Final = 150
_PALE: Final = 195
"""A thin line is grey on a photo."""

_THICKEST: Final = 8.0
_EMPTY_SIDE: Final = 0.04
_FULL_SIDE: Final = 0.35
_LONGEST_LABEL: Final = 5
_DATE_WIDTH: Final = 110.0
_SIGNATURE_WIDTH: Final = 230.0
_ABOVE: Final = 44.0


@dataclass(frozen=True)
class _Word:
    text: str
    sure: float
    line: tuple[int, int, int]
    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float


def look_at(picture: GreyPixels) -> ForeignLetter | None:
    """Return what a letter about consent shows; None when the page is no such letter.

    Raises:
        pytesseract.TesseractNotFoundError: Tesseract is not installed.
        pytesseract.TesseractError: Tesseract or one of its languages does not work.
    """
    if min(picture.shape) < _SMALLEST:
        return None
    page, words = _read(upright(picture))
    texts = [word.text for word in words]
    phrases = consent_phrases(texts)
    if phrases < ENOUGH_PHRASES:
        return None
    rules = _rules(page.page)
    signature = _zone(words, SIGNATURE_ANCHORS, rules, page, _SIGNATURE_WIDTH)
    date = _zone(words, DATE_ANCHORS, rules, page, _DATE_WIDTH)
    return ForeignLetter(
        language=language_of(texts),
        consent_words=phrases,
        signature_zone=_crop(page, signature, picture) if signature else None,
        zone_ink=_ink_in(page.page, signature, rules, words) if signature else 0.0,
        date_zone=_crop(page, date, picture) if date else None,
    )


def _read(page: UprightPage) -> tuple[UprightPage, list[_Word]]:
    """Return the page the right way up and its words: one call, and a second one when it stands on its head."""
    words = _words(page.page)
    sense = common_words(word.text for word in words)
    if sense >= max(_LEAST_COMMON, _COMMON_SHARE * len(words)):
        return page, words
    other = page.upside_down()
    other_words = _words(other.page)
    better = common_words(word.text for word in other_words) > sense
    return (other, other_words) if better else (page, words)


def _words(page: GreyPixels) -> list[_Word]:
    try:
        data = pytesseract.image_to_data(
            for_tesseract(page),
            lang=LANGUAGES,
            config="--psm 3 --dpi 180",
            output_type=pytesseract.Output.DICT,
            timeout=SECONDS,
        )
    except pytesseract.TesseractError:
        raise
    except RuntimeError:  # pytesseract's way of saying that the time is up
        return []
    columns = ("text", "conf", "block_num", "par_num", "line_num", "left", "top", "width", "height")
    return [
        _Word(text, float(sure), (block, paragraph, line), left, top, left + width, top + height)
        for text, sure, block, paragraph, line, left, top, width, height in zip(
            *(data[column] for column in columns), strict=True
        )
        if float(sure) >= _LEAST_SURE and plain(text)
    ]


def _rules(page: GreyPixels) -> list[_Box]:
    """Return the long level lines of a page: what people sign and date on."""
    unit = page.shape[1] / _PAGE_WIDTH
    dark = np.where(page < _PALE, 255, 0).astype(np.uint8)
    joined = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((1, max(round(3 * unit), 1)), np.uint8))
    level = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, max(round(50 * unit), 2)), np.uint8))
    whole = cv2.dilate(level, np.ones((max(round(2 * unit), 1), max(round(6 * unit), 1)), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(whole, connectivity=8)
    boxes = [_Box(left, top, left + width, top + height) for left, top, width, height, _ in stats[1:count].tolist()]
    return [box for box in boxes if box.bottom - box.top < _THICKEST * unit and _stands_alone(dark, box, unit)]


def _stands_alone(dark: NDArray[np.uint8], box: _Box, unit: float) -> bool:
    """Whether a level line is one, and not the feet of a line of letters: one of its sides is nearly empty."""
    left, right, deep = int(box.left), int(box.right), max(round(3 * unit), 1)
    above = dark[max(int(box.top) - deep, 0) : int(box.top), left:right]
    below = dark[int(box.bottom) : int(box.bottom) + deep, left:right]
    shares = [float((side > 0).mean()) if side.size else 0.0 for side in (above, below)]
    return min(shares) < _EMPTY_SIDE and max(shares) < _FULL_SIDE


def _zone(
    words: list[_Word], anchors: frozenset[str], rules: list[_Box], page: UprightPage, width: float
) -> _Box | None:
    """Return where a labelled thing is expected: on the line beside or above its label, else above the label."""
    unit = page.page.shape[1] / _PAGE_WIDTH
    best: tuple[float, _Box] | None = None
    for word in words:
        if plain(word.text) not in anchors:
            continue
        line = [other for other in words if other.line == word.line]
        near = [other for other in line if -60 * unit < other.left - word.left < 160 * unit]
        rule = _rule_of(word, max(other.right for other in near), rules, unit)
        score = (2.0 if rule else 0.0) + (1.0 if len(near) <= _LONGEST_LABEL else -1.0)
        score -= 2.0 if any(plain(other.text) in WITNESS_WORDS for other in near) else 0.0
        if score > 0 and (best is None or score > best[0]):
            best = (score, _over(rule, unit) if rule else _above(word, width, unit))
    return best[1] if best else None


def _rule_of(word: _Word, label_end: int, rules: list[_Box], unit: float) -> _Box | None:
    """Return the line that a label belongs to: it begins right of the label at its foot, or runs just above it."""
    beside = [
        rule
        for rule in rules
        if -6 * unit < rule.left - label_end < 90 * unit and -14 * unit < rule.bottom - word.bottom < 10 * unit
    ]
    above = [
        rule
        for rule in rules
        if 0 <= word.top - rule.top < 24 * unit and rule.left - 30 * unit < word.left < rule.right - 10 * unit
    ]
    found = beside or above
    return min(found, key=lambda rule: abs(rule.bottom - word.top)) if found else None


def _over(rule: _Box, unit: float) -> _Box:
    return _Box(rule.left, rule.top - _ABOVE * unit, rule.right, rule.bottom + 4 * unit)


def _above(word: _Word, width: float, unit: float) -> _Box:
    return _Box(word.left - 4 * unit, word.top - _ABOVE * unit, word.left + width * unit, word.top - 2 * unit)


def _ink_in(page: GreyPixels, box: _Box, rules: list[_Box], words: list[_Word]) -> float:
    """Return the share of a zone that is dark, its lines and the lines of text aside."""
    dark: NDArray[np.bool_] = page < _DARK
    for rule in rules:
        dark[int(rule.top) : int(rule.bottom) + 1, int(rule.left) : int(rule.right) + 1] = False
    for word in words:
        if sum(other.line == word.line for other in words) > _LONGEST_LABEL:  # the text above, not what is written
            dark[word.top : word.bottom, word.left : word.right] = False
    zone = dark[max(int(box.top), 0) : int(box.bottom), max(int(box.left), 0) : int(box.right)]
    return float(zone.mean()) if zone.size else 0.0


def _crop(page: UprightPage, box: _Box, picture: GreyPixels) -> Crop | None:
    """Return a zone of the upright page on the stored picture."""
    left, top, right, bottom = box_on_picture(page, box.left, box.top, box.right, box.bottom)
    x, y = max(round(left), 0), max(round(top), 0)
    width, height = min(round(right), picture.shape[1]) - x, min(round(bottom), picture.shape[0]) - y
    return Crop(left=x, top=y, width=width, height=height) if width > 0 and height > 0 else None
