"""Measure the ink in the signature box. What the measures are used for is in rules/signature_rules.py.

Lengths are in points. Every measure is finite whatever the box holds, since the model gets them all.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from consent_intake.adapters.centre_lines import (
    ends_and_crossings,
    length_of,
    straight_lines,
    thinned,
    without_through_lines,
)
from consent_intake.adapters.faint_remains import remains_measures
from consent_intake.adapters.form_ink import INSET, GreyPixels, InkBox, Mask
from consent_intake.adapters.ink_parts import parts_of
from consent_intake.adapters.long_lines import boxed_width, line_measures, ring_measures
from consent_intake.adapters.page_finder import PIXELS_PER_POINT
from consent_intake.adapters.print_likeness import hand_measures
from consent_intake.rules.form_reading import Crop, SignatureInk, ZoneWord
from schemas.values import Language
from services.consent_form.layout import layout

_FORM = layout(Language.ENGLISH)
_LINE_FROM_BOTTOM = (_FORM.signature.bottom - INSET - _FORM.signature_baseline) * PIXELS_PER_POINT
_SIGNATURE_ROWS = (_FORM.signature.height - 2 * INSET) * PIXELS_PER_POINT

_BRIDGE = 13
"""Pixels: the printed line and its growth took this much out of every stroke that crosses it."""

THICK = 2.2
"""Points from a stroke's middle to its edge: thicker is no pen's."""

_WHOLE = 0.92
"""Share of the box's side that ink from edge to edge takes, after the form's frame is taken away."""

_LETTER = 3.0
"""Points: smaller parts are no letters."""

_BINS = 12
_EDGE = 3
_FAINT_BY = 11.0
"""Least difference from paper, of 255, that may be what a copier or a pale pen left of a stroke."""
_FAINT_DEVIATIONS = 4.0
_FAINT_CURVE = 3.0
"""Points that a part must measure the other way too: a pale crease or streak is no pen's stroke."""
_FAINT_STRAIGHT = 6.0
"""So many times longer than wide is straight."""
_LOOP = 1.2
"""Square points: smaller holes are grain."""

_LINE_ROW = round(_SIGNATURE_ROWS - _LINE_FROM_BOTTOM)
_PRINTED = (
    (slice(_LINE_ROW - 7, _LINE_ROW + 7), slice(None)),
    (slice(_LINE_ROW - 36, _LINE_ROW), slice(14, 56)),
)
"""The printed line and the printed X (10 to 18 points from the left), with what a fax may shift them by."""

NOTHING = {
    "stroke_length": 0.0,
    "height": 0.0,
    "width": 0.0,
    "largest_part": 0.0,
    "area": 0.0,
    "own_length": 0.0,
    "own_part": 0.0,
}
"""Measures of an empty box; the model is not asked."""


def measure(box: InkBox, words: tuple[ZoneWord, ...] = (), crop: Crop | None = None) -> SignatureInk:
    """Return the measures of the ink in a box, lengths in points, and the words that were recognised in it."""
    ink = _bridged(box.ink)
    if not ink.any():
        return SignatureInk(measures=NOTHING | _faint(_hardly_visible(box)), words=words, crop=crop)
    top, left, height, width = _extent(ink)
    close = ink[top : top + height, left : left + width]
    thin = thinned(close)
    measures = {
        "height": height / PIXELS_PER_POINT,
        "width": width / PIXELS_PER_POINT,
        "above_line": (ink.shape[0] - _LINE_FROM_BOTTOM - top - height / 2) / PIXELS_PER_POINT,
        "from_left": left / ink.shape[1],
        "across": width / ink.shape[1],
        "down": height / ink.shape[0],
        "at_edges": _at_edges(ink),
    }
    measures |= _stroke_measures(close, thin) | _line_measures(thin) | _part_measures(close)
    measures |= _own(thin, across=width >= _WHOLE * ink.shape[1], down=height >= _WHOLE * ink.shape[0])
    pale = _hardly_visible(box)
    measures |= _tone(box.grey, box.ink) | _faint(pale)
    if _is_signature_box(ink):
        measures |= remains_measures(box.grey, box.ink, _LINE_ROW)
    measures["boxed"] = boxed_width(ink)
    measures |= hand_measures(close, thin) | ring_measures(close) | line_measures(ink, pale | ink)
    return SignatureInk(measures={k: round(float(v), 5) for k, v in measures.items()}, words=words, crop=crop)


def _bridged(ink: Mask) -> Mask:
    """Close the gap that the printed line left in strokes that cross it."""
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    if not _is_signature_box(ink):
        return np.asarray(closed, np.uint8)
    middle = round(ink.shape[0] - _LINE_FROM_BOTTOM)
    rows = slice(max(middle - _BRIDGE, 0), middle + _BRIDGE)
    upright = cv2.getStructuringElement(cv2.MORPH_RECT, (1, _BRIDGE))
    closed[rows] = cv2.morphologyEx(closed[rows], cv2.MORPH_CLOSE, upright)
    return np.asarray(closed, np.uint8)


