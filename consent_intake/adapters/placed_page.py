"""A page put in its place and checked: its print must lie where the layout has it, or it is not read at all."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consent_intake.adapters.page_bend import IN_PLACE, LEAST_FIT, Bend, bend_of, unbent
from consent_intake.adapters.page_plane import FORM, GreyPixels, Plane, Points, moved, straightened
from consent_intake.adapters.printed_code import code_of_page
from consent_intake.adapters.printed_spots import Spots, SpotsSeen, seen_on, spots_of
from services.consent_form.code import FormCode

_LEAST_SHARE: Final = 0.6
"""Of the spots in view: a page in its place shows 0.78 at the least, one in a wrong place 0.25 at the most."""

_LEAST_CORNERS: Final = 2
"""Of a box's four, in place: the box is where it is read. A box whose frame is hidden is left to a person."""

_MOST_ELSEWHERE: Final = 0.08
"""Of the boxes' corners: clearly seen, and somewhere else than the bend says."""

_WRITTEN_OVER_FIT: Final = 0.25
_WRITTEN_OVER_OFF: Final = 0.6
"""A cross in a check box changes a third of what is seen around it. Other print is this near its place, or the best
match of a search is this near it, by chance in one case of a hundred each."""

_FLAT_ENOUGH: Final = 0.4
"""Points: a smaller bend is left to the search of each box's own frame."""

_LOOKS: Final = 3

_LARGE: Final = 1.5
"""Points: after a larger bend was taken out, the print is looked for again."""

_LEAST_AT_FIRST: Final = 0.3
"""The share before the page's bend is out: print that is off too far is not found at first."""


@dataclass(frozen=True)
class PlacedPage:
    """A page whose print is in its place.

    Attributes:
        page: straightened, 200 dpi.
        code: as read on it.
        plane: where it is on the picture.
        bend: taken out of it; None when it was flat.
        share: of its print that was found in place, 0 to 1.
    """

    page: GreyPixels
    code: FormCode | None
    plane: Plane
    bend: Bend | None
    share: float

    def on_picture(self, points: Points) -> Points:
        """Map page points to pixels of the picture."""
        bent = points + self.bend.off(points) if self.bend else points
        return moved(bent, self.plane.to_picture)


def placed(picture: GreyPixels, plane: Plane, code: FormCode | None = None) -> PlacedPage | None:
    """Straighten a page, take its bend out, and check it; None when its print is not where it should be."""
    page, bend = straightened(picture, plane), None
    code = code or code_of_page(page)
    spots = spots_of(code.language if code else None)
    visible = _visible(picture, plane, spots)
    for _ in range(_LOOKS):
        seen = seen_on(page, spots)
        more = bend_of(spots, seen)
        if more is None:
            return None
        in_place = _in_place(spots, seen, more)
        share = float(in_place.sum() / max(int(visible.sum()), 1))
        if share < _LEAST_AT_FIRST:
            return None
        largest = float(np.hypot(*more.off(spots.at[in_place]).T).max())
        if largest > _FLAT_ENOUGH:
            bend = more if bend is None else bend.then(more)
            page = unbent(picture, plane, bend)
        if largest <= _LARGE:
            break
    if share < _LEAST_SHARE or not _boxes_in_place(spots, seen, in_place):
        return None
    return PlacedPage(page, code or code_of_page(page), plane, bend, share)


def _in_place(spots: Spots, seen: SpotsSeen, bend: Bend) -> NDArray[np.bool_]:
    away = np.hypot(*(seen.off - bend.off(spots.at)).T)
    alike = (seen.fit >= LEAST_FIT) & (away < IN_PLACE)
    flat = np.hypot(*bend.off(spots.at).T) < _WRITTEN_OVER_OFF
    where_bent = (seen.fit >= _WRITTEN_OVER_FIT) & (away < _WRITTEN_OVER_OFF)
    written_over = where_bent | ((seen.fit_in_place >= _WRITTEN_OVER_FIT) & flat)
    return np.asarray(alike | written_over)


def _visible(picture: GreyPixels, plane: Plane, spots: Spots) -> NDArray[np.bool_]:
    height, width = picture.shape
    at = moved(spots.at, plane.to_picture)
    return np.asarray((at > 0).all(axis=1) & (at < np.array([width, height])).all(axis=1))


def _boxes_in_place(spots: Spots, seen: SpotsSeen, in_place: NDArray[np.bool_]) -> bool:
    corners = Counter(box for box, found in zip(spots.boxes, in_place, strict=True) if found)
    of_boxes = np.array([box != "" for box in spots.boxes])
    elsewhere = of_boxes & ~in_place & (seen.fit >= LEAST_FIT)
    return all(corners[name] >= _LEAST_CORNERS for name in FORM.fields) and float(
        elsewhere.sum()
    ) <= _MOST_ELSEWHERE * float(of_boxes.sum())
