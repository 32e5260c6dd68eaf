"""What a scanner, a copier, a telephone's camera and a fax machine do to a page.

Each function takes and returns 8-bit pixels, grey (height x width) or colour (height x width x 3, red green blue).
``worn`` adds what happens outside a demonstration: paper that was folded, stapled, bent or torn, held by a thumb, laid
down in any direction, and machines that are set badly.
"""

from collections.abc import Callable
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt
from numpy.random import Generator

from consent_intake.samples.wear import bent, folded, shadowed, stapled, thumbed, torn

Picture = npt.NDArray[np.uint8]
"""Height x width, or height x width x 3 in the order red green blue."""

FAX_WIDTH: Final = 1728
"""Pixels in a line of a Group 3 fax (ITU-T T.4)."""

FAX_DPI: Final = (204, 196)
"""Pixels per inch across and down of a fax in fine resolution; standard resolution has half the lines."""

_NOISE_SIZE: Final = 4096


def scanned(page: Picture, scan: str, random: Generator, *, worn: bool = False) -> Picture:
    """Return the page as it comes out of a device.

    Raises:
        KeyError: for a device that is not known.
    """
    device = _DEVICES[scan]
    if not worn or scan == "none":
        return device(page, random, worn)
    return _laid(device(_handled(page, random), random, worn), scan, random)


def standard_fax(page: Picture) -> Picture:
    """Return a fax with half the lines: standard resolution, 98 lines an inch."""
    return page[::2]


def _handled(page: Picture, random: Generator) -> Picture:
    """Return the paper as people hand it in."""
    if random.random() < 0.25:  # noqa: PLR2004 - shares of the set, stated in docs/intake-accuracy.md
        page = folded(page, random)
    if random.random() < 0.08:  # noqa: PLR2004
        page = stapled(page, random)
    if random.random() < 0.04:  # noqa: PLR2004
        page = torn(page, random)
    return page


def _laid(picture: Picture, scan: str, random: Generator) -> Picture:
    """Return the picture turned by quarters: a telephone any way, a scanner mostly upside down."""
    sideways = {"phone": 0.25, "flatbed": 0.08, "copier": 0.03, "fax": 0.0}[scan]
    chance = random.random()
    if chance < sideways:
        picture = np.rot90(picture, 1 if random.random() < 0.5 else 3)  # noqa: PLR2004 - heads or tails
    elif chance < sideways + 0.08:
        picture = np.rot90(picture, 2)
    return np.ascontiguousarray(picture)


def _clean(page: Picture, random: Generator, worn: bool) -> Picture:  # noqa: ARG001 - all devices are called alike
    return page


def _flatbed(page: Picture, random: Generator, worn: bool) -> Picture:
    turned = _turn(page, float(random.uniform(-1.2, 1.2)) * (2.0 if worn else 1.0))
    blur = float(random.uniform(0.4, 0.9)) if worn else 0.6
    return _noise(cv2.GaussianBlur(turned, (0, 0), blur), 4.0, random, paper=0.975)


def _copier(page: Picture, random: Generator, worn: bool) -> Picture:
    """More contrast, specks of toner and a pale streak; set badly, thin ink fades."""
    turned = _turn(_grey(page), float(random.uniform(-1.5, 1.5)))
    soft = cv2.GaussianBlur(turned, (0, 0), 0.9)
    gain, white = (float(random.uniform(1.4, 2.1)), float(random.uniform(145, 168))) if worn else (1.7, 150.0)
    lifted = np.maximum(soft, round(128 - white / gain) + 1)  # convertScaleAbs would mirror what falls below 0
    harder = cv2.convertScaleAbs(lifted, alpha=gain, beta=white - 128 * gain)
    height, width = harder.shape[:2]
    for _ in range(int(random.integers(60, 160))):
        centre = (int(random.integers(width)), int(random.integers(height)))
        cv2.circle(harder, centre, 1, float(random.uniform(30, 150)), -1)
    streak = int(random.integers(width - 3))
    pale = harder[:, streak : streak + 3]
    pale[...] = np.maximum(pale, 22) - 22
    return _like(page, _noise(harder, 5.0, random, paper=0.97))


def _fax(page: Picture, random: Generator, worn: bool) -> Picture:
    """1728 pixels wide, black or white; from a worn machine with rows that are missing."""
    grey = _turn(_grey(page), float(random.uniform(-0.8, 0.8)))
    height = round(grey.shape[0] / grey.shape[1] * FAX_WIDTH * FAX_DPI[1] / FAX_DPI[0])
    small = _noise(cv2.resize(grey, (FAX_WIDTH, height), interpolation=cv2.INTER_AREA), 6.0, random)
    _, faxed = cv2.threshold(small, float(random.uniform(150, 175)), 255, cv2.THRESH_BINARY)
    if worn and random.random() < 0.2:  # noqa: PLR2004
        row = int(random.integers(height - 4))
        faxed[row : row + int(random.integers(1, 4))] = 255
    return _like(page, np.asarray(faxed, np.uint8))


