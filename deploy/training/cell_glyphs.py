"""Characters as pixels: fonts drawn once, real digits enlarged, and each writer's way of deforming them."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Glyph = NDArray[np.uint8]
"""Ink is 255; GLYPH_HEIGHT high for a capital, cut tight with a margin."""

GLYPH_HEIGHT = 60
_MARGIN = 10
_WIDEST = 50.0
"""Pixels on the sheet, a bit more than a cell: who writes into boxes keeps to them, more or less."""


@lru_cache(maxsize=20_000)
def font_glyph(font: Path, character: str) -> Glyph:
    """Return a character of a font; digits and capitals about GLYPH_HEIGHT high."""
    face = _face(font)
    picture = Image.new("L", (5 * GLYPH_HEIGHT, 5 * GLYPH_HEIGHT), 0)
    ImageDraw.Draw(picture).text((2 * GLYPH_HEIGHT, 2 * GLYPH_HEIGHT), character, 255, face, anchor="ms")
    return _cut(np.asarray(picture))


@lru_cache(maxsize=200)
def _face(font: Path) -> ImageFont.FreeTypeFont:
    trial = ImageFont.truetype(str(font), 100)
    _, top, _, bottom = trial.getbbox("8")
    return ImageFont.truetype(str(font), max(round(100 * GLYPH_HEIGHT / max(bottom - top, 1)), 8))


def digit_glyph(digit: NDArray[np.uint8], sharpness: float, level: float) -> Glyph:
    """Return a real digit, enlarged; ``level`` is how much of the pen's soft edge counts as ink."""
    large = cv2.resize(digit, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC).astype(np.float32) / 255
    soft = cv2.GaussianBlur(large, (0, 0), 1.2)
    return _cut((255 / (1 + np.exp(-(soft - level) * sharpness))).astype(np.uint8))


def _cut(picture: NDArray[np.uint8]) -> Glyph:
    rows, columns = np.nonzero(picture > 60)
    if rows.size == 0:
        return np.zeros((2 * _MARGIN, 2 * _MARGIN), np.uint8)
    cut = picture[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    return np.pad(cut, _MARGIN)


@dataclass(frozen=True)
class Hand:
    """One writer: what all characters of a line share.

    Attributes:
        height: pixels of a capital on the sheet.
        slant: tangent of the slant.
        width: stretch across.
        pen: pixels by which strokes are thickened, at the glyph's own size; negative thins.
        wobble: pixels of elastic deformation.
        shake: how far characters are off the cell's middle, pixels.
        dark: what the ink leaves of the paper's light, 0 is black.
    """

    height: float
    slant: float
    width: float
    pen: int
    wobble: float
    shake: float
    dark: float

    @classmethod
    def writing(cls, random: Generator) -> "Hand":
        """Return somebody's hand."""
        return cls(
            height=float(random.uniform(24, 54)),
            slant=float(random.normal(0.05, 0.17)),
            width=float(random.uniform(0.75, 1.3)),
            pen=int(random.choice([-2, -1, -1, 0, 0, 0, 1, 1, 2])),
            wobble=float(random.uniform(0.5, 3.2)),
            shake=float(random.uniform(1, 4.5)),
            dark=float(random.choice([0.05, 0.1, 0.25, 0.4, 0.5])),
        )

    @classmethod
    def typing(cls, random: Generator) -> "Hand":
        """Return a printer's."""
        return cls(float(random.uniform(19, 32)), 0.0, float(random.uniform(0.92, 1.08)), 0, 0.0, 1.2, 0.08)

    def shaped(self, glyph: Glyph, random: Generator) -> NDArray[np.float32]:
        """Return a character as this hand writes it once, at the sheet's size, ink is 1."""
        if self.pen > 0:
            side = 2 * self.pen + 1
            glyph = cv2.dilate(glyph, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
        elif self.pen < 0:
            size = -self.pen + 1
            thin = cv2.erode(glyph, np.ones((size, size), np.uint8))
            glyph = thin if np.count_nonzero(thin > 128) > 0.35 * np.count_nonzero(glyph > 128) else glyph
        height, width = glyph.shape
        scale = self.height / GLYPH_HEIGHT * float(random.normal(1, 0.07 if self.wobble else 0.0))
        turn = float(random.normal(0, 0.09 if self.wobble else 0.0))
        across = scale * self.width * float(random.normal(1, 0.08 if self.wobble else 0.0))
        across = min(across, _WIDEST / max(width - 2 * _MARGIN, 1))
        slant = self.slant + float(random.normal(0, 0.06 if self.wobble else 0.0))
        size = (max(round(width * across * 1.5), 8), max(round(height * scale * 1.25), 8))
        matrix = np.array([[across, -slant * scale - turn * scale, 0], [turn * across, scale, 0]])
        matrix[:, 2] = np.array(size) / 2 - matrix[:, :2] @ np.array([width / 2, height / 2])
        if self.wobble:
            glyph = _elastic(glyph, self.wobble, random)
        if scale < 0.8:  # soften before making it smaller
            glyph = cv2.GaussianBlur(glyph, (0, 0), 0.35 / scale)
        return cv2.warpAffine(glyph, matrix, size, flags=cv2.INTER_LINEAR).astype(np.float32) / 255


def _elastic(glyph: Glyph, most: float, random: Generator) -> Glyph:
    height, width = glyph.shape
    coarse = random.normal(0, most, (2, 5, 4)).astype(np.float32)
    moved = [cv2.resize(one, (width, height), interpolation=cv2.INTER_CUBIC) for one in coarse]
    rows, columns = np.indices(glyph.shape, dtype=np.float32)
    return cv2.remap(glyph, columns + moved[0], rows + moved[1], cv2.INTER_LINEAR)
