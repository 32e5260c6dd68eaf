"""Where the flat page lies on a picture: the mapping from picture pixels to page points, and the straightened page."""

from dataclasses import dataclass
from typing import Final, TypeGuard

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.values import Language
from services.consent_form.layout import FieldBox, layout

GreyPixels = NDArray[np.uint8]
Points = NDArray[np.float64]
"""N x 2: x and y."""

DPI: Final = 200
PIXELS_PER_POINT: Final = DPI / 72

FORM: Final = layout(Language.ENGLISH)
"""Marks, code and boxes are in the same places in every language."""

PAGE_PIXELS: Final = (round(FORM.width * PIXELS_PER_POINT), round(FORM.height * PIXELS_PER_POINT))
"""Width and height of the straightened page."""

_TO_PIXELS: Final = np.array([[PIXELS_PER_POINT, 0, -0.5], [0, PIXELS_PER_POINT, -0.5], [0, 0, 1]])
"""From points to pixels, whose middles are at whole numbers."""

LARGEST_MISFIT: Final = 4.0
"""Points: marks that do not fit one plane better than this belong to no single flat page. Fax: 2.4 at the worst."""


@dataclass(frozen=True)
class Plane:
    """A page on a picture.

    Attributes:
        to_page: 3 x 3, from picture pixels to page points.
        misfit: largest distance, in points, between where a known point of the page is and where it should be.
    """

    to_page: Points
    misfit: float = 0.0

    @property
    def to_picture(self) -> Points:
        """The other way: from page points to picture pixels."""
        return np.asarray(np.linalg.inv(self.to_page), dtype=float)


_LEAST_POINTS: Final = 4


def corners_of(box: FieldBox) -> Points:
    """Return top left, top right, bottom right, bottom left, in points."""
    return np.array([(box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom)], dtype=float)


def plane_through(seen: Points, wanted: Points) -> Plane | None:
    """Return the plane that puts seen pixels on wanted points best; None when there is no such plane.

    A page seen from behind is none: a form that shines through its back is not the form.
    """
    if len(seen) < _LEAST_POINTS:
        return None
    matrix, _ = cv2.findHomography(seen, wanted)
    return plane_of(matrix, seen, wanted)


def plane_of(matrix: object, seen: Points, wanted: Points) -> Plane | None:
    """Return a matrix as a plane; None when it is none that shows the page's front."""
    if not _is_a_plane(matrix) or not _faces_us(matrix, seen):
        return None
    return Plane(matrix, float(np.abs(moved(seen, matrix) - wanted).max()))


def moved(points: Points, matrix: Points) -> Points:
    """Map points by a 3 x 3 matrix."""
    return np.asarray(cv2.perspectiveTransform(points.reshape(-1, 1, 2), matrix), dtype=float).reshape(-1, 2)


def straightened(picture: GreyPixels, plane: Plane) -> GreyPixels:
    """Return the page as the layout has it, 200 dpi; what the picture does not show is white."""
    page = cv2.warpPerspective(
        picture, _TO_PIXELS @ plane.to_page, PAGE_PIXELS, flags=cv2.INTER_LINEAR, borderValue=(255.0,)
    )
    return page.astype(np.uint8, copy=False)


def _is_a_plane(matrix: object) -> TypeGuard[Points]:
    return isinstance(matrix, np.ndarray) and bool(np.isfinite(matrix).all())


def _faces_us(matrix: Points, seen: Points) -> bool:
    """Whether the plane keeps its sense of turning, and does not fold over, at every point that it was made from."""
    x, y = seen[:, 0], seen[:, 1]
    depth = matrix[2, 0] * x + matrix[2, 1] * y + matrix[2, 2]
    return bool(np.all(depth * np.linalg.det(matrix) > 0) and np.all(depth * depth[0] > 0))
