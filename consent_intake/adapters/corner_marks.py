"""The form's four corner marks on a picture, and which of them belong to the same sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from consent_intake.adapters.page_plane import (
    FORM,
    LARGEST_MISFIT,
    GreyPixels,
    Points,
    corners_of,
    moved,
    plane_through,
)

MARK_CORNERS: Final = {mark.marker_id: corners_of(mark.box) for mark in FORM.marks}
"""Where each mark's corners are on the page, in points, in the mark's own order."""

BOTTOM_MARKS: Final = frozenset(mark.marker_id for mark in FORM.marks if mark.box.y > FORM.height / 2)

_QUICK_SIDE: Final = 1200
"""Pixels: looking on a picture of this size takes a third of the time, and a mark of a full page has 40 pixels."""

_ONE_WINDOW: Final = (27, 27)
_WINDOWS: Final = (7, 47)
_WINDOW_STEP: Final = 20
"""Pixels around one that say whether it is dark, from and to: a look at one width takes a third of the time, and showed
as many marks on 61 pictures."""

_SMALLEST_MARK: Final = 0.02
_SMALLEST_QUICK_MARK: Final = 0.04
"""A mark's outline, of the picture's longer side. On the small picture 12 pixels a side, two a module, are the least
that can be read; what is smaller, as every letter is, need not be looked at."""

_LOST_REACH: Final = 3.0
"""Sides of a mark around the place where a lost one is looked for: a page bends by less."""

_SAME_SHEET: Final = 0.3
"""Of the sheet's height: marks that put its middle closer together than this are of one sheet."""

_ALL_MARKS: Final = len(MARK_CORNERS)
_CENTRE: Final = np.array([[FORM.width / 2, FORM.height / 2]])


@dataclass(frozen=True)
class SeenMark:
    """One mark on a picture: its id and its four corners, in the mark's own order, in pixels."""

    marker_id: int
    corners: Points


Sheet = dict[int, Points]
"""The corners, by mark id, of the marks of one sheet."""


def sheets_on(picture: GreyPixels) -> list[Sheet]:
    """Return the sheets whose marks are seen, the one with the most marks first.

    A picture is looked at made smaller. Where that shows three marks of one sheet and nothing else, the fourth is
    looked for in its place, on the picture as it is; where it shows neither that nor one whole sheet, a second and a
    third look follow: at finer and coarser shades, and on the whole picture.
    """
    scale = 1 / max(round(max(picture.shape) / _QUICK_SIDE), 1)  # whole pixels together: a tenth of the time
    small = picture
    if scale < 1:
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    quick = [_refined(picture, mark, scale) for mark in _seen(small, _ONE_WINDOW, _SMALLEST_QUICK_MARK)]
    sheets = sheets_of(quick)
    if len(sheets) == 1 and len(quick) == len(sheets[0]) >= _ALL_MARKS - 1:
        lost = _lost_mark(picture, sheets[0])
        return sheets_of([*quick, *lost])
    marks = [_refined(picture, mark, scale) for mark in _seen(small)]
    if len(marks) < _ALL_MARKS and scale < 1:
        more = _seen(picture)
        marks = more if len(more) >= len(marks) else marks
    return sheets_of(marks)


def _lost_mark(picture: GreyPixels, sheet: Sheet) -> list[SeenMark]:
    """Return the mark that a sheet lacks, looked for where the others say that it is; nothing when it is not there."""
    lost = MARK_CORNERS.keys() - sheet.keys()
    if not lost:
        return []
    seen, wanted = np.concatenate(list(sheet.values())), np.concatenate([MARK_CORNERS[mark] for mark in sheet])
    plane = plane_through(seen, wanted)
    if plane is None or plane.misfit > LARGEST_MISFIT:
        return []
    place = moved(np.concatenate([MARK_CORNERS[mark] for mark in lost]), plane.to_picture)
    reach = _LOST_REACH * float(np.hypot(*(place[0] - place[1])))
    left, top = np.clip(place.min(axis=0) - reach, 0, None).astype(int)
    right, bottom = np.clip(place.max(axis=0) + reach, 0, picture.shape[::-1]).astype(int)
    if min(right - left, bottom - top) < reach:
        return []
    around = np.ascontiguousarray(picture[top:bottom, left:right])
    return [
        SeenMark(mark.marker_id, mark.corners + np.array([left, top]))
        for mark in _seen(around, smallest=_SMALLEST_MARK * max(picture.shape) / max(around.shape))
        if mark.marker_id in lost
    ]


