"""Digits that people wrote, as shapes to be drawn with a pen's colour; see fonts/README.md for where they come from."""

from functools import lru_cache
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from numpy.random import Generator

from consent_intake.samples.ink import Ink, Point

DIGITS_FILE: Final = Path(__file__).resolve().parent / "real_digits.npz"

Outline = list[list[Point]]
"""Closed contours; x and y are shares of the digit's height, origin top left."""

_ENLARGED: Final = 8
_EDGE: Final = 118
"""Grey value between ink and paper of the smoothed pictures."""


class DigitHand:
    """One form's real digits: each time another one that somebody wrote."""

    def __init__(self, random: Generator) -> None:
        self._random = random

    def draw(self, ink: Ink, digit: str, centre: Point, height: float) -> None:
        """Draw a digit around a centre; height in points, the width is limited to 0.9 of the height."""
        numbers = _numbers()[int(digit)]
        outline, width = _outline(int(numbers[int(self._random.integers(len(numbers)))]))
        squeeze = min(1.0, 0.9 / width)
        left, top = centre[0] - width * squeeze * height / 2, centre[1] - height / 2
        ink.shapes([[(left + x * squeeze * height, top + y * height) for x, y in part] for part in outline])


@lru_cache(maxsize=1)
def _pictures() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    with np.load(DIGITS_FILE, allow_pickle=False) as stored:
        return stored["digits"], stored["labels"]


@lru_cache(maxsize=1)
def _numbers() -> tuple[npt.NDArray[np.intp], ...]:
    labels = _pictures()[1]
    return tuple(np.flatnonzero(labels == digit) for digit in range(10))


@lru_cache(maxsize=2048)
def _outline(number: int) -> tuple[Outline, float]:
    """Return a digit's outline and its width as a share of its height."""
    picture = _pictures()[0][number]
    side = picture.shape[0] * _ENLARGED
    large = cv2.GaussianBlur(cv2.resize(picture, (side, side), interpolation=cv2.INTER_CUBIC), (0, 0), _ENLARGED * 0.3)
    dark = np.asarray(cv2.threshold(large, _EDGE, 255, cv2.THRESH_BINARY)[1], np.uint8)
    left, top, width, height = cv2.boundingRect(dark)
    found, _ = cv2.findContours(dark, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_TC89_L1)
    outline = [[((x - left) / height, (y - top) / height) for x, y in part.reshape(-1, 2)] for part in found]
    return outline, width / height
