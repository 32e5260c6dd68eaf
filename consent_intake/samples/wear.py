"""What happens to paper before it lies under a device, and in front of a camera: folds, staples, curls, thumbs.

Each function takes and returns 8-bit pixels, grey or colour; lengths are shares of the page's width.
"""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from numpy.random import Generator

Picture = npt.NDArray[np.uint8]

_COLOUR: Final = 3
"""Dimensions of a colour picture."""


def folded(page: Picture, random: Generator) -> Picture:
    """Return the page after it was folded in thirds or in half: a dark and a pale line beside each other."""
    page = page.copy()
    height, width = page.shape[:2]
    shares = [1 / 3, 2 / 3] if random.random() < 0.6 else [0.5]  # noqa: PLR2004 - letters and halves
    upright = random.random() < 0.2  # noqa: PLR2004
    for share in shares:
        side = width if upright else height
        at = int(side * (share + float(random.uniform(-0.02, 0.02))))
        thick = max(1, round(width / 1100))
        for offset, change in ((0, -int(random.integers(18, 60))), (thick, int(random.integers(5, 20)))):
            line = slice(at + offset, at + offset + thick)
            strip = page[:, line] if upright else page[line]
            strip[...] = np.clip(strip.astype(np.int16) + change, 0, 255)
    return page


def stapled(page: Picture, random: Generator) -> Picture:
    """Return the page with a staple in its top left corner, or with the two holes that it left."""
    page = page.copy()
    scale = page.shape[1] / 612.0
    x, y = (float(random.uniform(14, 22)) * scale, float(random.uniform(10, 20)) * scale)
    angle = float(random.uniform(0.3, 1.2))
    end = (x + 24 * scale * np.cos(angle), y + 24 * scale * np.sin(angle))
    if random.random() < 0.5:  # noqa: PLR2004 - heads or tails
        cv2.line(page, (round(x), round(y)), (round(end[0]), round(end[1])), _ink(page, 90), max(1, round(1.2 * scale)))
    else:
        for point in ((x, y), end):
            cv2.circle(page, (round(point[0]), round(point[1])), max(1, round(scale)), _ink(page, 60), -1)
    return page


def torn(page: Picture, random: Generator) -> Picture:
    """Return the page without one of its corners, mark and all."""
    page = page.copy()
    height, width = page.shape[:2]
    across, down = (width * float(random.uniform(0.08, 0.14)) for _ in range(2))
    x, y = ((0, 0), (width, 0), (width, height), (0, height))[int(random.integers(4))]
    corner = [(x, y), (abs(x - across), y), (x, abs(y - down))]
    cv2.fillPoly(page, [np.array(corner, np.int32)], _ink(page, int(random.integers(40, 250))))
    return page


def bent(page: Picture, random: Generator) -> Picture:
    """Return the page as it looks when it does not lie flat: rows shifted along a soft wave."""
    height, width = page.shape[:2]
    most = width * float(random.uniform(0.002, 0.007))
    phase, waves = float(random.uniform(0, 2 * np.pi)), float(random.uniform(0.4, 0.9))
    across = np.arange(width, dtype=np.float32)
    shift = (most * np.sin(2 * np.pi * waves * across / width + phase)).astype(np.float32)
    map_x = np.broadcast_to(across, (height, width))
    map_y = np.arange(height, dtype=np.float32)[:, None] + shift[None, :]
    return np.asarray(
        cv2.remap(page, np.ascontiguousarray(map_x), map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def thumbed(photo: Picture, random: Generator) -> Picture:
    """Return the photograph with a thumb over one of the page's long sides or its bottom, away from the boxes."""
    height, width = photo.shape[:2]
    side = int(random.integers(3))
    reach = width * float(random.uniform(0.08, 0.12))
    centre = (
        (0.0, height * float(random.uniform(0.2, 0.85))),
        (float(width), height * float(random.uniform(0.2, 0.85))),
        (width * float(random.uniform(0.25, 0.75)), float(height)),
    )[side]
    axes = (round(reach * 1.6), round(reach)) if side < 2 else (round(reach), round(reach * 1.6))  # noqa: PLR2004
    skin = (205, 160, 135) if photo.ndim == _COLOUR else (170,)
    tone = float(random.uniform(0.45, 1.05))
    colour = tuple(round(value * tone) for value in skin)
    photo = photo.copy()
    cv2.ellipse(photo, (round(centre[0]), round(centre[1])), axes, float(random.uniform(-15, 15)), 0, 360, colour, -1)
    return photo


def shadowed(photo: Picture, random: Generator) -> Picture:
    """Return the photograph with the shadow of a hand or a telephone over a part of it, its edge soft."""
    height, width = photo.shape[:2]
    small = np.full((88, 68), 255, np.uint8)
    angle = float(random.uniform(0, 2 * np.pi))
    middle = np.array([random.uniform(10, 58), random.uniform(10, 78)])
    along = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-along[1], along[0]])
    points = [middle, middle + 140 * along, middle + 140 * along + 140 * across, middle + 140 * across]
    dark = int(random.integers(140, 215))
    cv2.fillPoly(small, [np.array(points, np.int32)], dark)
    soft = cv2.GaussianBlur(small, (0, 0), float(random.uniform(1.0, 4.0)))
    shade = cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)
    layered = cv2.merge([shade] * 3) if photo.ndim == _COLOUR else shade
    return np.asarray(cv2.multiply(photo, layered, scale=1 / 255), np.uint8)


def _ink(page: Picture, value: int) -> tuple[int, ...]:
    return (value,) * (3 if page.ndim == _COLOUR else 1)
