"""Places of the form's own print, looked for on a straightened page: do they lie where the layout has them?

Frames of boxes, headings and words of the empty form. Around each spot a small piece of the empty form is compared
with the page, a few points in every direction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from consent_intake.adapters.page_plane import FORM, PIXELS_PER_POINT, GreyPixels, Points, corners_of
from schemas.values import Language
from services.consent_form.blank import blank_form_raster

_HALVED: Final = 0.5
"""Looking at 100 dpi takes a quarter of the time and still places a spot within 0.15 points."""

SCALE: Final = PIXELS_PER_POINT * _HALVED
_REACH: Final = 11
"""Half a piece's side, pixels at 100 dpi: 8 points."""

SEARCH: Final = 10
"""Pixels at 100 dpi, 7 points: less than half a comb cell, so that no cell is taken for its neighbor."""

_MORE_SPOTS: Final = 60
_APART: Final = 34.0


@dataclass(frozen=True)
class Spots:
    """Pieces of print.

    Attributes:
        at: N x 2, middle of each piece, page points.
        boxes: name of the box whose corner it is; empty for other print.
        pieces: N pieces, 100 dpi.
    """

    at: Points
    boxes: tuple[str, ...]
    pieces: tuple[GreyPixels, ...]


@dataclass(frozen=True)
class SpotsSeen:
    """The spots found on a page.

    Attributes:
        off: N x 2, how far each is from its place, points; 0.0 where the page shows nothing alike.
        fit: N, how alike it is, -1 to 1; 0.0 for a spot at the limit of the search.
        fit_in_place: N, how alike is what lies where the spot should be.
    """

    off: Points
    fit: NDArray[np.float64]
    fit_in_place: NDArray[np.float64]


@lru_cache(maxsize=len(Language) + 1)
def spots_of(language: Language | None) -> Spots:
    """Return the spots of a form; of what the forms in all languages share when the language is not known."""
    blank = _halved(_print_of(language))
    corners = [(name, corner) for name, box in FORM.fields.items() for corner in corners_of(box)]
    at = [np.rint(corner * SCALE - 0.5) for _, corner in corners]
    names = [name for name, _ in corners]
    for spot in _telling_print(blank):
        if min(np.hypot(*(spot - other)) for other in at) >= _APART * 0.8:
            at.append(spot)
            names.append("")
    whole = np.array(blank.shape[::-1]) - _REACH - SEARCH
    kept = [index for index, spot in enumerate(at) if (spot >= _REACH + SEARCH).all() and (spot < whole).all()]
    pieces = tuple(_around(blank, at[index].tolist(), _REACH) for index in kept)
    middles = (np.array([at[index] for index in kept]) + 0.5) / SCALE
    return Spots(middles, tuple(names[index] for index in kept), pieces)


def seen_on(page: GreyPixels, spots: Spots) -> SpotsSeen:
    """Look for every spot on a straightened page of 200 dpi."""
    small = _halved(page)
    off, fit, here = np.zeros((len(spots.at), 2)), np.zeros(len(spots.at)), np.zeros(len(spots.at))
    middles = np.rint(spots.at * SCALE - 0.5).astype(int).tolist()
    for index, (middle, piece) in enumerate(zip(middles, spots.pieces, strict=True)):
        window = _around(small, middle, _REACH + SEARCH)
        alike = cv2.matchTemplate(window, piece, cv2.TM_CCOEFF_NORMED)
        here[index] = alike[SEARCH - 1 : SEARCH + 2, SEARCH - 1 : SEARCH + 2].max()
        _, best, _, (x, y) = cv2.minMaxLoc(alike)
        if 0 < x < 2 * SEARCH and 0 < y < 2 * SEARCH and np.isfinite(best):
            fit[index] = best
            right = x + _between(alike[y, x - 1 : x + 2])
            down = y + _between(alike[y - 1 : y + 2, x])
            off[index] = (right - SEARCH) / SCALE, (down - SEARCH) / SCALE
    return SpotsSeen(off, fit, here)


def _between(values: NDArray[Any]) -> float:
    """Return where a parabola through three neighbors has its top, from -0.5 to 0.5."""
    before, top, after = values.tolist()
    curve = before - 2 * top + after
    return 0.0 if curve >= 0 else min(max(0.5 * (before - after) / curve, -0.5), 0.5)


def _around(picture: GreyPixels, middle: Sequence[float], reach: int) -> GreyPixels:
    x, y = (int(place) for place in middle)
    return picture[y - reach : y + reach + 1, x - reach : x + reach + 1]


def _halved(page: GreyPixels) -> GreyPixels:
    return cv2.resize(page, None, fx=_HALVED, fy=_HALVED, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _print_of(language: Language | None) -> GreyPixels:
    if language is not None:
        return blank_form_raster(language)
    shared = np.full_like(blank_form_raster(Language.ENGLISH), 0)
    for each in Language:
        shared = np.maximum(shared, blank_form_raster(each))
    return shared


def _telling_print(blank: GreyPixels) -> list[Points]:
    """Return middles of print that can be told from its surroundings in both directions, best first."""
    soft = cv2.GaussianBlur(blank, (0, 0), 1.5)
    found: object = cv2.goodFeaturesToTrack(soft, _MORE_SPOTS, 0.02, _APART, blockSize=15)
    return [] if found is None else [np.rint(spot) for spot in np.asarray(found, float).reshape(-1, 2)]
