"""A box of a form on the page: where its frame is, which of its pixels are dark, and what is printed there."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from consent_intake.adapters.page_finder import PIXELS_PER_POINT
from services.consent_form.layout import FieldBox

GreyPixels = NDArray[np.uint8]
Mask = NDArray[np.uint8]
"""255 where something is, 0 elsewhere."""

SHIFT = 6
"""Pixels at 200 dpi by which a printed line may be off its place, after registration, on a fax or a curled page."""

DARKER_BY = 38.0
"""Least difference from paper, of 255, that counts as ink; below it are shadows and the texture of paper."""

DEVIATIONS = 5.0
"""The same, in median absolute deviations of the box's own paper."""

BLACK_PRINT = 170
"""Darker pixels of the blank form are print, soft edges included."""

FRAME = 2.0
_FRAME_PIXELS = round(FRAME * PIXELS_PER_POINT)

DARKEST_LIMIT = 70.0
"""The difference never has to be larger: in a small box that is half full, the writing itself spreads the values."""

_LIGHTEST_QUARTER = 0.75
_PAPER = 200
"""A flattened page's paper is lighter: a box whose middle is darker is more than half full of ink."""


@dataclass(frozen=True)
class Shift:
    """How far a printed box is from where the layout has it, in pixels at 200 dpi."""

    down: int = 0
    right: int = 0


UNSHIFTED = Shift()


def shift_of(page: GreyPixels, blank: GreyPixels, box: FieldBox) -> Shift:
    """Return how far a box's printed frame is off on this page: the frame is looked for where it should be.

    The frame and what is printed just around it decide; writing inside is hidden from the comparison, since a line of
    letters fits a frame's line too.
    """
    return shift_by(page, box, frame_print(blank, box))


def shift_by(page: GreyPixels, box: FieldBox, printed: NDArray[np.float32]) -> Shift:
    """Return the same, for print that ``frame_print`` has worked out before."""
    rows, columns = slices_of(box, -FRAME)
    ink = dark(page[rows, columns])
    fit = np.zeros((2 * SHIFT + 1, 2 * SHIFT + 1), np.float32)
    for top, bottom, left, right in _strips(*ink.shape):
        around = printed[top : bottom + 2 * SHIFT, left : right + 2 * SHIFT]
        fit += cv2.matchTemplate(around, ink[top:bottom, left:right].astype(np.float32), cv2.TM_CCORR)
    best = np.unravel_index(int(np.argmax(fit - _distance_penalty(fit))), fit.shape)
    return Shift(SHIFT - int(best[0]), SHIFT - int(best[1]))


def frame_print(blank: GreyPixels, box: FieldBox) -> NDArray[np.float32]:
    """Return the print that a box is looked for by."""
    return printed_in(blank, *slices_of(box, -FRAME), SHIFT).astype(np.float32)


def _strips(height: int, width: int) -> tuple[tuple[int, int, int, int], ...]:
    """Return top, bottom, left and right of the parts that hold a box's frame; of a small box that is all of it."""
    deep = _FRAME_PIXELS + SHIFT + 2
    if min(height, width) <= 2 * deep:
        return ((0, height, 0, width),)
    low, far = height - deep, width - deep
    return (0, deep, 0, width), (low, height, 0, width), (deep, low, 0, deep), (deep, low, far, width)


def slices_of(box: FieldBox, inset: float, shift: Shift = UNSHIFTED) -> tuple[slice, slice]:
    """Return the rows and columns of a box that is made smaller by ``inset`` points."""
    top, bottom = round((box.y + inset) * PIXELS_PER_POINT), round((box.bottom - inset) * PIXELS_PER_POINT)
    left, right = round((box.x + inset) * PIXELS_PER_POINT), round((box.right - inset) * PIXELS_PER_POINT)
    return slice(top + shift.down, bottom + shift.down), slice(left + shift.right, right + shift.right)


def dark(grey: GreyPixels) -> Mask:
    """Return what is darker than the paper of these pixels by more than their own unevenness."""
    middle, spread = middle_and_spread(grey, paper=_PAPER)
    limit = middle - min(max(DARKER_BY, DEVIATIONS * spread), DARKEST_LIMIT)
    darkest = float(np.ceil(limit)) - 1  # whole greys: darker than the limit is at most this
    return cv2.threshold(grey, darkest, 255, cv2.THRESH_BINARY_INV)[1].astype(np.uint8, copy=False)


def middle_and_spread(grey: GreyPixels, *, paper: int = 0) -> tuple[int, int]:
    """Return the paper's median and median absolute deviation, from a histogram: sorting costs a third more.

    Where the median is darker than ``paper``, the lightest quarter's darkest grey stands for it.
    """
    counts = cv2.calcHist([grey], [0], None, [256], [0, 256]).ravel()
    upto = np.cumsum(counts)
    middle = int(np.searchsorted(upto, grey.size / 2))
    if middle < paper:
        middle = int(np.searchsorted(upto, grey.size * _LIGHTEST_QUARTER))
    away = np.bincount(np.abs(np.arange(256) - middle), weights=counts)
    return middle, int(np.searchsorted(np.cumsum(away), grey.size / 2))


def printed_in(blank: GreyPixels, rows: slice, columns: slice, grow: int) -> Mask:
    """Return where the blank form has print, with a margin of ``grow`` pixels around the window."""
    wide = blank[rows.start - grow : rows.stop + grow, columns.start - grow : columns.stop + grow]
    return np.where(wide < BLACK_PRINT, 255, 0).astype(np.uint8)


def _distance_penalty(fit: NDArray[np.float32]) -> NDArray[np.float32]:
    """Prefer the expected place when two fit alike: a box without lines fits anywhere."""
    rows, columns = np.indices(fit.shape, dtype=np.float32)
    away = np.hypot(rows - (fit.shape[0] - 1) / 2, columns - (fit.shape[1] - 1) / 2)
    return np.asarray(away * float(fit.max()) * 0.002, dtype=np.float32)
