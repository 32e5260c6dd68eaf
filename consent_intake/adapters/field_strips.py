"""Turn boxes into lines that a recogniser can read: dark letters on white, all of one size.

The letters of comb cells are cut out and set side by side, because the printed cell walls are what makes combs
unreadable: with them whole-page recognition reads 8 % of the boxed digits.
"""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from consent_intake.adapters.form_ink import InkBox
from consent_intake.adapters.ink_parts import parts_of

GreyPixels = NDArray[np.uint8]

LETTER_HEIGHT = 32
"""Pixels of a capital letter: what recognisers were trained near."""

_SMALLEST_SCALE, _LARGEST_SCALE = 0.5, 2.5
_LETTER_GAP = 9
_EDGE = 1

_LEAST_LINE = 0.28
"""Two lines of a box are each at least so high, as a share of both: dots and accents are lower."""


_LARGEST_SPECK = 8
_NEAR_WRITING = 20.0
"""Pixels at 200 dpi; tall letters have their dots farther off: what is no farther than they are tall is near."""

_EARLIEST_CUT, _LATEST_CUT = 0.4, 0.65
_FEWEST_COLUMNS = 8
_DARK = 200


@dataclass(frozen=True)
class Line:
    """One box made ready for recognition: dark letters on white."""

    name: str
    picture: GreyPixels


def without_far_specks(box: InkBox) -> InkBox:
    """Return the ink without specks that lie away from all writing: a line that begins at one is read as nonsense.

    Dots and accents lie near their letters and stay.
    """
    labels, stats, centres = parts_of(box.ink)
    small = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) <= _LARGEST_SPECK
    small[0] = True
    if small.all() or not small[1:].any():
        return box
    near = max(_NEAR_WRITING, float(np.percentile(stats[~small, cv2.CC_STAT_HEIGHT], 75)))
    away = cv2.distanceTransform(small[labels].astype(np.uint8), cv2.DIST_L2, 5)
    columns, rows = centres.round().astype(int).T
    far = np.flatnonzero(small & (away[rows, columns] > near) & (np.arange(len(stats)) > 0))
    return InkBox(box.grey, np.where(np.isin(labels, far), 0, box.ink).astype(np.uint8)) if far.size else box


def text_lines(name: str, box: InkBox) -> list[Line]:
    """Return the writing of an open box, one or two lines; none when it is empty."""
    rows = np.flatnonzero(box.ink.any(axis=1))
    if rows.size == 0:
        return []
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    gap = _gap_between_lines(rows, bottom - top)
    parts = [(top, bottom)] if gap is None else [(top, gap[0]), (gap[1], bottom)]
    clean = _only_ink(box)
    return [_line(name, clean[first:last], box.ink[first:last]) for first, last in parts]


def _gap_between_lines(rows: NDArray[np.intp], height: int) -> tuple[int, int] | None:
    """Return where the first line ends and the second begins; None for a single line."""
    for above, below in pairwise(rows):
        upper, lower = above + 1 - rows[0], rows[-1] + 1 - below
        if below - above > 1 and min(upper, lower) >= _LEAST_LINE * height:
            return int(above) + 1, int(below)
    return None


def _line(name: str, clean: GreyPixels, ink: GreyPixels) -> Line:
    columns = np.flatnonzero(ink.any(axis=0))
    return Line(name, _scaled(clean[:, columns[0] : columns[-1] + 1], _letter_height(ink)))


def first_words(line: Line) -> Line:
    """Return the beginning of a line, cut where the gap between letters is widest near its middle."""
    width = line.picture.shape[1]
    start, stop = round(width * _EARLIEST_CUT), round(width * _LATEST_CUT)
    inked = np.flatnonzero((line.picture[:, start:stop] < _DARK).any(axis=0))
    if inked.size < _FEWEST_COLUMNS:
        return line
    gaps = np.diff(inked)
    widest = int(gaps.argmax())
    return Line(line.name, line.picture[:, : start + int(inked[widest]) + int(gaps[widest] + 1) // 2])


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


def _only_ink(box: InkBox) -> GreyPixels:
    """Keep the ink with its soft edge and nothing else."""
    near = cv2.dilate(box.ink, np.ones((2 * _EDGE + 1, 2 * _EDGE + 1), np.uint8))
    clean: GreyPixels = np.where(near > 0, box.grey, 255).astype(np.uint8)
    return clean


def _letter_height(ink: GreyPixels) -> float:
    """Height of the tall letters in pixels: the upper quartile of its parts, so that dots do not count."""
    _, stats, _ = parts_of(ink)
    return max(float(np.percentile(stats[1:, cv2.CC_STAT_HEIGHT], 75)), 4.0)


def _scaled(picture: GreyPixels, letter_height: float) -> GreyPixels:
    scale = float(np.clip(LETTER_HEIGHT / letter_height, _SMALLEST_SCALE, _LARGEST_SCALE))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    size = (max(round(picture.shape[1] * scale), 1), max(round(picture.shape[0] * scale), 1))
    return cv2.resize(picture, size, interpolation=method).astype(np.uint8, copy=False)
