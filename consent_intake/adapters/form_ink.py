"""What was written on a form: the pixels that the blank form does not have."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from consent_intake.adapters.box_frame import (
    FRAME,
    SHIFT,
    GreyPixels,
    Mask,
    Shift,
    dark,
    frame_print,
    printed_in,
    shift_by,
    shift_of,
    slices_of,
)
from consent_intake.adapters.ink_parts import parts_of
from consent_intake.adapters.page_finder import PIXELS_PER_POINT
from consent_intake.rules.form_reading import Crop
from schemas.values import Language
from services.consent_form.blank import blank_form_raster
from services.consent_form.layout import TEXT_FIELDS, FieldBox, layout

__all__ = [
    "INSET",
    "SHIFT",
    "GreyPixels",
    "InkBox",
    "InkedForm",
    "Mask",
    "flattened",
    "ink_in",
    "inked_form",
    "shift_of",
]

TEMPLATE_GROWTH = 1.3
"""Points by which the blank form's lines are thickened before they are taken away: copiers thicken them."""

INSET = 1.6
"""Points between a box's edge and what is looked at."""

SPECK = 2.4
"""Points: smaller parts are dust or copier noise. A dot of an i is larger."""


DOT = 1.1
"""Points: the same beside letters. Without accents and full stops a seventh of the typed names lost a character."""

_BAR = 9
"""Pixels at 200 dpi: a streak or a fold's shadow is thinner."""

_DOT_REACH = (25, 13)
"""Pixels down and across within which a dot belongs to a letter."""


@dataclass(frozen=True)
class InkBox:
    """A box of the page and what was written into it.

    Attributes:
        grey: flattened grey pixels, paper is 255.
        ink: mask of what the blank form does not have.
    """

    grey: GreyPixels
    ink: Mask

    @property
    def share(self) -> float:
        """Part of the box that is ink, 0 to 1."""
        return float(np.count_nonzero(self.ink)) / max(self.ink.size, 1)


@dataclass(frozen=True)
class InkedForm:
    """A registered page taken apart.

    Attributes:
        page: the flattened page, 200 dpi, paper is 255.
        blank: the empty form at the same size.
        boxes: text, check and signature boxes by the layout's names.
        combs: comb cells by field name, left to right.
        crops: where every field is on the page, combs as a whole.
    """

    page: GreyPixels
    blank: GreyPixels
    boxes: dict[str, InkBox]
    combs: dict[str, list[InkBox]]
    crops: dict[str, Crop]


def inked_form(page: GreyPixels, language: Language) -> InkedForm:
    """Return what was written on a straightened page (200 dpi, grey) of the form in a language."""
    flat, form, known = flattened(page), layout(language), _print_of(language)
    boxes: dict[str, InkBox] = {}
    combs: dict[str, list[InkBox]] = {}
    crops: dict[str, Crop] = {}
    for name, box in form.fields.items():
        shift = shift_by(flat, box, known.frames[name])
        crops[name] = _crop(box, shift)
        parts = zip(form.cells.get(name, (box,)), known.unprinted[name], strict=True)
        found = [_all_ink(flat, part, shift, unprinted, INSET) for part, unprinted in parts]
        if name in form.cells:
            combs[name] = without_streaks([InkBox(grey, without_specks(ink, SPECK)) for grey, ink in found])
        else:
            ((grey, ink),) = found
            letters = without_specks(ink, SPECK)
            boxes[name] = InkBox(grey, _with_dots(letters, ink) if name in TEXT_FIELDS else letters)
    return InkedForm(flat, known.blank, boxes, combs, crops)


def _with_dots(letters: Mask, ink: Mask) -> Mask:
    """Return the letters with the dots and accents among them; specks elsewhere stay away."""
    around = cv2.dilate(letters, np.ones(_DOT_REACH, np.uint8))
    return cv2.bitwise_and(without_specks(ink, DOT), around).astype(np.uint8, copy=False)


def flattened(page: GreyPixels) -> GreyPixels:
    """Take shadows and grey paper away: every pixel relative to the paper around it; paper becomes 255."""
    small = cv2.resize(page, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    paper = cv2.GaussianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8)), (0, 0), 3)
    around = cv2.resize(np.maximum(paper, 1), (page.shape[1], page.shape[0]), interpolation=cv2.INTER_LINEAR)
    return cv2.divide(page, around, scale=255).astype(np.uint8, copy=False)


