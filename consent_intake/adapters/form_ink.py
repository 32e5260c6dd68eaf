"""What was written on a form: the pixels that the blank form does not have."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from consent_intake.adapters.page_finder import PIXELS_PER_POINT
from consent_intake.rules.form_reading import Crop
from schemas.values import Language
from services.consent_form.blank import blank_form_raster
from services.consent_form.layout import TEXT_FIELDS, FieldBox, layout

GreyPixels = NDArray[np.uint8]
Mask = NDArray[np.uint8]
"""255 where something is, 0 elsewhere."""

SHIFT = 6
"""Pixels at 200 dpi by which a printed line may be off its place, after registration, on a fax or a curled page."""

TEMPLATE_GROWTH = 1.3
"""Points by which the blank form's lines are thickened before they are taken away: copiers thicken them."""

DARKER_BY = 38.0
"""Least difference from paper, of 255, that counts as ink; below it are shadows and the texture of paper."""

DEVIATIONS = 5.0
"""The same, in median absolute deviations of the box's own paper."""

BLACK_PRINT = 170
"""Darker pixels of the blank form are print, soft edges included."""

INSET = 1.6
"""Points between a box's edge and what is looked at."""

_FRAME = 2.0
_FRAME_PIXELS = round(_FRAME * PIXELS_PER_POINT)

DARKEST_LIMIT = 70.0
"""The difference never has to be larger: in a small box that is half full, the writing itself spreads the values."""

SPECK = 2.4
"""Points: smaller parts are dust or copier noise. A dot of an i is larger."""


DOT = 1.1
"""Points: the same beside letters. Without accents and full stops a seventh of the typed names lost a character."""

_BAR = 9
"""Pixels at 200 dpi: a streak or a fold's shadow is thinner."""

_LIGHTEST_QUARTER = 0.75
_PAPER = 200
"""A flattened page's paper is lighter: a box whose middle is darker is more than half full of ink."""

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
class Shift:
    """How far a printed box is from where the layout has it, in pixels at 200 dpi."""

    down: int = 0
    right: int = 0


_UNSHIFTED = Shift()


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
    flat, blank, form = flattened(page), blank_form_raster(language), layout(language)
    boxes: dict[str, InkBox] = {}
    combs: dict[str, list[InkBox]] = {}
    crops: dict[str, Crop] = {}
    for name, box in form.fields.items():
        shift = shift_of(flat, blank, box)
        crops[name] = _crop(box, shift)
        if name in form.cells:
            cells = [ink_in(flat, blank, cell, shift, inset=INSET) for cell in form.cells[name]]
            combs[name] = without_streaks(cells)
        else:
            boxes[name] = ink_in(flat, blank, box, shift, inset=INSET)
            if name in TEXT_FIELDS:
                fine = ink_in(flat, blank, box, shift, inset=INSET, speck=DOT)
                boxes[name] = _with_dots(boxes[name], fine)
    return InkedForm(flat, blank, boxes, combs, crops)


def _with_dots(letters: InkBox, fine: InkBox) -> InkBox:
    """Return the letters with the dots and accents among them; specks elsewhere stay away."""
    around = cv2.dilate(letters.ink, np.ones(_DOT_REACH, np.uint8))
    return InkBox(letters.grey, cv2.bitwise_and(fine.ink, around).astype(np.uint8, copy=False))


def flattened(page: GreyPixels) -> GreyPixels:
    """Take shadows and grey paper away: every pixel relative to the paper around it; paper becomes 255."""
    small = cv2.resize(page, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    paper = cv2.GaussianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8)), (0, 0), 3)
    around = cv2.resize(paper, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_LINEAR)
    return cv2.divide(page, np.maximum(around, 1), scale=255).astype(np.uint8, copy=False)


