"""Find the page by its print alone, when too few marks are left: features of the empty form on the picture."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from consent_intake.adapters.page_plane import PIXELS_PER_POINT, GreyPixels, Plane, Points, plane_of
from schemas.values import Language
from services.consent_form.blank import blank_form_raster

_PICTURE_SIDE: Final = 1100
_FORM_SIDE: Final = 1000
_FEATURES: Final = 2000
_LEAST_PAIRS: Final = 30
"""Pairs that agree on one plane: a page without our print has at most 16, one with it at least 36."""

_OFF: Final = 6.0
_TRIES: Final = 3000
_FAX_LINES: Final = 204 / 98


@dataclass(frozen=True)
class _Features:
    at: Points
    descriptors: NDArray[np.uint8]


def planes_by_print(picture: GreyPixels, language: Language | None) -> Iterator[Plane]:
    """Yield planes that the form's print suggests, best way of looking first; each still has to be checked."""
    languages = tuple(Language) if language is None else (language,)
    for stretch in _stretches(picture):
        seen = _features(picture, _PICTURE_SIDE, stretch)
        for each in languages:
            plane = _matched(seen, _form_features(each))
            if plane is not None:
                yield plane


def _stretches(picture: GreyPixels) -> Iterator[tuple[float, float]]:
    """Yield how the pixels are stretched before looking: a fax in standard resolution has half as many lines."""
    yield 1.0, 1.0
    height, width = picture.shape
    if width > height:
        yield 1.0, _FAX_LINES
    if height > width:
        yield _FAX_LINES, 1.0


@lru_cache(maxsize=len(Language))
def _form_features(language: Language) -> _Features:
    blank = cv2.GaussianBlur(blank_form_raster(language), (0, 0), 0.8).astype(np.uint8, copy=False)
    found = _features(blank, _FORM_SIDE, (1.0, 1.0))
    return _Features((found.at + 0.5) / PIXELS_PER_POINT, found.descriptors)


def _features(picture: GreyPixels, side: int, stretch: tuple[float, float]) -> _Features:
    height, width = picture.shape
    scale = min(side / max(width * stretch[0], height * stretch[1]), 1.0)
    factors = np.array(stretch) * scale
    size = (max(round(width * factors[0]), 1), max(round(height * factors[1]), 1))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    finder = cv2.ORB.create(nfeatures=_FEATURES, scaleFactor=1.25, nlevels=6, fastThreshold=12)
    points, descriptors = finder.detectAndCompute(small, None)
    if not points:
        return _Features(np.zeros((0, 2)), np.zeros((0, 32), np.uint8))
    at = (np.array([point.pt for point in points], dtype=float) + 0.5) / factors - 0.5
    return _Features(at, np.asarray(descriptors, np.uint8))


def _matched(seen: _Features, form: _Features) -> Plane | None:
    if len(seen.at) < _LEAST_PAIRS:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(seen.descriptors, form.descriptors)
    if len(pairs) < _LEAST_PAIRS:
        return None
    on_picture = seen.at[[pair.queryIdx for pair in pairs]]
    on_form = form.at[[pair.trainIdx for pair in pairs]]
    matrix, agreeing = cv2.findHomography(on_picture, on_form, cv2.USAC_MAGSAC, _OFF, maxIters=_TRIES, confidence=0.999)
    if int(agreeing.sum()) < _LEAST_PAIRS:
        return None
    return plane_of(matrix, on_picture[agreeing.ravel() > 0], on_form[agreeing.ravel() > 0])


def prepare_print_match() -> None:
    """Work out the features of the empty forms."""
    for language in Language:
        _form_features(language)
