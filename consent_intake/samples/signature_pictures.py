"""Pictures of real signatures, from a folder, as ink that can be put on a form.

The project holds no real signature: a county that may use some can train and score with them. A picture is a scan or
photograph of dark ink on light paper, one signature each, named ``<writer>_<anything>`` when a writer has several.
"""

from functools import lru_cache
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.random import Generator

from consent_intake.samples.curves import Place, any_tilt
from consent_intake.samples.ink import Ink, Point
from services.consent_form.layout import FieldBox

KINDS: Final = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")

_TALLEST_PIXELS: Final = 240
"""Enough for 400 dots an inch in the box."""
_SMALLEST_AREA: Final = 4.0
_WIDEST_SHARE: Final = 0.62
_AFTER_THE_PRINTED_X: Final = 24.0


class NoPictures(ValueError):
    """The folder holds no picture of a signature that can be read."""


def pictures_in(folder: Path) -> tuple[Path, ...]:
    """Return the pictures of a folder and its folders, in the order of their names.

    Raises:
        NoPictures: when there is none.
    """
    found = tuple(sorted(path for path in folder.rglob("*") if path.suffix.lower() in KINDS))
    if not found:
        raise NoPictures
    return found


def paste_signature(ink: Ink, picture: Path, box: FieldBox, baseline: float, random: Generator) -> None:
    """Put a real signature on the line of a box, in its own proportions.

    Raises:
        NoPictures: when the file is no picture or has no ink.
    """
    outlines, width, height = signature_outlines(picture)
    most = min(box.width * _WIDEST_SHARE, float(random.uniform(85, 220)))
    scale = min(most / width, min(baseline - box.y, 42.0) * float(random.uniform(0.7, 1.1)) / height)
    left = box.x + float(random.uniform(_AFTER_THE_PRINTED_X, max(box.width * 0.9 - width * scale, 25.0)))
    descent = float(random.uniform(0.0, 0.2)) * height * scale
    place = Place(left, baseline + descent, width * scale, height * scale, any_tilt(random))
    placed = [place.on_page(np.array(outline) * scale) for outline in outlines]
    ink.shapes([[(float(x), float(y)) for x, y in outline] for outline in placed])


@lru_cache(maxsize=512)
def signature_outlines(picture: Path) -> tuple[tuple[tuple[Point, ...], ...], float, float]:
    """Return the ink's outlines, y up from the lower edge of the ink, and its width and height, in pixels.

    Raises:
        NoPictures: when the file is no picture or has no ink.
    """
    content = np.frombuffer(picture.read_bytes(), np.uint8)
    grey = cv2.imdecode(content, cv2.IMREAD_GRAYSCALE) if content.size else None
    if grey is None:
        raise NoPictures
    if grey.shape[0] > _TALLEST_PIXELS:
        scale = _TALLEST_PIXELS / grey.shape[0]
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(grey, (0, 0), 0.7)
    _, mask = cv2.threshold(soft, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    contours, _ = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_TC89_L1)
    real = [contour.reshape(-1, 2) for contour in contours if cv2.contourArea(contour) >= _SMALLEST_AREA]
    if not real:
        raise NoPictures
    every = np.concatenate(real)
    (left, top), (right, bottom) = every.min(axis=0), every.max(axis=0)
    outlines = tuple(tuple((float(x - left), float(bottom - y)) for x, y in contour) for contour in real)
    return outlines, max(float(right - left), 1.0), max(float(bottom - top), 1.0)
