"""The devices of whole forms (consent_intake/samples/scanning.py) on a strip of a page, and back to its place.

A device moves every picture of one size alike when it gets the same random numbers. So it scans the strip, and then a
sheet of four spots, and the spots tell where the strip went.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from consent_intake.samples.scanning import WORN_DEVICES, standard_fax

Sheet = NDArray[np.float32]

_EDGE = 60
"""Pixels around the strip, so that what is turned stays on the picture."""
_SPOT = 9
_RESOLUTIONS = (150, 200, 200, 240, 300)
_STANDARD_FAX_SHARE = 0.3
_MISPLACED = 0.8
"""Pixels by which registration errs."""


def worn_scan(device: str, sheet: Sheet, random: Generator) -> Sheet:
    """Return the strip as a badly set device saw it, straightened with the errors of registration."""
    dpi = 200 if device == "fax" else int(random.choice(_RESOLUTIONS))
    seed, scale = int(random.integers(2**31)), dpi / 200
    there = tuple(round((side + 2 * _EDGE) * scale) for side in sheet.shape[::-1])
    seen = _through(device, _laid_out(sheet, there), seed)
    spots = _spots(sheet.shape)
    places = _centres(_through(device, _laid_out(spots, there), seed))
    if device == "fax" and random.random() < _STANDARD_FAX_SHARE:
        seen = np.repeat(standard_fax(seen), 2, axis=0)[: seen.shape[0]]
    if places is None:
        return sheet
    places = places + random.normal(0, _MISPLACED * scale, (4, 2))
    back = cv2.getPerspectiveTransform(places.astype(np.float32), _corners(sheet.shape))
    size = (sheet.shape[1], sheet.shape[0])
    return cv2.warpPerspective(seen.astype(np.float32), back, size, flags=cv2.INTER_LINEAR, borderValue=(255.0,))


def _through(device: str, picture: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
    seen = WORN_DEVICES[device](picture, np.random.default_rng(seed), True)
    return seen if seen.ndim == 2 else np.asarray(cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY), np.uint8)


def _laid_out(sheet: Sheet, size: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return the strip with paper around it, in the device's resolution."""
    around = cv2.copyMakeBorder(sheet, _EDGE, _EDGE, _EDGE, _EDGE, cv2.BORDER_CONSTANT, value=(255.0,))
    ways = cv2.INTER_AREA if size[0] < around.shape[1] else cv2.INTER_LINEAR
    return np.clip(cv2.resize(around, size, interpolation=ways), 0, 255).astype(np.uint8)


def _corners(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return the four places of the strip where the spots are: near its corners."""
    high, wide, inner = shape[0] - 1 - 2 * _SPOT, shape[1] - 1 - 2 * _SPOT, 2 * _SPOT
    return np.array([[inner, inner], [wide, inner], [wide, high], [inner, high]], np.float32)


def _spots(shape: tuple[int, ...]) -> Sheet:
    """Return a strip that holds nothing but the spots."""
    sheet = np.full(shape, 255.0, np.float32)
    for x, y in _corners(shape):
        cv2.circle(sheet, (round(float(x)), round(float(y))), _SPOT, 0.0, -1)
    return sheet


def _centres(picture: NDArray[np.uint8]) -> NDArray[np.float64] | None:
    """Return where the four spots are; None when one of them is lost."""
    dark = cv2.GaussianBlur(picture, (0, 0), 2.0) < 0.45 * float(np.percentile(picture, 80))
    high, wide = dark.shape
    found = []
    for rows, columns in ((0, 0), (0, 1), (1, 1), (1, 0)):
        part = dark[rows * (high // 2) : (rows + 1) * (high // 2), columns * (wide // 2) : (columns + 1) * (wide // 2)]
        count, _, stats, centres = cv2.connectedComponentsWithStats(part.astype(np.uint8))
        right = [i for i in range(1, count) if stats[i, cv2.CC_STAT_AREA] > _SPOT**2 / 4]
        if len(right) != 1:
            return None
        found.append(centres[right[0]] + np.array([columns * (wide // 2), rows * (high // 2)]))
    return np.array(found)


WORN: Final[dict[str, Callable[[Sheet, Generator], Sheet]]] = {
    f"worn_{device}": partial(worn_scan, device) for device in ("none", "flatbed", "copier", "phone", "fax")
}
