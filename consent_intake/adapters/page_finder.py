"""Find the form on a picture and straighten it to 200 dpi: by its corner marks, its code, or its own print.

A lost mark or code means the next way, and every way ends with the same check: the form's print must lie where the
layout has it, above all the frames of the boxes that decide. What fails the check is never read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from consent_intake.adapters.corner_marks import BOTTOM_MARKS, MARK_CORNERS, Sheet, sheets_on
from consent_intake.adapters.page_plane import (
    DPI,
    FORM,
    LARGEST_MISFIT,
    PAGE_PIXELS,
    PIXELS_PER_POINT,
    GreyPixels,
    Plane,
    corners_of,
    plane_through,
)
from consent_intake.adapters.placed_page import PlacedPage, placed
from consent_intake.adapters.print_match import planes_by_print, prepare_print_match
from consent_intake.adapters.printed_code import SeenCode, codes_on, damaged_code_of_page
from consent_intake.adapters.printed_spots import spots_of
from consent_intake.rules.form_reading import Registration
from schemas.values import Language
from services.consent_form.code import FormCode

__all__ = [
    "DPI",
    "PAGE_PIXELS",
    "PIXELS_PER_POINT",
    "FoundForms",
    "FoundPage",
    "GreyPixels",
    "find_forms",
    "find_page",
    "prepare",
]

ENOUGH_MARKS: Final = 3
_SURE_SHEET: Final = 2
"""Marks that make a sheet: noise looks like a single mark now and then."""

_NEGATIVE: Final = 110.0
"""Half of the pixels are darker: a negative, or a form on a large dark desk."""

_BEST_FIRST: Final = tuple(Registration)


@dataclass(frozen=True)
class FoundPage:
    """A picture looked at.

    Attributes:
        registration: whether and how the form was found.
        page: the straightened form at 200 dpi; None when it was not registered.
        code: what its printed code says, when readable.
        forms: how many of our forms are on the picture; 0 when there is at most a sign of one.
    """

    registration: Registration
    page: GreyPixels | None = None
    code: FormCode | None = None
    forms: int = 0


@dataclass(frozen=True)
class FoundForms:
    """All pictures of a file looked at.

    Attributes:
        forms: how many of our forms there are, two on one picture counted as two, and a blank one as any other.
        page_index: picture that the form is on, from 0; None when none is registered.
        found: that picture's form; without one, the best that there is.
    """

    forms: int
    page_index: int | None
    found: FoundPage


@dataclass(frozen=True)
class Located:
    """What ``find_page`` found, and where: for whoever measures it."""

    found: FoundPage
    place: PlacedPage | None = None


def prepare() -> None:
    """Read and work out what every search needs (0.3 s, once): a confined child has no files."""
    for language in (None, *Language):
        spots_of(language)
    prepare_print_match()


def find_forms(pictures: Sequence[GreyPixels]) -> FoundForms:
    """Look for the form on every picture of a file; covers and backs do no harm.

    Only when no picture has a form with marks, the print alone is looked for: it takes longer.
    """
    seen = [locate(picture, by_print=False).found for picture in pictures]
    if not any(page.page is not None for page in seen):
        seen = [_by_print(picture, page).found for picture, page in zip(pictures, seen, strict=True)]
    if not seen:
        return FoundForms(0, None, FoundPage(Registration.NONE))
    best = min(range(len(seen)), key=lambda index: _BEST_FIRST.index(seen[index].registration))
    registered = seen[best].page is not None
    return FoundForms(sum(_forms_of(page, seen) for page in seen), best if registered else None, seen[best])


def _forms_of(page: FoundPage, others: Sequence[FoundPage]) -> int:
    """Return how many forms a picture adds. A code alone, of a form that is on another picture, shines through."""
    fronts = {other.code for other in others if other.page is not None and other.code is not None}
    return 0 if page.page is None and page.code in fronts else page.forms


def find_page(picture: GreyPixels) -> FoundPage:
    """Look for the form on a picture, whichever way up."""
    return locate(picture).found


def locate(picture: GreyPixels, *, by_print: bool = True) -> Located:
    """Look for the form by marks and code, and then, if wanted, by its print; on a negative too."""
    located = _located(picture, by_print=by_print)
    if located.place is None and float(np.median(picture[::8, ::8])) < _NEGATIVE:
        positive = _located((255 - picture).astype(np.uint8, copy=False), by_print=False)
        return positive if positive.place else located
    return located


def _located(picture: GreyPixels, *, by_print: bool) -> Located:
    sheets = sheets_on(picture)
    marks = sheets[0] if sheets else {}
    forms = sum(len(sheet) >= _SURE_SHEET for sheet in sheets)
    for plane in _planes_of_marks(marks):
        place = placed(picture, plane)
        if place is not None:
            return _found(Registration.MARKS, picture, place, forms)
    codes = codes_on(picture)
    forms = max(forms, len({seen.code.serial for seen in codes}))
    seen_code = codes[0] if codes else None
    if seen_code is not None and not BOTTOM_MARKS.isdisjoint(marks):
        plane_of_both = _plane(marks, seen_code)
        place = placed(picture, plane_of_both, seen_code.code) if plane_of_both else None
        if place is not None:
            return _found(Registration.CODE_AND_MARKS, picture, place, forms)
    sign = Registration.UNSURE if marks or seen_code else Registration.NONE
    found = FoundPage(sign, code=seen_code.code if seen_code else None, forms=forms)
    return _by_print(picture, found) if by_print else Located(found)


def _by_print(picture: GreyPixels, found: FoundPage) -> Located:
    """Return the form as its print alone places it; what was found before when that fails."""
    for plane in planes_by_print(picture, found.code.language if found.code else None):
        place = placed(picture, plane, found.code)
        if place is not None:
            return _found(Registration.PRINT, picture, place, found.forms)
    return Located(found)


def _found(registration: Registration, picture: GreyPixels, place: PlacedPage, forms: int) -> Located:
    forms = max(forms, 1)
    code = place.code
    if code is None and forms == 1:  # on a picture of two, the readable code may be the other form's
        codes = codes_on(picture)
        code = codes[0].code if codes else None
    code = code or damaged_code_of_page(place.page)
    return Located(FoundPage(registration, place.page, code, forms), replace(place, code=code))


def _planes_of_marks(marks: Sheet) -> Iterator[Plane]:
    """Yield the plane through all marks, and then those that leave one of four out: it may be a false one."""
    if len(marks) < ENOUGH_MARKS:
        return
    whole = _plane(marks, None)
    if whole is not None:
        yield whole
    elif len(marks) > ENOUGH_MARKS:
        for lost in marks:
            plane = _plane({mark: corners for mark, corners in marks.items() if mark != lost}, None)
            if plane is not None:
                yield plane


def _plane(marks: Sheet, code: SeenCode | None) -> Plane | None:
    """Return the plane of a sheet; None when its marks fit no flat page."""
    seen = [corners for _, corners in sorted(marks.items())]
    wanted = [MARK_CORNERS[marker_id] for marker_id in sorted(marks)]
    if code is not None:
        seen.append(code.corners)
        wanted.append(corners_of(FORM.code))
    plane = plane_through(np.concatenate(seen), np.concatenate(wanted))
    return plane if plane is not None and plane.misfit <= LARGEST_MISFIT else None
