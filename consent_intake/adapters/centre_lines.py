"""Strokes thinned to lines of one pixel, and what those lines are like."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.polynomial import Polynomial  # here, since nothing can be loaded inside the sandbox
from numpy.typing import NDArray

from consent_intake.adapters.form_ink import Mask

LINE_TOLERANCE = 3
"""Pixels at 200 dpi that a stroke may stray from a straight line and still lie on it."""

_SMALLEST_LINE = 8
_AROUND = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], np.float32)
_MOST_THROUGH_LINES = 5
_THROUGH = 0.95
"""Share of the box that a line from side to side takes."""
_BEND = 9
"""Pixels that such a line may be off the straight one."""
_DRAWN_SHARE = 0.4
"""Least share of such a line that is drawn: a pale crease comes in dashes."""
_ANGLES = 90

_MOST_THINNING = 12
"""Passes; enough for a stroke of 24 pixels (8.6 points). What is thicker was not written with a pen."""

_NEIGHBOURS = np.array([[128, 1, 2], [64, 0, 4], [32, 16, 8]], np.float32)
"""Weight of each neighbour, so that their sum says which are set; north first, then clockwise."""

_CROSSING = 3
_DIAGONAL_STEPS = 1.12
"""A diagonal step is longer than a pixel: mean over all directions."""


@dataclass(frozen=True)
class Straight:
    """The straight lines that hold most of some strokes.

    Attributes:
        share: of the pixels that lie on the best line, 0 to 1.
        two_shares: that lie on the two best lines.
        reach: length of the longest line that is drawn for most of its way, pixels.
    """

    share: float
    two_shares: float
    reach: float


def thinned(ink: Mask) -> Mask:
    """Return strokes thinned to one pixel (Zhang and Suen, 1984): 1 on a line, 0 elsewhere."""
    image = cv2.copyMakeBorder((ink > 0).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(0.0,))
    first, second = _tables()
    for _ in range(_MOST_THINNING):
        before = int(np.count_nonzero(image))
        for table in (first, second):
            around = cv2.filter2D(image, cv2.CV_8U, _NEIGHBOURS, borderType=cv2.BORDER_CONSTANT)
            image = cv2.bitwise_and(image, cv2.LUT(around, table)).astype(np.uint8, copy=False)
        if int(np.count_nonzero(image)) == before:
            break
    return np.asarray(image[1:-1, 1:-1], np.uint8)


def length_of(thin: Mask) -> float:
    """Return how long the lines are, pixels."""
    return float(np.count_nonzero(thin)) * _DIAGONAL_STEPS


def ends_and_crossings(thin: Mask) -> tuple[int, int]:
    """Return how many line ends and how many crossings there are."""
    ones = (thin > 0).astype(np.uint8)
    padded = cv2.copyMakeBorder(ones, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(0.0,))
    around = cv2.filter2D(padded, cv2.CV_8U, _NEIGHBOURS, borderType=cv2.BORDER_CONSTANT)
    turns = cv2.LUT(around, _turns())[1:-1, 1:-1] * ones
    neighbours = cv2.filter2D(padded, cv2.CV_8U, _AROUND, borderType=cv2.BORDER_CONSTANT)[1:-1, 1:-1] * ones
    crossings, _ = cv2.connectedComponents((neighbours >= _CROSSING).astype(np.uint8), connectivity=8)
    return int(np.count_nonzero(turns == 1)), crossings - 1


def straight_lines(thin: Mask) -> Straight:
    """Return how much of the lines is straight: of shorter ones, everything."""
    rows, columns = np.nonzero(thin)
    if rows.size < _SMALLEST_LINE:
        return Straight(1.0, 1.0, float(rows.size))
    first, first_reach = _best_line(rows, columns)
    rest_rows, rest_columns = rows[~first], columns[~first]
    second_count, reach = 0, first_reach
    if rest_rows.size >= _SMALLEST_LINE:
        second, second_reach = _best_line(rest_rows, rest_columns)
        second_count, reach = int(second.sum()), max(first_reach, second_reach)
    share = float(first.sum()) / rows.size
    return Straight(share, share + second_count / rows.size, reach)


def without_through_lines(thin: Mask, *, across: bool, down: bool) -> Mask:
    """Return the lines without those that run straight from side to side: creases, dirt on a scanner's glass.

    Args:
        thin: lines, cut to their own extent.
        across: whether that extent reaches from the left side of the box to the right one.
        down: whether it reaches from the top to the bottom.
    """
    left = thin.copy()
    for _ in range(_MOST_THROUGH_LINES):
        rows, columns = np.nonzero(left)
        if not (across or down) or rows.size < _SMALLEST_LINE:
            break
        on_line = _nearly_straight(rows, columns)
        held_rows, held_columns = rows[on_line], columns[on_line]
        wide = across and np.ptp(held_columns) + 1 >= _THROUGH * thin.shape[1]
        high = down and np.ptp(held_rows) + 1 >= _THROUGH * thin.shape[0]
        filled = np.unique(held_columns if wide else held_rows).size / (thin.shape[1] if wide else thin.shape[0])
        if not (wide or high) or filled < _DRAWN_SHARE:
            break
        left[held_rows, held_columns] = 0
    return left


def _nearly_straight(rows: NDArray[np.intp], columns: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which pixels lie on the best line, where that may be a little bent, as the crease of a curled page is."""
    on_line, _ = _best_line(rows, columns)
    level = np.ptp(columns[on_line]) >= np.ptp(rows[on_line])
    along, away = (columns, rows) if level else (rows, columns)
    if np.unique(along[on_line]).size < _SMALLEST_LINE:
        return on_line
    straight = Polynomial.fit(along[on_line], away[on_line], 1)
    near = np.abs(away - straight(along)) <= _BEND
    bent = Polynomial.fit(along[near], away[near], 3)
    return np.asarray(np.abs(away - bent(along)) <= LINE_TOLERANCE + 1)


