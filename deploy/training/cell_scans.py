"""What happens to a sheet on its way: flatbed, copier, telephone, fax, at 150 to 300 dpi, and back to 200 dpi.

Not the devices that samples are scored with (consent_intake/samples/scanning.py): other strengths, other order, wider.
"""

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Sheet = NDArray[np.float32]

_FAX_DPI = 1728 / 8.5
_WHOLE_SHEET = 2.7e6
"""Pixels; a smaller one gets fewer specks of toner."""


def any_scan(sheet: Sheet, random: Generator) -> Sheet:
    """Return the sheet as a random device saw it."""
    device = str(random.choice(list(DEVICES), p=(0.3, 0.22, 0.24, 0.18, 0.06)))
    return DEVICES[device](sheet, random)


def _flatbed(sheet: Sheet, random: Generator) -> Sheet:
    there, back, size = _ways(sheet, float(random.choice([150, 200, 240, 300])), 1.5, 0.0, random)
    seen = cv2.GaussianBlur(_warp(sheet, there, size), (0, 0), float(random.uniform(0.3, 1.1)))
    seen = _jpeg(_grain(seen * random.uniform(0.85, 1), float(random.uniform(1, 7)), random), random)
    return _returned(seen, back, sheet, random)


def _copier(sheet: Sheet, random: Generator) -> Sheet:
    there, back, size = _ways(sheet, float(random.choice([150, 200, 300])), 1.8, 0.0, random)
    seen = cv2.GaussianBlur(_warp(sheet, there, size), (0, 0), float(random.uniform(0.5, 1.3)))
    seen = (seen - 128) * random.uniform(1.3, 3.0) + random.uniform(110, 190)
    for _ in range(round(random.integers(20, 300) * min(sheet.size / _WHOLE_SHEET, 1.0))):
        at = (int(random.integers(size[0])), int(random.integers(size[1])))
        cv2.circle(seen, at, int(random.integers(1, 3)), float(random.uniform(10, 160)), -1)
    for _ in range(int(random.integers(0, 3))):
        column = int(random.integers(size[0]))
        seen[:, column : column + int(random.integers(1, 5))] -= float(random.uniform(10, 70))
    return _returned(_grain(np.clip(seen, 0, 255), float(random.uniform(2, 9)), random), back, sheet, random)


def _phone(sheet: Sheet, random: Generator) -> Sheet:
    there, back, size = _ways(sheet, float(random.uniform(140, 300)), 3.0, 0.05, random)
    seen = cv2.GaussianBlur(_warp(sheet, there, size), (0, 0), float(random.uniform(0.5, 1.5)))
    if random.random() < 0.3:  # it moved
        length = int(random.integers(2, 5))
        kernel = np.zeros((length, length), np.float32)
        rows = length // 2 if random.random() < 0.5 else slice(None)
        columns = slice(None) if random.random() < 0.5 else length // 2
        kernel[rows, columns] = 1
        seen = cv2.filter2D(seen, -1, kernel / kernel.sum())
    across, down = np.linspace(-0.5, 0.5, size[0])[None], np.linspace(-0.5, 0.5, size[1])[:, None]
    angle = random.uniform(0, 2 * np.pi)
    light = random.uniform(0.55, 0.95) + random.uniform(0, 0.5) * (across * np.cos(angle) + down * np.sin(angle))
    seen = _grain((seen * np.clip(light, 0.2, 1.05)).astype(np.float32), float(random.uniform(2, 9)), random)
    return _returned(_jpeg(seen, random), back, sheet, random)


def _fax(sheet: Sheet, random: Generator) -> Sheet:
    there, back, size = _ways(sheet, _FAX_DPI, 1.0, 0.0, random)
    seen = _warp(sheet, there, size)
    if random.random() < 0.15:  # standard resolution has half the lines
        half = cv2.resize(seen, (size[0], size[1] // 2), interpolation=cv2.INTER_AREA)
        seen = cv2.resize(half, size, interpolation=cv2.INTER_NEAREST)
    seen = _grain(seen, float(random.uniform(3, 20)), random)
    level = float(random.uniform(110, 195))
    return _returned(np.where(seen < level, 0, 255).astype(np.float32), back, sheet, random)


def _copied_and_faxed(sheet: Sheet, random: Generator) -> Sheet:
    return _fax(_copier(sheet, random), random)


def _ways(
    sheet: Sheet, dpi: float, turn: float, bend: float, random: Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64], tuple[int, int]]:
    """Return the way onto the device's picture, the way back, and the picture's size."""
    height, width = sheet.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    scale, edge = dpi / 200, 0.04 * width
    angle = np.deg2rad(random.uniform(-turn, turn))
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], np.float32)
    middle = corners.mean(0)
    seen = ((corners - middle) @ rotation.T + middle + edge) * scale
    seen += random.uniform(-bend, bend, (4, 2)).astype(np.float32) * width * scale
    there = cv2.getPerspectiveTransform(corners, seen.astype(np.float32))
    found = seen + random.normal(0, 0.8 * scale, (4, 2)).astype(np.float32)
    back = cv2.getPerspectiveTransform(found.astype(np.float32), corners)
    return there, back, (round((width + 2 * edge) * scale), round((height + 2 * edge) * scale))


def _warp(sheet: Sheet, matrix: NDArray[np.float64], size: tuple[int, int]) -> Sheet:
    smaller = abs(float(matrix[0, 0])) < 0.95
    source = cv2.GaussianBlur(sheet, (0, 0), 0.5) if smaller else sheet
    return cv2.warpPerspective(source, matrix, size, flags=cv2.INTER_LINEAR, borderValue=(255.0,))


def _returned(seen: Sheet, back: NDArray[np.float64], sheet: Sheet, random: Generator) -> Sheet:
    ways = cv2.INTER_LINEAR if random.random() < 0.7 else cv2.INTER_CUBIC
    return cv2.warpPerspective(seen, back, sheet.shape[::-1], flags=ways, borderValue=(255.0,))


def _grain(picture: Sheet, spread: float, random: Generator) -> Sheet:
    noise = np.empty(picture.shape, np.float32)
    cv2.setRNGSeed(int(random.integers(2**31 - 1)))
    cv2.randn(noise, 0.0, spread)
    return np.clip(picture + noise, 0, 255)


def _jpeg(picture: Sheet, random: Generator) -> Sheet:
    if random.random() < 0.4:
        return picture
    _, data = cv2.imencode(".jpg", picture.astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(40, 93))])
    return cv2.imdecode(data, cv2.IMREAD_GRAYSCALE).astype(np.float32)


DEVICES: Final[dict[str, Callable[[Sheet, Generator], Sheet]]] = {
    "flatbed": _flatbed,
    "copier": _copier,
    "phone": _phone,
    "fax": _fax,
    "copied_and_faxed": _copied_and_faxed,
}
