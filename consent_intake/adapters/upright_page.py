"""A page of text turned so that its lines run from left to right, whichever way it was scanned or photographed."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from consent_intake.adapters.page_plane import GreyPixels, Points, moved

LONGEST_SIDE: Final = 2000
"""Pixels: 180 dpi for a letter page; more gains nothing for words and doubles the time."""

_LOOK_SIDE: Final = 700
_MOST_SKEW: Final = 14.0
_STEP: Final = 1.0
_PAPER: Final = 255.0
_DARK: Final = 190
_LONGEST_WORD: Final = 110
"""Pixels of the small picture."""


@dataclass(frozen=True)
class UprightPage:
    """A turned page.

    Attributes:
        page: grey pixels, paper white.
        to_picture: 3 x 3, from its pixels to the picture's.
    """

    page: GreyPixels
    to_picture: Points

    def upside_down(self) -> "UprightPage":
        """Return the page turned by half."""
        height, width = self.page.shape
        half = np.array([[-1.0, 0, width - 1], [0, -1, height - 1], [0, 0, 1]])
        return UprightPage(np.ascontiguousarray(self.page[::-1, ::-1]), self.to_picture @ half)


def upright(picture: GreyPixels) -> UprightPage:
    """Turn a page by quarters and small angles until its lines run across; it may still stand on its head."""
    page = _even(picture)
    marks = _ink(page)
    across, down = _clear_lines(marks), _clear_lines(np.ascontiguousarray(np.rot90(marks)))
    quarter = 1 if down > across else 0
    if quarter:
        marks = np.ascontiguousarray(np.rot90(marks))
    degrees = _skew(marks)
    matrix = _turn(page, quarter, degrees)
    height, width = page.shape[::-1] if quarter else page.shape
    turned = cv2.warpAffine(page, matrix[:2], (width, height), flags=cv2.INTER_LINEAR, borderValue=(_PAPER,))
    shrink = np.diag([page.shape[1] / picture.shape[1], page.shape[0] / picture.shape[0], 1.0])
    return UprightPage(turned.astype(np.uint8, copy=False), np.asarray(np.linalg.inv(matrix @ shrink), float))


def box_on_picture(page: UprightPage, left: float, top: float, right: float, bottom: float) -> tuple[float, ...]:
    """Return left, top, right, bottom of what a box of the upright page covers on the picture."""
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], float)
    there = moved(corners, page.to_picture)
    return (*there.min(axis=0), *there.max(axis=0))


def _even(picture: GreyPixels) -> GreyPixels:
    """Return the picture in reading size with shadows and grey paper taken away."""
    scale = min(LONGEST_SIDE / max(picture.shape), 1.0)
    size = (max(round(picture.shape[1] * scale), 1), max(round(picture.shape[0] * scale), 1))
    page = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    small = cv2.resize(page, (max(size[0] // 8, 1), max(size[1] // 8, 1)), interpolation=cv2.INTER_AREA)
    paper = cv2.GaussianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8)), (0, 0), 3)
    around = cv2.resize(paper, size, interpolation=cv2.INTER_LINEAR)
    return cv2.divide(page, np.maximum(around, 1), scale=_PAPER).astype(np.uint8, copy=False)


def _ink(page: GreyPixels) -> NDArray[np.float32]:
    """Return where words are, 0 to 1; lines, streaks and edges would hide which way the words run."""
    scale = _LOOK_SIDE / max(page.shape)
    small = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    dark = np.where(small < _DARK, 255, 0).astype(np.uint8)
    _, parts, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    longer = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    letters = (longer <= _LONGEST_WORD) & (longer > 1)
    letters[0] = False
    return np.asarray(letters[parts], np.float32)


def _clear_lines(ink: NDArray[np.float32]) -> float:
    """Return how clearly rows of words are told from the gaps between them, at the best small angle."""
    return max(_contrast(ink, degrees) for degrees in np.arange(-_MOST_SKEW, _MOST_SKEW + 1, 2 * _STEP))


def _skew(ink: NDArray[np.float32]) -> float:
    rough = max(np.arange(-_MOST_SKEW, _MOST_SKEW + 1, _STEP), key=lambda degrees: _contrast(ink, float(degrees)))
    fine = max(np.arange(rough - _STEP, rough + _STEP, _STEP / 4), key=lambda degrees: _contrast(ink, float(degrees)))
    return float(fine)


def _contrast(ink: NDArray[np.float32], degrees: float) -> float:
    height, width = ink.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    rows = cv2.warpAffine(ink, matrix, (width, height)).sum(axis=1)
    return float(np.square(np.diff(rows)).sum())


def _turn(page: GreyPixels, quarter: int, degrees: float) -> Points:
    """Return the 3 x 3 that turns by quarters anticlockwise, and then by degrees around the middle."""
    height, width = page.shape
    first = np.array([[0, 1.0, 0], [-1, 0, width - 1], [0, 0, 1]]) if quarter else np.eye(3)
    if quarter:
        height, width = width, height
    second = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0), [0, 0, 1]])
    return np.asarray(second @ first, float)