def sheets_of(marks: Sequence[SeenMark]) -> list[Sheet]:
    """Sort marks into sheets: each mark says where the middle of its sheet is.

    A mark that is seen twice on the same sheet says nothing and is dropped.
    """
    groups: list[list[tuple[SeenMark, Points, float]]] = []
    for mark in marks:
        middle, reach = _middle_of_sheet(mark)
        near = (group for group in groups if np.hypot(*(group[0][1] - middle)) < min(reach, group[0][2]))
        group = next(near, None)
        if group is None:
            groups.append([(mark, middle, reach)])
        else:
            group.append((mark, middle, reach))
    sheets = [_seen_once([mark for mark, _, _ in group]) for group in groups]
    return sorted((sheet for sheet in sheets if sheet), key=len, reverse=True)


def _seen_once(marks: Sequence[SeenMark]) -> Sheet:
    ids = [mark.marker_id for mark in marks]
    return {mark.marker_id: mark.corners for mark in marks if ids.count(mark.marker_id) == 1}


def _middle_of_sheet(mark: SeenMark) -> tuple[Points, float]:
    """Return where this mark puts the middle of its sheet, and how far off that may be, in pixels."""
    wanted = MARK_CORNERS[mark.marker_id]
    to_picture, _, _, _ = np.linalg.lstsq(np.column_stack([wanted, np.ones(4)]), mark.corners, rcond=None)
    middle = np.array([*_CENTRE[0], 1.0]) @ to_picture
    up = np.hypot(*to_picture[1]) * FORM.height
    return middle, float(_SAME_SHEET * up)


def _seen(picture: GreyPixels, windows: tuple[int, int] = _WINDOWS, smallest: float = _SMALLEST_MARK) -> list[SeenMark]:
    corners, ids, _ = _detector(*windows, smallest).detectMarkers(picture)
    if ids is None:
        return []
    return [
        SeenMark(int(marker_id), np.asarray(found, dtype=np.float64).reshape(4, 2))
        for marker_id, found in zip(ids.ravel(), corners, strict=True)
        if int(marker_id) in MARK_CORNERS
    ]


def _refined(picture: GreyPixels, mark: SeenMark, scale: float) -> SeenMark:
    """Return the mark, seen on a picture made smaller, with its corners placed on the picture as it is."""
    if scale == 1:
        return mark
    rough = ((mark.corners + 0.5) / scale - 0.5).astype(np.float32).reshape(-1, 1, 2)
    module = float(np.hypot(*(rough[0, 0] - rough[2, 0]))) / np.sqrt(2) / _MODULES
    reach = int(np.clip(round(module * 0.7), 2, 10))
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 30, 0.02)
    exact = cv2.cornerSubPix(picture, rough, (reach, reach), (-1, -1), stop)
    return SeenMark(mark.marker_id, np.asarray(exact, dtype=np.float64).reshape(4, 2))


_MODULES: Final = 6


def _detector(narrowest: int, widest: int, smallest_mark: float) -> cv2.aruco.ArucoDetector:
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    parameters.minMarkerPerimeterRate = smallest_mark
    parameters.adaptiveThreshWinSizeMin = narrowest
    parameters.adaptiveThreshWinSizeMax = widest
    parameters.adaptiveThreshWinSizeStep = _WINDOW_STEP
    return cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50), parameters)
