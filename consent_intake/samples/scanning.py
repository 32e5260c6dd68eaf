"""What a scanner, a copier, a telephone's camera and a fax machine do to a page.

Mild to middling: a sample has to keep its outcome. Each function takes and returns 8-bit colour, height x width x 3.
"""

from collections.abc import Callable
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt
from numpy.random import Generator

Picture = npt.NDArray[np.uint8]
"""Height x width x 3, red green blue."""

FAX_WIDTH: Final = 1728
"""Pixels in a line of a Group 3 fax (ITU-T T.4)."""


def scanned(page: Picture, scan: str, random: Generator) -> Picture:
    """Return the page as it comes out of a device.

    Raises:
        KeyError: for a device that is not known.
    """
    return _DEVICES[scan](page, random)


def _clean(page: Picture, random: Generator) -> Picture:  # noqa: ARG001 - all devices are called alike
    return page


def _flatbed(page: Picture, random: Generator) -> Picture:
    turned = _turn(page, float(random.uniform(-1.2, 1.2)))
    return _noise(cv2.GaussianBlur(turned, (0, 0), 0.6), 4.0, random, paper=0.975)


def _copier(page: Picture, random: Generator) -> Picture:
    """More contrast, specks of toner and a pale streak."""
    gray = cv2.cvtColor(_turn(page, float(random.uniform(-1.5, 1.5))), cv2.COLOR_RGB2GRAY)
    soft = cv2.GaussianBlur(gray, (0, 0), 0.9).astype(np.float32)
    harder: npt.NDArray[np.float32] = np.clip((soft - 128) * 1.7 + 150, 0, 255)
    height, width = gray.shape
    for _ in range(int(random.integers(60, 160))):
        centre = (int(random.integers(width)), int(random.integers(height)))
        cv2.circle(harder, centre, int(random.integers(1, 2)), float(random.uniform(30, 150)), -1)
    streak = int(random.integers(width))
    harder[:, streak : streak + 3] -= 22
    return _noise(_colour(np.clip(harder, 0, 255).astype(np.uint8)), 5.0, random, paper=0.97)


def _fax(page: Picture, random: Generator) -> Picture:
    """1728 pixels wide, black or white."""
    gray = cv2.cvtColor(_turn(page, float(random.uniform(-0.8, 0.8))), cv2.COLOR_RGB2GRAY)
    height = round(gray.shape[0] * FAX_WIDTH / gray.shape[1])
    small = np.asarray(cv2.resize(gray, (FAX_WIDTH, height), interpolation=cv2.INTER_AREA), np.float32)
    small += random.normal(0, 6, small.shape).astype(np.float32)
    return _colour(np.where(small < float(random.uniform(150, 175)), 0, 255).astype(np.uint8))


def _phone(page: Picture, random: Generator) -> Picture:
    """Photographed on a desk: perspective, uneven light, some blur."""
    height, width = page.shape[:2]
    edge = round(0.07 * width)
    size = (width + 2 * edge, height + 2 * edge)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    bent = corners + edge + random.uniform(-0.55 * edge, 0.55 * edge, (4, 2)).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(corners, bent)
    shade = float(random.uniform(0.6, 1.1))
    desk = tuple(round(value * shade) for value in (128.0, 98.0, 72.0))
    photo = cv2.warpPerspective(
        page, matrix, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_CONSTANT, borderValue=desk
    )
    photo = cv2.GaussianBlur(photo, (0, 0), 0.8)
    lit = photo.astype(np.float32) * _light(size, random)[..., None]
    return _noise(np.clip(lit, 0, 255).astype(np.uint8), 5.0, random)


def _light(size: tuple[int, int], random: Generator) -> npt.NDArray[np.float32]:
    """Return uneven light, 0.65 to 1, that fades in one direction."""
    width, height = size
    angle = float(random.uniform(0, 2 * np.pi))
    across = np.linspace(-0.5, 0.5, width)[None, :] * np.cos(angle)
    down = np.linspace(-0.5, 0.5, height)[:, None] * np.sin(angle)
    return np.asarray(0.86 + 0.2 * np.clip(across + down, -0.7, 0.7), np.float32)


def _turn(page: Picture, degrees: float) -> Picture:
    height, width = page.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turned = cv2.warpAffine(page, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))
    return np.asarray(turned, np.uint8)


def _noise(picture: npt.NDArray[Any], spread: float, random: Generator, *, paper: float = 1.0) -> Picture:
    """Return the picture on paper of less than full white, with grain."""
    grain = random.normal(0, spread, picture.shape[:2]).astype(np.float32)[..., None]
    return np.asarray(np.clip(picture.astype(np.float32) * paper + grain, 0, 255), np.uint8)


def _colour(gray: npt.NDArray[np.uint8]) -> Picture:
    return np.repeat(gray[..., None], 3, axis=2)


_DEVICES: Final[dict[str, Callable[[Picture, Generator], Picture]]] = {
    "none": _clean,
    "flatbed": _flatbed,
    "copier": _copier,
    "phone": _phone,
    "fax": _fax,
}
