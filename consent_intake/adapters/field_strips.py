"""Read many small boxes with one call of Tesseract: each box becomes one line of a made-up page.

Whole-page recognition reads 32 % of the typed fields of a form, box by box 98.5 %; a call costs more than the reading
of a line, so the boxes share one. Letters are brought to one size, and the letters of comb cells are cut out and set
side by side, because the printed cell walls are what makes combs unreadable.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import pytesseract
from numpy.typing import NDArray

from consent_intake.adapters.form_ink import InkBox
from consent_intake.rules.form_reading import ZoneWord

GreyPixels = NDArray[np.uint8]

LANGUAGES = "eng+spa"
LETTER_HEIGHT = 32
"""Pixels of a capital letter: what Tesseract's models were trained near."""

AGAIN = ".again"
"""Added to the name of a line's second version."""

_SOFT = 1.5

_SMALLEST_SCALE, _LARGEST_SCALE = 0.5, 2.5
_LETTER_GAP = 9
_GROUP_GAP = 9
_MARGIN = 40
_LINE_GAP = 44
_EDGE = 1


@dataclass(frozen=True)
class Line:
    """One box made ready for recognition: dark letters on white."""

    name: str
    picture: GreyPixels


def text_line(name: str, box: InkBox) -> Line | None:
    """Return the writing of an open box; None when there is none."""
    rows, columns = np.nonzero(box.ink)
    if rows.size == 0:
        return None
    clean = _only_ink(box)
    cut = clean[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    return Line(name, _scaled(cut, _letter_height(box)))


def comb_line(name: str, cells: list[InkBox]) -> Line | None:
    """Return the letters of comb cells, set side by side; None when all are empty."""
    letters = []
    for cell in cells:
        rows, columns = np.nonzero(cell.ink)
        if rows.size:
            letters.append(_only_ink(cell)[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1])
    if not letters:
        return None
    tallest = float(np.median([letter.shape[0] for letter in letters]))
    scaled = [_scaled(letter, tallest) for letter in letters]
    height = max(letter.shape[0] for letter in scaled)
    parts: list[GreyPixels] = []
    for letter in scaled:
        above = (height - letter.shape[0]) // 2 if letter.shape[0] < height * 0.5 else height - letter.shape[0]
        parts.append(np.pad(letter, ((above, height - letter.shape[0] - above), (0, _LETTER_GAP)), constant_values=255))
    return Line(name, np.concatenate(parts, axis=1))


def thickened(line: Line) -> Line:
    """Return a line with heavier strokes: thin or broken ones close, and the recogniser sees other letters."""
    heavy = cv2.erode(_with_edge(line.picture), np.ones((3, 3), np.uint8)).astype(np.uint8, copy=False)
    return Line(line.name, heavy)


def softened(line: Line) -> Line:
    """Return a line with soft edges: the marks of copier and fax vanish."""
    soft = cv2.GaussianBlur(_with_edge(line.picture), (0, 0), _SOFT).astype(np.uint8, copy=False)
    return Line(line.name + AGAIN, soft)


def _with_edge(picture: GreyPixels) -> GreyPixels:
    return cv2.copyMakeBorder(picture, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=(255.0,)).astype(np.uint8, copy=False)


def read_lines(lines: list[Line]) -> dict[str, tuple[ZoneWord, ...]]:
    """Return the words of every line, left to right, from one call of Tesseract.

    Raises:
        pytesseract.TesseractError: the program failed.
        pytesseract.TesseractNotFoundError: it is not installed.
    """
    if not lines:
        return {}
    page, places = _page_of(lines)
    data = pytesseract.image_to_data(
        page, lang=LANGUAGES, config="--psm 6 --dpi 200", output_type=pytesseract.Output.DICT
    )
    words: dict[str, list[tuple[int, ZoneWord]]] = {line.name: [] for line in lines}
    for text, sure, left, top, height in zip(
        data["text"], data["conf"], data["left"], data["top"], data["height"], strict=True
    ):
        if float(sure) < 0 or not text.strip():
            continue
        middle = top + height / 2
        name = min(places, key=lambda line: abs(places[line] - middle))
        words[name].append((left, ZoneWord(text=text.strip(), confidence=min(float(sure) / 100, 1.0))))
    return {name: tuple(word for _, word in sorted(found, key=lambda one: one[0])) for name, found in words.items()}


def _only_ink(box: InkBox) -> GreyPixels:
    """Keep the ink with its soft edge and nothing else."""
    near = cv2.dilate(box.ink, np.ones((2 * _EDGE + 1, 2 * _EDGE + 1), np.uint8))
    clean: GreyPixels = np.where(near > 0, box.grey, 255).astype(np.uint8)
    return clean


def _letter_height(box: InkBox) -> float:
    """Height of the box's tall letters in pixels: the upper quartile of its parts, so that dots do not count."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(box.ink, connectivity=8)
    return max(float(np.percentile(stats[1:, cv2.CC_STAT_HEIGHT], 75)), 4.0)


def _scaled(picture: GreyPixels, letter_height: float) -> GreyPixels:
    scale = float(np.clip(LETTER_HEIGHT / letter_height, _SMALLEST_SCALE, _LARGEST_SCALE))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    size = (max(round(picture.shape[1] * scale), 1), max(round(picture.shape[0] * scale), 1))
    return cv2.resize(picture, size, interpolation=method).astype(np.uint8, copy=False)


def _page_of(lines: list[Line]) -> tuple[GreyPixels, dict[str, float]]:
    """Return the made-up page and each line's middle on it."""
    width = max(line.picture.shape[1] for line in lines) + 2 * _MARGIN
    height = sum(line.picture.shape[0] + _LINE_GAP for line in lines) + 2 * _MARGIN
    page = np.full((height, width), 255, np.uint8)
    places, top = {}, _MARGIN
    for line in lines:
        down, across = line.picture.shape
        page[top : top + down, _MARGIN : _MARGIN + across] = line.picture
        places[line.name] = top + down / 2
        top += down + _LINE_GAP
    return page, places