def shift_of(page: GreyPixels, blank: GreyPixels, box: FieldBox) -> Shift:
    """Return how far a box's printed frame is off on this page: the frame is looked for where it should be.

    The frame and what is printed just around it decide; writing inside is hidden from the comparison, since a line of
    letters fits a frame's line too.
    """
    rows, columns = _slices(box, -_FRAME)
    dark, printed = _dark(page[rows, columns]), _printed(blank, rows, columns, SHIFT)
    inside = _FRAME_PIXELS + SHIFT + 2
    if min(dark.shape) > 2 * inside:
        dark[inside:-inside, inside:-inside] = 0
    matched = cv2.matchTemplate(printed.astype(np.float32), dark.astype(np.float32), cv2.TM_CCORR)
    fit = matched.astype(np.float32, copy=False)
    best = np.unravel_index(int(np.argmax(fit - _distance_penalty(fit))), fit.shape)
    return Shift(SHIFT - int(best[0]), SHIFT - int(best[1]))


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
    rows, columns = _slices(box, inset, shift)
    grey = page[rows, columns]
    size = 2 * round(TEMPLATE_GROWTH * PIXELS_PER_POINT / 2) + 1
    wide = _printed(blank, *_slices(box, inset), size)
    printed = cv2.dilate(wide, np.ones((size, size), np.uint8))[size:-size, size:-size]
    ink = np.where(printed == 0, _dark(grey), 0).astype(np.uint8)
    return InkBox(grey, without_specks(ink, speck))


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
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    longer = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    keep = longer >= speck * PIXELS_PER_POINT
    keep[0] = False
    kept: Mask = np.where(keep[labels], 255, 0).astype(np.uint8) if count > 1 else np.zeros_like(ink)
    return kept


def _slices(box: FieldBox, inset: float, shift: Shift = _UNSHIFTED) -> tuple[slice, slice]:
    top, bottom = round((box.y + inset) * PIXELS_PER_POINT), round((box.bottom - inset) * PIXELS_PER_POINT)
    left, right = round((box.x + inset) * PIXELS_PER_POINT), round((box.right - inset) * PIXELS_PER_POINT)
    return slice(top + shift.down, bottom + shift.down), slice(left + shift.right, right + shift.right)


def _crop(box: FieldBox, shift: Shift) -> Crop:
    rows, columns = _slices(box, -_FRAME, shift)
    width, height = columns.stop - columns.start, rows.stop - rows.start
    return Crop(left=max(columns.start, 0), top=max(rows.start, 0), width=width, height=height)


def _dark(grey: GreyPixels) -> Mask:
    middle, spread = _middle_and_spread(grey)
    limit = middle - min(max(DARKER_BY, DEVIATIONS * spread), DARKEST_LIMIT)
    return np.where(grey < limit, 255, 0).astype(np.uint8)


def _middle_and_spread(grey: GreyPixels) -> tuple[float, float]:
    """Return the paper's median and median absolute deviation, from a histogram: sorting costs a third more."""
    counts = np.bincount(grey.ravel(), minlength=256)
    upto = np.cumsum(counts)
    middle = int(np.searchsorted(upto, grey.size / 2))
    if middle < _PAPER:
        middle = int(np.searchsorted(upto, grey.size * _LIGHTEST_QUARTER))
    away = np.bincount(np.abs(np.arange(256) - middle), weights=counts)
    return float(middle), float(np.searchsorted(np.cumsum(away), grey.size / 2))


def _printed(blank: GreyPixels, rows: slice, columns: slice, grow: int) -> Mask:
    """Return where the blank form has print, with a margin of ``grow`` pixels around the window."""
    wide = blank[rows.start - grow : rows.stop + grow, columns.start - grow : columns.stop + grow]
    return np.where(wide < BLACK_PRINT, 255, 0).astype(np.uint8)


def _distance_penalty(fit: NDArray[np.float32]) -> NDArray[np.float32]:
    """Prefer the expected place when two fit alike: a box without lines fits anywhere."""
    rows, columns = np.indices(fit.shape, dtype=np.float32)
    away = np.hypot(rows - (fit.shape[0] - 1) / 2, columns - (fit.shape[1] - 1) / 2)
    return np.asarray(away * float(fit.max()) * 0.002, dtype=np.float32)