def _phone(page: Picture, random: Generator, worn: bool) -> Picture:
    """Photographed on a desk: perspective, uneven light, some blur; worn adds a bent page, a shadow, a thumb."""
    height, width = page.shape[:2]
    edge = round(0.07 * width)
    size = (width + 2 * edge, height + 2 * edge)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + edge + random.uniform(-0.55 * edge, 0.55 * edge, (4, 2)).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(corners, moved)
    shade = float(random.uniform(0.6, 1.1))
    desk = tuple(round(value * shade) for value in (128.0, 98.0, 72.0))
    if worn and random.random() < 0.35:  # noqa: PLR2004
        page = bent(page, random)
    border = desk if page.ndim == 3 else desk[1]  # noqa: PLR2004 - colour has three dimensions
    photo = cv2.warpPerspective(
        page, matrix, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_CONSTANT, borderValue=border
    )
    if worn and random.random() < 0.15:  # noqa: PLR2004
        photo = thumbed(np.asarray(photo, np.uint8), random)
    photo = cv2.GaussianBlur(photo, (0, 0), float(random.uniform(0.6, 1.3)) if worn else 0.8)
    lit = _times(np.asarray(photo, np.uint8), _light(size, random))
    if worn and random.random() < 0.3:  # noqa: PLR2004
        lit = shadowed(lit, random)
    return _noise(lit, 5.0, random)


def _light(size: tuple[int, int], random: Generator) -> npt.NDArray[np.float32]:
    """Return uneven light, 0.65 to 1, that fades in one direction."""
    angle = float(random.uniform(0, 2 * np.pi))
    across = np.linspace(-0.5, 0.5, 64)[None, :] * np.cos(angle)
    down = np.linspace(-0.5, 0.5, 64)[:, None] * np.sin(angle)
    light = np.asarray(0.86 + 0.2 * np.clip(across + down, -0.7, 0.7), np.float32)
    return np.asarray(cv2.resize(light, size, interpolation=cv2.INTER_LINEAR), np.float32)


def _times(picture: Picture, factor: npt.NDArray[np.float32]) -> Picture:
    """Return the picture darkened by a factor for each pixel."""
    scale = np.asarray(factor * 255, np.uint8)
    layered = scale if picture.ndim == 2 else cv2.merge([scale] * 3)  # noqa: PLR2004
    return np.asarray(cv2.multiply(picture, layered, scale=1 / 255), np.uint8)


def _turn(page: Picture, degrees: float) -> Picture:
    height, width = page.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turned = cv2.warpAffine(page, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=(255, 255, 255))
    return np.asarray(turned, np.uint8)


def _noise(picture: npt.NDArray[Any], spread: float, random: Generator, *, paper: float = 1.0) -> Picture:
    """Return the picture on paper of less than full white, with grain."""
    height, width = picture.shape[:2]
    field = _grain()
    top, left = (int(random.integers(max(1, _NOISE_SIZE - side))) for side in (height, width))
    grain = np.ascontiguousarray(field[top : top + height, left : left + width])
    if grain.shape != (height, width):  # larger than the field
        grain = np.asarray(cv2.resize(field, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)
    layered = grain if picture.ndim == 2 else cv2.merge([grain] * 3)  # noqa: PLR2004
    share = spread / 32.0
    return np.asarray(cv2.addWeighted(picture, paper, layered, share, -128 * share), np.uint8)


@lru_cache(maxsize=1)
def _grain() -> Picture:
    """Return one field of grain for all pictures, 128 in the middle, 32 wide: cutting from it is free."""
    normal = np.random.default_rng(1).standard_normal((_NOISE_SIZE, _NOISE_SIZE), dtype=np.float32)
    return np.asarray(np.clip(normal * 32 + 128, 0, 255), np.uint8)


def _grey(page: Picture) -> Picture:
    return page if page.ndim == 2 else np.asarray(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY), np.uint8)  # noqa: PLR2004


def _like(page: Picture, grey: Picture) -> Picture:
    """Return a grey picture with as many layers as the page it comes from."""
    return grey if page.ndim == 2 else np.repeat(grey[..., None], 3, axis=2)  # noqa: PLR2004


_DEVICES: Final[dict[str, Callable[[Picture, Generator, bool], Picture]]] = {
    "none": _clean,
    "flatbed": _flatbed,
    "copier": _copier,
    "phone": _phone,
    "fax": _fax,
}

WORN_DEVICES: Final = MappingProxyType(_DEVICES)
"""Each device by itself, without what happens to the paper: called with a picture, random numbers and ``worn``."""
