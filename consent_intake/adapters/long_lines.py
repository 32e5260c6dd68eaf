"""Straight lines over much of a box, also faint and broken ones, and rings: what a signature is crossed out with."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from consent_intake.adapters.form_ink import Mask
from consent_intake.adapters.ink_parts import parts_of
from consent_intake.adapters.page_finder import PIXELS_PER_POINT

_ROW = 3
"""Pixels that become one row; a line is looked for in two neighbouring ones."""
_COLUMNS = 130
_SLOPES = 49
_SHARES = (("third", 0.33), ("most", 0.6), ("all", 0.92))
"""Parts of the box's width over which a line is looked for."""
_CLOSE = 9
"""Pixels of a gap in a ring."""
_UPRIGHT, _LEVEL = round(14 * PIXELS_PER_POINT), round(25 * PIXELS_PER_POINT)
"""Pixels of a frame's sides that run straight, at the least: a pen's are bent, or shorter."""
_CORNER = round(3 * PIXELS_PER_POINT)
"""Pixels between the ends of two lines that meet in a corner."""


def line_measures(ink: Mask, faint: Mask) -> dict[str, float]:
    """Return which share of the best straight line over a part of the box is inked, for ink and for faint ink.

    Args:
        ink: of the whole box.
        faint: everything that is a little darker than paper, the form's own print left out.
    """
    return {f"line_{name}": share for name, share in _best(ink).items()} | {
        f"faint_line_{name}": share for name, share in _best(faint).items()
    }


def ring_measures(ink: Mask) -> dict[str, float]:
    """Return how like one ring the ink is; ``ink`` is cut to its extent."""
    closed = cv2.morphologyEx(
        cv2.copyMakeBorder(ink, _CLOSE, _CLOSE, _CLOSE, _CLOSE, cv2.BORDER_CONSTANT),
        cv2.MORPH_CLOSE,
        cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_CLOSE, _CLOSE)),
    )
    _, _, stats, _ = cv2.connectedComponentsWithStats(cv2.bitwise_not(closed), connectivity=4)
    inner = stats[1:][(stats[1:, cv2.CC_STAT_LEFT] > 0) & (stats[1:, cv2.CC_STAT_TOP] > 0), cv2.CC_STAT_AREA]
    rows, columns = np.nonzero(ink)
    high, wide = ink.shape[0] / 2, ink.shape[1] / 2
    radius = np.hypot((rows - high) / max(high, 1.0), (columns - wide) / max(wide, 1.0))
    return {
        "largest_hole": float(inner.max()) / ink.size if inner.size else 0.0,
        "hole_points": float(inner.max()) / PIXELS_PER_POINT**2 if inner.size else 0.0,
        "radius": float(radius.mean()) if radius.size else 0.0,
        "radius_spread": float(radius.std()) if radius.size else 0.0,
    }


def boxed_width(ink: Mask) -> float:
    """Return how wide a straight level line is that ends in a corner on both sides: a label's frame; 0.0 without one.

    The width is in points. A pen's underline runs on beyond the strokes that meet it.
    """
    soft = cv2.dilate(ink, np.ones((3, 3), np.uint8))
    level, upright = (
        parts_of(np.asarray(cv2.morphologyEx(soft, cv2.MORPH_OPEN, np.ones(side, np.uint8)), np.uint8))[1][1:]
        for side in ((1, _LEVEL), (_UPRIGHT, 1))
    )
    middles = upright[:, cv2.CC_STAT_LEFT] + upright[:, cv2.CC_STAT_WIDTH] / 2
    tops = upright[:, cv2.CC_STAT_TOP]
    heights = upright[:, cv2.CC_STAT_HEIGHT]
    widest = 0
    for left, top, width, height, _ in level.tolist():
        starts = np.abs(middles - left) <= _CORNER
        stops = np.abs(middles - left - width) <= _CORNER
        for ends in (tops, tops + heights):
            meets = np.abs(ends - top - height / 2) <= _CORNER
            pairs = np.abs(np.subtract.outer(heights[starts & meets], heights[stops & meets])) <= 2 * _CORNER
            widest = max(widest, width if pairs.any() else 0)
    return widest / PIXELS_PER_POINT


def _best(mask: Mask) -> dict[str, float]:
    if mask.shape[0] < _ROW or not mask.any():
        return {name: 0.0 for name, _ in _SHARES}
    pooled = _pooled(mask)
    rows = pooled.shape[0]
    padded = np.zeros((rows + 1, _COLUMNS + 1), np.uint8)  # enough to count to _COLUMNS
    padded[:rows, 1:] = pooled
    summed = padded.ravel().take(_lanes(rows))
    for column in range(1, _COLUMNS + 1):  # numpy's own running sum takes five times as long
        summed[column] += summed[column - 1]
    best = {}
    for name, share in _SHARES:
        length = round(share * _COLUMNS)
        best[name] = float((summed[length:] - summed[:-length]).max()) / length
    return best


@lru_cache(maxsize=4)
def _lanes(rows: int) -> NDArray[np.intp]:
    """Return, column by column, which places of a padded picture a straight line meets, for each slope and each start.

    The picture has one empty column on its left and one empty row below, which stands for all that is outside.
    """
    across = np.arange(_COLUMNS + 1)
    rise = np.rint(np.linspace(-rows, rows, _SLOPES)[:, None] * (across / _COLUMNS - 0.5)[None, :]).astype(int)
    lane = np.arange(-(rows // 2), rows + rows // 2)[None, :, None] + rise[:, None, :]
    row = np.where((lane >= 0) & (lane < rows), lane, rows)
    places = (row * (_COLUMNS + 1) + across).reshape(-1, _COLUMNS + 1)
    return np.ascontiguousarray(places.T, np.intp)


def _pooled(mask: Mask) -> NDArray[np.bool_]:
    """Return a small picture: set where any pixel of its part, or of the part below, is."""
    rows = mask.shape[0] // _ROW
    high = (mask[: rows * _ROW] > 0).reshape(rows, _ROW, -1).any(axis=1)
    edges = np.linspace(0, mask.shape[1], _COLUMNS, endpoint=False).astype(int)
    wide = np.maximum.reduceat(high, edges, axis=1)
    wide[:-1] |= wide[1:]
    return np.asarray(wide, np.bool_)
