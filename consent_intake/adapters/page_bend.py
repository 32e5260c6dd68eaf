"""How a page that is not flat is bent, by curl or folds: from where its print is seen. And the page without it."""

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from consent_intake.adapters.page_plane import FORM, PAGE_PIXELS, PIXELS_PER_POINT, GreyPixels, Plane, Points, moved
from consent_intake.adapters.printed_spots import Spots, SpotsSeen

LEAST_FIT: Final = 0.5
"""Print in its place fits better than this: 0.78 to 0.95 in the middle of all channels, 0.2 in a wrong place."""

IN_PLACE: Final = 1.2
"""Points that a spot may be off the bent page; a fax of 98 lines an inch is at 0.6."""

_ROUNDS: Final = 6
_USUAL: Final = 0.5
_STIFFNESS: Final = 0.05
_LEAST_SPOTS: Final = 24
_NODE: Final = 20
"""Pixels between the points whose place on the picture is worked out; between them it is straight."""

_LOCAL: Final = 18.0
_NEIGHBORS: Final = 6
_REACH: Final = 70.0
"""Points around a node whose spots say what is left there after the smooth bend: a fold is local."""


@dataclass(frozen=True)
class Bend:
    """A page's bend: a cubic surface, and on a grid what is left of it.

    Attributes:
        surface: 10 x 2, weights of ``_terms``, points.
        left_over: rows x columns x 2, points, every ``_LOCAL`` points from the page's corner.
        before: a bend that was taken out before this one was seen.
    """

    surface: Points
    left_over: NDArray[np.float32]
    before: "Bend | None" = None

    def then(self, later: "Bend") -> "Bend":
        """Return both: ``later`` was seen on the page that this one had been taken out of."""
        return replace(later, before=self)

    def off(self, points: Points) -> Points:
        """Return how far each page point is seen from its place, N x 2, in points."""
        at = points / _LOCAL
        local = cv2.remap(
            self.left_over, at[:, 0].astype(np.float32), at[:, 1].astype(np.float32), cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        off = np.asarray(_terms(points) @ self.surface + local.reshape(-1, 2), dtype=float)
        return off if self.before is None else off + self.before.off(points + off)


def bend_of(spots: Spots, seen: SpotsSeen) -> Bend | None:
    """Return the bend that most of the spots agree on; None when there are too few."""
    usable = seen.fit >= LEAST_FIT
    if int(usable.sum()) < _LEAST_SPOTS:
        return None
    at, off = spots.at[usable], seen.off[usable]
    surface = _surface(at, off)
    rest = off - _terms(at) @ surface
    agreeing = _like_their_neighbors(at, rest)
    return Bend(surface, _left_over(at[agreeing], rest[agreeing]))


def unbent(picture: GreyPixels, plane: Plane, bend: Bend) -> GreyPixels:
    """Return the page as the layout has it, 200 dpi, with its bend taken out."""
    points = _nodes()
    back = plane.to_picture
    rows, columns = _grid_shape()
    there = moved(points + bend.off(points), back).reshape(rows, columns, 2).astype(np.float32)
    x, y = (_spread(np.ascontiguousarray(there[..., axis])) for axis in (0, 1))
    page = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderValue=(255.0,))
    return page.astype(np.uint8, copy=False)


def _spread(nodes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the value for every pixel of the page from the values at the nodes."""
    width, height = PAGE_PIXELS
    whole = cv2.resize(nodes, None, fx=_NODE, fy=_NODE, interpolation=cv2.INTER_LINEAR)
    return np.asarray(whole[_NODE : _NODE + height, _NODE : _NODE + width], np.float32)


def _grid_shape() -> tuple[int, int]:
    """Return rows and columns of the nodes: one more than needed on every side."""
    width, height = PAGE_PIXELS
    return -(-height // _NODE) + 2, -(-width // _NODE) + 2


def _nodes() -> Points:
    """Return the page points of the nodes, row by row; a node is in the middle of its square of pixels."""
    rows, columns = np.indices(_grid_shape(), dtype=float)
    pixels = (np.column_stack([columns.ravel(), rows.ravel()]) - 1) * _NODE + (_NODE - 1) / 2
    return (pixels + 0.5) / PIXELS_PER_POINT


def _terms(points: Points) -> Points:
    x, y = points[:, 0] / FORM.width * 2 - 1, points[:, 1] / FORM.height * 2 - 1
    return np.column_stack([np.ones_like(x), x, y, x * x, x * y, y * y, x**3, x * x * y, x * y * y, y**3])


def _surface(at: Points, off: Points) -> Points:
    """Return a surface that spots which disagree with the others do not pull."""
    terms = _terms(at)
    stiff = np.diag([0.0, 0.0, 0.0] + [_STIFFNESS] * (terms.shape[1] - 3))
    weights = np.ones(len(at))
    surface = np.zeros((terms.shape[1], 2))
    for _ in range(_ROUNDS):
        pulled = terms.T * weights
        surface[:] = np.linalg.solve(pulled @ terms + stiff + 1e-9 * np.eye(len(stiff)), pulled @ off)
        away = np.hypot(*(off - terms @ surface).T)
        weights = 1 / (1 + (away / _USUAL) ** 2) ** 2
    return surface


def _like_their_neighbors(at: Points, rest: Points) -> NDArray[np.bool_]:
    """Return which spots are off as those around them are: a crumpled page moves neighbors alike."""
    squares = ((at[:, None, :] - at[None, :, :]) ** 2).sum(axis=2)
    nearest = np.argsort(squares, axis=1)[:, : _NEIGHBORS + 1]
    usual = np.median(rest[nearest], axis=1)
    return np.asarray(np.hypot(*(rest - usual).T) < IN_PLACE * 1.5)


def _left_over(at: Points, rest: Points) -> NDArray[np.float32]:
    """Return everywhere the weighted mean of what the spots near it are still off; far from spots nothing.

    A spot's weight goes with the square of its distance: that is its weight across times its weight down.
    """
    down = _nearness(int(FORM.height // _LOCAL) + 2, at[:, 1])
    across = _nearness(int(FORM.width // _LOCAL) + 2, at[:, 0])
    total = down @ across.T
    right, low = (down @ (across * off).T for off in rest.T)
    return np.asarray(np.stack([right, low], axis=2) / (total[..., None] + 0.5), np.float32)


def _nearness(count: int, at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return, for each node along one side and each spot, the weight by their distance along it."""
    away = np.arange(count)[:, None] * _LOCAL - at[None, :]
    return np.asarray(np.exp(-(away**2) / (2 * (_REACH / 2) ** 2)))