def _best_line(rows: NDArray[np.intp], columns: NDArray[np.intp]) -> tuple[NDArray[np.bool_], float]:
    """Return which pixels lie on the line that holds the most, and its length where it is drawn for most of its way."""
    angles = np.linspace(0, np.pi, _ANGLES, endpoint=False)
    away = np.outer(np.cos(angles), columns) + np.outer(np.sin(angles), rows)
    lanes = np.floor(away / (2 * LINE_TOLERANCE)).astype(np.int64)
    lanes -= lanes.min()
    width = int(lanes.max()) + 1
    counts = np.bincount((lanes + np.arange(_ANGLES)[:, None] * width).ravel(), minlength=_ANGLES * width)
    best = int(counts.argmax())
    angle, lane = divmod(best, width)
    on_line: NDArray[np.bool_] = np.abs(away[angle] - np.median(away[angle][lanes[angle] == lane])) <= LINE_TOLERANCE
    along = np.sort(columns[on_line] * -np.sin(angles[angle]) + rows[on_line] * np.cos(angles[angle]))
    return on_line, _drawn(along)


def _drawn(along: NDArray[np.float64]) -> float:
    """Return the longest stretch without a gap of a tenth of the whole and more than a printed line's width."""
    gap = max(0.1 * float(along[-1] - along[0]), 12.0)
    pieces = np.split(along, np.nonzero(np.diff(along) > gap)[0] + 1)
    return max(float(piece[-1] - piece[0]) for piece in pieces)


@lru_cache(maxsize=1)
def _turns() -> NDArray[np.uint8]:
    """Changes from empty to set around a pixel, for each sum of its neighbours' weights."""
    bits = _bits()
    return np.asarray(sum((bits[:, i] == 0) & (bits[:, (i + 1) % 8] == 1) for i in range(8)), np.uint8)


@lru_cache(maxsize=1)
def _tables() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Zhang and Suen's two rules as tables: 0 where a pixel goes, 1 where it stays."""
    bits, turns = _bits(), _turns()
    north, east, south, west = bits[:, 0], bits[:, 2], bits[:, 4], bits[:, 6]
    count = bits.sum(axis=1)
    edge = (count >= 2) & (count <= 6) & (turns == 1)  # noqa: PLR2004 - the paper's numbers
    first = edge & (north * east * south == 0) & (east * south * west == 0)
    second = edge & (north * east * west == 0) & (north * south * west == 0)
    return (~first).astype(np.uint8), (~second).astype(np.uint8)


def _bits() -> NDArray[np.int64]:
    return (np.arange(256)[:, None] >> np.arange(8)[None, :]) & 1
