"""What a copier or a fax nearly erased around the ink: pale pieces of a line that crossed a signature out."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from consent_intake.adapters.box_frame import GreyPixels, Mask, middle_and_spread
from consent_intake.adapters.ink_parts import parts_of
from consent_intake.adapters.page_finder import PIXELS_PER_POINT

_SOFT = 1.5
_PALER = 3
"""Least difference from paper, of 255, once grain is smoothed away."""
_DEVIATIONS = 4
_AROUND_INK = 17
"""Pixels that belong to a stroke: its soft edge, and the shadow of a scanner's sharpening."""
_GAP = 5
_LINE_HALF, _X_HEIGHT, _X_COLUMNS = 9, 38, slice(10, 60)
"""Pixels that the form's printed line and X may take, wherever a fax shifts them."""
_LONG = 5.0
"""Points: shorter is dust."""
_WIDE = 3.2
"""Points: wider than any pen's line is a smudge or a shadow."""
_UPRIGHT = 4.0
"""So many times higher than wide: a streak on the device's glass. Who crosses something out draws across."""


def remains_measures(grey: GreyPixels, ink: Mask, line_row: int) -> dict[str, float]:
    """Return how long pale lines away from the ink are together, the longest, and the share of the box they span.

    Args:
        grey: of the box; paper is 255.
        ink: what was found in it.
        line_row: pixels from the box's top to the form's printed line.
    """
    soft = cv2.GaussianBlur(grey, (0, 0), _SOFT).astype(np.uint8, copy=False)
    paper, spread = middle_and_spread(soft)
    pale = (soft < paper - max(_PALER, _DEVIATIONS * spread)).astype(np.uint8)
    square = cv2.MORPH_RECT
    pale[cv2.dilate(ink, cv2.getStructuringElement(square, (_AROUND_INK, _AROUND_INK))) > 0] = 0
    pale[_printed(grey.shape, line_row)] = 0
    joined = cv2.morphologyEx(pale, cv2.MORPH_CLOSE, cv2.getStructuringElement(square, (_GAP, 3)))
    _, stats, _ = parts_of(np.asarray(joined, np.uint8))
    wide, high = stats[1:, cv2.CC_STAT_WIDTH].astype(np.float64), stats[1:, cv2.CC_STAT_HEIGHT].astype(np.float64)
    reach = np.hypot(wide, high)
    thin = stats[1:, cv2.CC_STAT_AREA] / np.maximum(reach, 1.0) <= _WIDE * PIXELS_PER_POINT
    line = (reach >= _LONG * PIXELS_PER_POINT) & thin & (high < _UPRIGHT * wide)
    if not line.any():
        return {"remains": 0.0, "remains_longest": 0.0, "remains_span": 0.0}
    left = stats[1:, cv2.CC_STAT_LEFT][line]
    return {
        "remains": float(reach[line].sum()) / PIXELS_PER_POINT,
        "remains_longest": float(reach[line].max()) / PIXELS_PER_POINT,
        "remains_span": float((left + wide[line]).max() - left.min()) / grey.shape[1],
    }


@lru_cache(maxsize=4)
def _printed(shape: tuple[int, int], line_row: int) -> NDArray[np.bool_]:
    """Return where the printed line and the printed X are, with what is soft around them."""
    mask = np.zeros(shape, np.bool_)
    mask[line_row - _LINE_HALF : line_row + _LINE_HALF] = True
    mask[line_row - _X_HEIGHT : line_row, _X_COLUMNS] = True
    return mask
