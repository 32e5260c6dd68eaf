"""Measures that tell a hand from print: lines that letters stand on, strokes of one width, letters that come twice."""

import cv2
import numpy as np
from numpy.typing import NDArray

from consent_intake.adapters.form_ink import Mask
from consent_intake.adapters.page_finder import PIXELS_PER_POINT

_REACH = 5
"""Pixels to each side over which a foot or a top is the lowest or the highest."""
_NEAR = 1.6
"""Pixels from a line that still stand on it."""
_TILTS = np.tan(np.deg2rad(np.arange(-6.0, 6.5, 1.0)))
_FEWEST = 3
_DIRECTIONS = 6
_HALF = 2
_PATCH = 12
"""Pixels of the halved picture, 8.6 points: a letter."""
_PATCHES = 16
_LIFT = 2
_PATCH_INK = 8.0


def hand_measures(ink: Mask, thin: Mask) -> dict[str, float]:
    """Return measures of ink and its centre lines, both cut to the ink's extent."""
    return _standing(ink) | _widths(ink, thin) | _twins(ink) | _rows(ink)


def _standing(ink: Mask) -> dict[str, float]:
    """How many of the letters' feet and tops lie on one straight line, and how far off it the others are."""
    columns = np.nonzero(ink.any(axis=0))[0]
    on = ink[:, columns] > 0
    lowest = ink.shape[0] - 1.0 - np.argmax(on[::-1], axis=0)
    highest = np.argmax(on, axis=0).astype(np.float64)
    feet, tops = _on_one_line(columns, lowest), _on_one_line(columns, -highest)
    return {
        "feet": float(feet[0]),
        "feet_on_line": feet[1],
        "feet_off_line": feet[2],
        "tops_on_line": tops[1],
        "tops_off_line": tops[2],
    }


def _on_one_line(columns: NDArray[np.intp], edge: NDArray[np.float64]) -> tuple[int, float, float]:
    """Return how many local extremes an edge has, the share on the best line, and the median distance, points."""
    smooth = np.convolve(np.pad(edge, 1, mode="edge"), np.full(3, 1 / 3), mode="valid")
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(smooth, _REACH, mode="edge"), 2 * _REACH + 1)
    peaks = np.nonzero((smooth >= windows.max(axis=1)) & (np.ptp(windows, axis=1) > 1.0))[0]
    peaks = peaks[np.diff(peaks, prepend=-2 * _REACH) > _REACH]
    if peaks.size < _FEWEST:
        return int(peaks.size), 0.0, 0.0
    x, y = columns[peaks].astype(np.float64), smooth[peaks]
    best, off = 0.0, 0.0
    for tilt in _TILTS:
        level = y - tilt * x
        near = np.abs(level[:, None] - level[None, :]) <= _NEAR
        share = float(near.mean(axis=1).max())
        if share > best:
            middle = level[int(near.sum(axis=1).argmax())]
            best, off = share, float(np.median(np.abs(level - middle)))
    return int(peaks.size), best, off / PIXELS_PER_POINT


def _widths(ink: Mask, thin: Mask) -> dict[str, float]:
    """How wide level strokes are beside upright ones, and how much widths differ within one direction."""
    inside = cv2.distanceTransform(cv2.copyMakeBorder(ink, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 5)[1:-1, 1:-1]
    soft = cv2.GaussianBlur((thin > 0).astype(np.float32), (0, 0), 1.5)
    across, down = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    xx, yy, xy = (cv2.GaussianBlur(part, (0, 0), 2.0) for part in (across**2, down**2, across * down))
    on = thin > 0
    half = inside[on].astype(np.float64)
    if not half.size:
        return {"width_ratio": 1.0, "width_rest": 0.0}
    angle = 0.5 * np.arctan2(2 * xy[on], xx[on] - yy[on]) / np.pi
    place = np.floor((angle + 0.5 + 0.5 / _DIRECTIONS) * _DIRECTIONS).astype(int) % _DIRECTIONS
    counts = np.bincount(place, minlength=_DIRECTIONS)
    means: NDArray[np.float64] = np.bincount(place, half, minlength=_DIRECTIONS) / np.maximum(counts, 1)
    used = means[counts >= max(0.05 * half.size, 1)]
    rest = float((half - means[place]).std()) / max(float(half.mean()), 1e-6)
    return {"width_ratio": float(used.max() / max(used.min(), 1e-6)) if used.size else 1.0, "width_rest": rest}


def _twins(ink: Mask) -> dict[str, float]:
    """How like each other the most alike letters are: print has the same letter twice, a hand never."""
    size = (max(ink.shape[1] // _HALF, 1), max(ink.shape[0] // _HALF, 1))
    half = cv2.resize(ink, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    small = np.asarray(cv2.GaussianBlur(half, (0, 0), 0.8), np.float32)
    width = small.shape[1]
    if width < 3 * _PATCH:
        return {"twin": 0.0, "twins": 0.0}
    padded = cv2.copyMakeBorder(small, _LIFT, _LIFT, 0, 0, cv2.BORDER_CONSTANT, value=(0.0,))
    likeness = []
    for left in np.linspace(0, width - _PATCH, _PATCHES).astype(int):
        patch = np.ascontiguousarray(small[:, left : left + _PATCH])
        if patch.sum() < _PATCH_INK:
            continue
        found = cv2.matchTemplate(padded, patch, cv2.TM_CCOEFF_NORMED).max(axis=0)
        found[max(left - _PATCH, 0) : left + _PATCH] = 0.0
        likeness.append(float(found.max()))
    best = sorted(likeness, reverse=True)
    return {
        "twin": best[0] if best else 0.0,
        "twins": float(np.mean(best[: max(len(best) // 3, 1)])) if best else 0.0,
    }


def _rows(ink: Mask) -> dict[str, float]:
    """How the ink spreads over rows and columns: print has even rows and regular gaps."""
    by_row, by_column = ink.sum(axis=1, dtype=np.float64), ink.any(axis=0)
    changes = np.diff(np.concatenate([[0], by_column.astype(np.int8), [0]]))
    starts, stops = np.nonzero(changes == 1)[0], np.nonzero(changes == -1)[0]
    gaps = (starts[1:] - stops[:-1]) / PIXELS_PER_POINT
    shares = by_row / max(float(by_row.sum()), 1.0)
    peaks = float(np.sort(shares)[-max(by_row.size // 10, 1) :].sum())
    centre = float((shares * np.arange(by_row.size)).sum()) / max(by_row.size - 1, 1)
    return {
        "gaps": 100 * gaps.size / max(ink.shape[1] / PIXELS_PER_POINT, 1.0),
        "widest_gap": float(gaps.max()) if gaps.size else 0.0,
        "columns_inked": float(by_column.mean()),
        "row_peak": peaks,
        "row_centre": centre,
    }
