"""The form's printed code: read on a picture or on the straightened page, as long as enough of it is left."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from consent_intake.adapters.page_plane import FORM, PIXELS_PER_POINT, GreyPixels, Points
from services.consent_form.code import FormCode, FormCodeInvalid

_MARGIN: Final = 10.0
"""Points around the code: its quiet zone, and room for a page that is not quite flat."""

_QR: Final = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)

_MODULES: Final = 33
"""Modules per side of version 4, in which every code of the form is printed."""

_SAMPLE: Final = 8
"""Pixels per module when the modules are looked at one by one."""

_QUIET: Final = 4
_ALIGNMENT: Final = _MODULES - 7
"""Row and column of the middle of the alignment pattern of version 4."""

_SHIFTS: Final = (0.0, -0.35, 0.35)
"""Modules that the code may be off its place."""

_AROUND: Final = 11
"""Modules around one that say whether it is dark: a shadow or a dark cover is larger."""


@dataclass(frozen=True)
class SeenCode:
    """A code of the form and where its four corners are on the picture, in pixels, from the code's own top left."""

    code: FormCode
    corners: Points


def codes_on(picture: GreyPixels) -> list[SeenCode]:
    """Return every code of the form on a picture; codes of other things are not ours."""
    found = []
    for barcode in zxingcpp.read_barcodes(picture, formats=_QR):
        try:
            code = FormCode.parse(barcode.text)
        except FormCodeInvalid:
            continue
        at = barcode.position
        around = [(p.x, p.y) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)]
        found.append(SeenCode(code, np.array(around, dtype=np.float64)))
    return found


def code_of_page(page: GreyPixels) -> FormCode | None:
    """Return the code of a straightened page, read as it is or made clear."""
    return _first_code(_clearer(page))


def damaged_code_of_page(page: GreyPixels) -> FormCode | None:
    """Return the code of a straightened page although part of it is covered, torn off or cut off.

    Its place and its fixed patterns are known, so its modules are looked at one by one and the fixed ones drawn again;
    the code's own error correction makes up for the rest, or it is not read.
    """
    return _first_code(_rebuilt(page))


def _first_code(pictures: Iterator[GreyPixels]) -> FormCode | None:
    for picture in pictures:
        found = codes_on(picture)
        if found:
            return found[0].code
    return None


def _clearer(page: GreyPixels) -> Iterator[GreyPixels]:
    """Yield the surroundings of the code, made clear in one way after the other."""
    box = FORM.code
    left, top = (max(round((edge - _MARGIN) * PIXELS_PER_POINT), 0) for edge in (box.x, box.y))
    right, bottom = (round((edge + _MARGIN) * PIXELS_PER_POINT) for edge in (box.right, box.bottom))
    crop = page[top:bottom, left:right]
    twice = cv2.resize(crop, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC).astype(np.uint8, copy=False)
    yield twice
    soft = cv2.GaussianBlur(twice, (0, 0), 3)
    yield cv2.addWeighted(twice, 2.5, soft, -1.5, 0).astype(np.uint8, copy=False)
    yield cv2.threshold(soft, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1].astype(np.uint8, copy=False)


def _rebuilt(page: GreyPixels) -> Iterator[GreyPixels]:
    for down in _SHIFTS:
        for right in _SHIFTS:
            modules = _modules(page, right, down)
            middle = cv2.threshold(modules, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]
            nearby = cv2.GaussianBlur(modules, (_AROUND, _AROUND), 0)
            for light in (middle > 0, modules > nearby):
                yield _drawn(light)


def _modules(page: GreyPixels, right: float, down: float) -> GreyPixels:
    """Return the mean grey of the middle of every module."""
    step = FORM.code.width / _MODULES * PIXELS_PER_POINT / _SAMPLE
    left, top = (FORM.code.x * PIXELS_PER_POINT, FORM.code.y * PIXELS_PER_POINT)
    shift_x, shift_y = right * step * _SAMPLE, down * step * _SAMPLE
    start = (step - 1) / 2
    matrix = np.array([[step, 0, left + shift_x + start], [0, step, top + shift_y + start]])
    side = _MODULES * _SAMPLE
    crop = cv2.warpAffine(page, matrix, (side, side), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    inner = crop.reshape(_MODULES, _SAMPLE, _MODULES, _SAMPLE)[:, 2:-2, :, 2:-2]
    return np.asarray(inner.mean(axis=(1, 3)), np.uint8)


def _drawn(light: NDArray[np.bool_]) -> GreyPixels:
    """Return the modules as a clean code, its fixed patterns as the standard has them (ISO/IEC 18004, 6.3)."""
    modules = np.where(light, 255, 0).astype(np.uint8)
    alternate = np.where(np.arange(_MODULES) % 2, 255, 0)
    modules[6, 8:-8], modules[8:-8, 6] = alternate[8:-8], alternate[8:-8]
    finder = np.pad(_rings(7), 1, constant_values=255)
    modules[:8, :8], modules[:8, -8:], modules[-8:, :8] = finder[1:, 1:], finder[1:, :-1], finder[:-1, 1:]
    around = slice(_ALIGNMENT - 2, _ALIGNMENT + 3)
    modules[around, around] = _rings(5)
    modules[-8, 8] = 0
    large = np.kron(np.pad(modules, _QUIET, constant_values=255), np.ones((_QUIET, _QUIET)))
    return large.astype(np.uint8)


def _rings(side: int) -> GreyPixels:
    """Return dark and light rings: a finder pattern of 7, an alignment pattern of 5."""
    rows, columns = np.indices((side, side))
    ring = np.minimum(np.minimum(rows, columns), side - 1 - np.maximum(rows, columns))
    return np.where(ring == 1, 255, 0).astype(np.uint8)
