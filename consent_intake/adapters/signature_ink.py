"""Measure the ink in the signature box. What the measures mean is in rules/signature_rules.py."""

import cv2
import numpy as np
from numpy.typing import NDArray

from consent_intake.adapters.form_ink import InkBox, Mask
from consent_intake.adapters.page_finder import PIXELS_PER_POINT
from consent_intake.rules.form_reading import SignatureInk, ZoneWord

Places = NDArray[np.intp]

LINE_TOLERANCE = 2
"""Pixels at 200 dpi that a stroke may stray from a straight line and still lie on it."""

_SMALLEST_LINE = 8
_ANGLES = 90

_MOST_THINNING = 12
"""Passes; enough for a stroke of 24 pixels (8.6 points). What is thicker was not written with a pen."""


def measure(box: InkBox, words: tuple[ZoneWord, ...] = ()) -> SignatureInk:
    """Return the measures of the ink in a box, lengths in points, and the words that were recognised in it."""
    ink = box.ink
    rows, columns = np.nonzero(ink)
    if rows.size == 0:
        return SignatureInk(words=words)
    count, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    parts = np.maximum(stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT])
    thin = _centre_lines(ink)
    length = float(np.count_nonzero(thin)) * 1.12  # a diagonal step is longer than a pixel: mean over directions
    area = float(rows.size)
    return SignatureInk(
        area=area / PIXELS_PER_POINT**2,
        stroke_length=length / PIXELS_PER_POINT,
        height=float(np.ptp(rows) + 1) / PIXELS_PER_POINT,
        width=float(np.ptp(columns) + 1) / PIXELS_PER_POINT,
        largest_part=float(parts.max()) / PIXELS_PER_POINT,
        straightness=_straightness(thin),
        components=count - 1,
        solidity=area / _hull_area(rows, columns),
        stroke_width=area / max(length, 1.0) / PIXELS_PER_POINT,
        words=words,
    )


def _centre_lines(ink: Mask) -> Mask:
    """Thin strokes to one pixel (Zhang and Suen, 1984), after closing the gaps that the form's own lines left."""
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3)))
    image = np.pad((closed > 0).astype(np.uint8), 1)
    for _ in range(_MOST_THINNING):
        changed = False
        for second in (False, True):
            gone = _removable(image, second=second)
            if gone.any():
                image[gone] = 0
                changed = True
        if not changed:
            break
    return np.asarray(image[1:-1, 1:-1] * 255, dtype=np.uint8)


def _removable(image: Mask, *, second: bool) -> NDArray[np.bool_]:
    around = [np.roll(image, shift, (0, 1)) for shift in _CLOCKWISE]
    north, east, south, west = around[0], around[2], around[4], around[6]
    neighbours = sum(around[1:], around[0])
    turns = sum(((around[i] == 0) & (around[(i + 1) % 8] == 1)).astype(np.uint8) for i in range(8))
    if second:
        sides = ((north * east * west) == 0) & ((north * south * west) == 0)
    else:
        sides = ((north * east * south) == 0) & ((east * south * west) == 0)
    return np.asarray((image == 1) & (neighbours >= 2) & (neighbours <= 6) & (turns == 1) & sides)  # noqa: PLR2004


_CLOCKWISE = ((1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1))
"""Shifts that bring each neighbour onto its pixel: north first, then clockwise."""


def _straightness(thin: Mask) -> float:
    """Share of the centre line that lies on the one straight line that holds the most of it."""
    rows, columns = np.nonzero(thin)
    if rows.size < _SMALLEST_LINE:
        return 1.0
    best = 0
    for angle in np.linspace(0, np.pi, _ANGLES, endpoint=False):
        away = np.round((columns * np.cos(angle) + rows * np.sin(angle)) / (2 * LINE_TOLERANCE)).astype(np.int64)
        best = max(best, int(np.bincount(away - away.min()).max()))
    return best / rows.size


def _hull_area(rows: Places, columns: Places) -> float:
    points = np.stack([columns, rows], axis=1).astype(np.int32)
    return max(float(cv2.contourArea(cv2.convexHull(points))), 1.0)