def _is_signature_box(ink: Mask) -> bool:
    """Return whether a mask is the signature box's: the witness's is lower and has no printed line."""
    return bool(abs(ink.shape[0] - _SIGNATURE_ROWS) <= _EDGE)


def _extent(ink: Mask) -> tuple[int, int, int, int]:
    """Return top, left, height and width of all ink, pixels."""
    rows, columns = np.nonzero(ink.any(axis=1))[0], np.nonzero(ink.any(axis=0))[0]
    return int(rows[0]), int(columns[0]), int(rows[-1] - rows[0] + 1), int(columns[-1] - columns[0] + 1)


def _at_edges(ink: Mask) -> float:
    """Return at how many of the four sides ink runs out of the box."""
    sides = (ink[:_EDGE], ink[-_EDGE:], ink[:, :_EDGE], ink[:, -_EDGE:])
    return float(sum(bool(side.any()) for side in sides))


def _stroke_measures(ink: Mask, thin: Mask) -> dict[str, float]:
    """How long, how wide and how even the strokes are."""
    inside = cv2.distanceTransform(cv2.copyMakeBorder(ink, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 3)[1:-1, 1:-1]
    half = inside[thin > 0] / PIXELS_PER_POINT
    area = float(np.count_nonzero(ink))
    points, _ = cv2.findContours(ink, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    hull = float(cv2.contourArea(cv2.convexHull(np.concatenate(points))))
    mean = float(half.mean()) if half.size else 0.0
    return {
        "area": area / PIXELS_PER_POINT**2,
        "stroke_length": length_of(thin) / PIXELS_PER_POINT,
        "stroke_width": 2 * mean,
        "width_variation": float(half.std()) / max(mean, 1e-6) if half.size else 0.0,
        "thickest": 2 * float(inside.max()) / PIXELS_PER_POINT,
        "thick_share": float(np.count_nonzero(inside > THICK * PIXELS_PER_POINT)) / area,
        "solidity": min(area / max(hull, 1.0), 1.0),
    }


def _line_measures(thin: Mask) -> dict[str, float]:
    """How straight the strokes are, which way they run, where they end and cross."""
    straight = straight_lines(thin)
    ends, crossings = ends_and_crossings(thin)
    per_100 = 100 * PIXELS_PER_POINT / max(length_of(thin), 1.0)
    return {
        "straightness": straight.share,
        "two_lines": straight.two_shares,
        "longest_line": straight.reach / PIXELS_PER_POINT,
        "ends": ends * per_100,
        "crossings": crossings * per_100,
        **_directions(thin),
    }


def _own(thin: Mask, *, across: bool, down: bool) -> dict[str, float]:
    """Length and largest part of what is left without creases and streaks."""
    left = without_through_lines(thin, across=across, down=down)
    _, stats, _ = parts_of(left)
    sides = np.maximum(stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT])
    return {
        "own_length": length_of(left) / PIXELS_PER_POINT,
        "own_part": float(sides.max()) / PIXELS_PER_POINT if sides.size else 0.0,
    }


def _directions(thin: Mask) -> dict[str, float]:
    """Entropy of the strokes' directions, shares that run level and upright, and how much they agree locally."""
    soft = cv2.GaussianBlur((thin * 255).astype(np.float32), (0, 0), 1.5)
    across, down = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    xx, yy, xy = (cv2.GaussianBlur(part, (0, 0), 2.0) for part in (across**2, down**2, across * down))
    on = thin > 0
    angle = 0.5 * np.arctan2(2 * xy[on], xx[on] - yy[on])
    strength = np.hypot(xx[on] - yy[on], 2 * xy[on]) / np.maximum(xx[on] + yy[on], 1e-6)
    counts = np.histogram(angle, _BINS, (-np.pi / 2, np.pi / 2))[0] / max(angle.size, 1)
    shares = counts[counts > 0]
    mean = np.exp(2j * angle).mean() if angle.size else 0j
    return {
        "direction_entropy": float(-(shares * np.log2(shares)).sum()),
        "level_share": float(np.mean(np.abs(angle) > np.deg2rad(80))) if angle.size else 0.0,
        "upright_share": float(np.mean(np.abs(angle) < np.deg2rad(10))) if angle.size else 0.0,
        "coherence": float(strength.mean()) if strength.size else 0.0,
        "slant_x": float(mean.real),
        "slant_y": float(mean.imag),
    }


@dataclass(frozen=True)
class _Parts:
    lefts: NDArray[np.float64]
    tops: NDArray[np.float64]
    widths: NDArray[np.float64]
    heights: NDArray[np.float64]
    areas: NDArray[np.float64]


def _parts(ink: Mask) -> _Parts:
    _, stats, _ = parts_of(ink)
    found = stats[1:].astype(np.float64)
    by_length = found[:, :4] / PIXELS_PER_POINT
    return _Parts(by_length[:, 0], by_length[:, 1], by_length[:, 2], by_length[:, 3], found[:, 4])


def _part_measures(ink: Mask) -> dict[str, float]:
    """What the connected parts are like: print comes in many, alike and on one line."""
    parts = _parts(ink)
    letters = np.maximum(parts.widths, parts.heights) >= _LETTER
    heights, feet = parts.heights[letters], (parts.tops + parts.heights)[letters]
    count, total = int(letters.sum()), max(float(parts.areas.sum()), 1.0)
    mean = float(heights.mean()) if count else 0.0
    holes, outlines = _holes(ink)
    return {
        "largest_part": float(np.maximum(parts.widths, parts.heights).max()),
        "largest_share": float(parts.areas.max()) / total,
        "parts": float(parts.areas.size),
        "letters": float(count),
        "letters_spread": float(heights.std()) / max(mean, 1e-6) if count > 1 else 1.0,
        "feet_spread": _median_spread(feet) / max(mean, 1e-6) if count > 1 else 1.0,
        "letter_width": float(np.median(parts.widths[letters])) if count else 0.0,
        "loops": float(holes),
        "loop_area": outlines,
    }


def _median_spread(values: NDArray[np.float64]) -> float:
    return float(np.median(np.abs(values - np.median(values))))


def _holes(ink: Mask) -> tuple[int, float]:
    """Return how many areas the strokes enclose, and their size in square points."""
    padded = cv2.copyMakeBorder(cv2.bitwise_not(ink), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(255.0,))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(padded, connectivity=4)
    sizes = np.delete(stats[:, cv2.CC_STAT_AREA], [0, int(labels[0, 0])]) / PIXELS_PER_POINT**2
    real = sizes[sizes > _LOOP]
    return int(real.size), float(real.sum())


def _tone(grey: GreyPixels, ink: Mask) -> dict[str, float]:
    """How dark the ink is and how much that changes: creases and smudges are pale or uneven."""
    tones = 255.0 - grey[ink > 0].astype(np.float64)
    return {
        "darkness": float(np.median(tones)) / 255,
        "darkness_spread": float(np.percentile(tones, 90) - np.percentile(tones, 25)) / 255,
    }


def _hardly_visible(box: InkBox) -> Mask:
    """Return what is a little darker than paper, ink included, the form's own print left out: 1 there, 0 elsewhere."""
    grey = cv2.GaussianBlur(box.grey, (0, 0), 1.2).astype(np.uint8, copy=False)
    counts = np.bincount(grey.ravel(), minlength=256)
    greys = np.arange(256.0)
    middle = _median(greys, counts)
    away = np.abs(greys - middle)
    order = np.argsort(away, kind="stable")
    spread = _median(away[order], counts[order])
    dark = (grey < middle - max(_FAINT_BY, _FAINT_DEVIATIONS * spread)).astype(np.uint8)
    if _is_signature_box(dark):
        for rows, columns in _PRINTED:
            dark[rows, columns] = 0
    return np.asarray(dark, np.uint8)


def _median(values: NDArray[np.float64], counts: NDArray[np.intp]) -> float:
    """Return the median of rising values, each of which is there so many times: quicker than to sort them all."""
    upto = np.cumsum(counts)
    both = np.searchsorted(upto, [(upto[-1] - 1) // 2, upto[-1] // 2], side="right")
    return float(values[both].mean())


def _faint(dark: Mask) -> dict[str, float]:
    """Largest bent part of what is hardly darker than paper: a stroke that a copier nearly erased."""
    _, stats, _ = parts_of(dark[_EDGE:-_EDGE, _EDGE:-_EDGE])
    wide, high = stats[1:, cv2.CC_STAT_WIDTH] / PIXELS_PER_POINT, stats[1:, cv2.CC_STAT_HEIGHT] / PIXELS_PER_POINT
    through = (wide >= _WHOLE * dark.shape[1] / PIXELS_PER_POINT) | (high >= _WHOLE * dark.shape[0] / PIXELS_PER_POINT)
    longer, shorter = np.maximum(wide, high), np.minimum(wide, high)
    curved = longer[(shorter >= np.maximum(_FAINT_CURVE, longer / _FAINT_STRAIGHT)) & ~through]
    return {"faint_part": float(curved.max()) if curved.size else 0.0}