def ink_in(  # noqa: D417 - page and blank as above
    page: GreyPixels, blank: GreyPixels, box: FieldBox, shift: Shift, *, inset: float, speck: float = SPECK
) -> InkBox:
    """Return what was written into a box.

    Args:
        box: in points.
        shift: of this box, or of the comb that it is a cell of.
        inset: points by which the box is made smaller, so that its frame stays outside.
        speck: parts whose longer side is smaller, in points, are dropped.
    """
    grey, ink = _all_ink(page, box, shift, _unprinted(blank, box, inset), inset)
    return InkBox(grey, without_specks(ink, speck))


def _all_ink(page: GreyPixels, box: FieldBox, shift: Shift, unprinted: Mask, inset: float) -> tuple[GreyPixels, Mask]:
    """Return a box's pixels and all ink, specks and all."""
    rows, columns = slices_of(box, inset, shift)
    grey = page[rows, columns]
    return grey, cv2.bitwise_and(unprinted, dark(grey)).astype(np.uint8, copy=False)


def _unprinted(blank: GreyPixels, box: FieldBox, inset: float) -> Mask:
    """Return where in a box the blank form has no print, with its lines thickened."""
    size = 2 * round(TEMPLATE_GROWTH * PIXELS_PER_POINT / 2) + 1
    wide = printed_in(blank, *slices_of(box, inset), size)
    printed = cv2.dilate(wide, np.ones((size, size), np.uint8))[size:-size, size:-size]
    return np.where(printed == 0, 255, 0).astype(np.uint8)


@dataclass(frozen=True)
class _Print:
    """What the blank form of a language has in and around its boxes: the same for every page.

    Attributes:
        blank: the form.
        frames: by field name, what the box is looked for by.
        unprinted: by field name, for the box or each of its cells.
    """

    blank: GreyPixels
    frames: dict[str, NDArray[np.float32]]
    unprinted: dict[str, list[Mask]]


@lru_cache(maxsize=len(Language))
def _print_of(language: Language) -> _Print:
    blank, form = blank_form_raster(language), layout(language)
    return _Print(
        blank,
        {name: frame_print(blank, box) for name, box in form.fields.items()},
        {
            name: [_unprinted(blank, part, INSET) for part in form.cells.get(name, (box,))]
            for name, box in form.fields.items()
        },
    )


def without_streaks(cells: list[InkBox]) -> list[InkBox]:
    """Return a comb's cells without what a scanner or a fold drew: in an otherwise empty comb, straight thin bars.

    A streak of dirt stands upright from edge to edge of one cell; a fold lies level in several. A comb with a
    character in it keeps all its ink: a 1 may be such a bar.
    """
    inked = [cell.ink for cell in cells if cell.ink.any()]
    if not inked or not (_is_streak(inked) or all(_is_level(ink) for ink in inked)):
        return cells
    return [InkBox(cell.grey, np.zeros_like(cell.ink)) for cell in cells]


def _is_streak(inked: list[Mask]) -> bool:
    """Return whether the only ink is one upright bar through a whole cell."""
    rows, columns = np.nonzero(inked[0])
    height, wide = inked[0].shape[0], int(columns.max() - columns.min()) + 1
    return len(inked) == 1 and int(rows.max() - rows.min()) + 1 == height and wide <= _BAR


def _is_level(ink: Mask) -> bool:
    rows, _ = np.nonzero(ink)
    return int(rows.max() - rows.min()) + 1 <= _BAR


def without_specks(ink: Mask, speck: float) -> Mask:
    """Drop connected parts whose longer side is below ``speck`` points."""
    if not cv2.countNonZero(ink):
        return np.zeros_like(ink)
    labels, stats, _ = parts_of(ink)
    longer = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    keep = np.where(longer >= speck * PIXELS_PER_POINT, 255, 0).astype(np.uint8)
    keep[0] = 0
    return keep.take(np.asarray(labels, np.intp))


def _crop(box: FieldBox, shift: Shift) -> Crop:
    rows, columns = slices_of(box, -FRAME, shift)
    width, height = columns.stop - columns.start, rows.stop - rows.start
    return Crop(left=max(columns.start, 0), top=max(rows.start, 0), width=width, height=height)
