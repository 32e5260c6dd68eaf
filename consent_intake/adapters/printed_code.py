"""The form's printed code: read on a picture or on the straightened page."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import zxingcpp

from consent_intake.adapters.page_plane import FORM, PIXELS_PER_POINT, GreyPixels, Points
from services.consent_form.code import FormCode, FormCodeInvalid

_MARGIN: Final = 10.0
"""Points around the code: its quiet zone, and room for a page that is not quite flat."""

_QR: Final = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


@dataclass(frozen=True)
class SeenCode:
    """A code of the form and where its four corners are on the picture, in pixels, from the code's own top left."""

    code: FormCode
    corners: Points


def codes_on(picture: GreyPixels) -> list[SeenCode]:
    """Return every code of the form on a picture; codes of other things, and those seen from behind, are not ours."""
    found = []
    for barcode in zxingcpp.read_barcodes(picture, formats=_QR):
        try:
            code = FormCode.parse(barcode.text)
        except FormCodeInvalid:
            continue
        at = barcode.position
        around = [(p.x, p.y) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)]
        corners = np.array(around, dtype=np.float64)
        if _turns_right(corners):
            found.append(SeenCode(code, corners))
    return found


def code_of_page(page: GreyPixels) -> FormCode | None:
    """Return the code of a straightened page."""
    for crop in _looks_at(page):
        found = codes_on(crop)
        if found:
            return found[0].code
    return None


def _looks_at(page: GreyPixels) -> Iterator[GreyPixels]:
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


def _turns_right(corners: Points) -> bool:
    along, down = corners[1] - corners[0], corners[3] - corners[0]
    return bool(along[0] * down[1] - along[1] * down[0] > 0)
