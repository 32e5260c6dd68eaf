"""Where a mark goes, and what every kind of mark needs to draw itself."""

from dataclasses import dataclass
from math import cos, pi, sin
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.random import Generator

from consent_intake.samples.curves import Curve, points_of, smooth_noise, warped
from consent_intake.samples.ink import Ink, Point, letter_outlines, letters_width
from services.consent_form.layout import FieldBox, FormLayout

_Choice = TypeVar("_Choice")


@dataclass(frozen=True)
class Spot:
    """The signature box of one form in the making.

    Attributes:
        ink: what is drawn on.
        form: whose signature box it is.
        name: of the parent.
        random: of the sample.
        held_out: True takes only fonts and words that training never sees, False only the others, None any.
    """

    ink: Ink
    form: FormLayout
    name: str
    random: Generator
    held_out: bool | None = None

    @property
    def box(self) -> FieldBox:
        """The signature box, points."""
        return self.form.signature

    @property
    def baseline(self) -> float:
        """Its line's y."""
        return self.form.signature_baseline

    def any_x(self, width: float = 0.0) -> float:
        """Return a left edge such that ``width`` points fit, right of the printed X."""
        return float(self.random.uniform(self.box.x + 22, max(self.box.right - width - 6, self.box.x + 23)))

    def any_y(self, height: float = 0.0) -> float:
        """Return an upper edge such that ``height`` points fit."""
        return float(self.random.uniform(self.box.y + 4, max(self.box.bottom - height - 5, self.box.y + 5)))

    def chance(self, share: float) -> bool:
        """Return True in this share of the samples."""
        return bool(self.random.random() < share)

    def between(self, least: float, most: float) -> float:
        """Return any number of a range."""
        return float(self.random.uniform(least, most))

    def one_of(self, *texts: str) -> str:
        """Return one of some words."""
        return texts[int(self.random.integers(len(texts)))]

    def word(self, *texts: str) -> str:
        """Return one of some texts, by which training and scoring differ."""
        return self.one_of(*_part(texts, self.held_out))

    def font(self, fonts: tuple[Path, ...]) -> Path:
        """Return one of some fonts, by which training and scoring differ."""
        choice = _part(fonts, self.held_out)
        return choice[int(self.random.integers(len(choice)))]

    def print(self, text: str, font: Path, size: float, *, tilt: float = 0.0, least: float = 5.0) -> None:
        """Set a text on the box's line, or a little above, no wider than the box."""
        room = self.box.width - 40.0
        fitting = max(min(size, room / max(letters_width(text, 1.0, font), 0.1)), least)
        left = self.any_x(letters_width(text, fitting, font))
        self.ink.letters(text, (left, self.baseline - self.between(1, 9)), fitting, font, tilt=tilt)

    def write(self, text: str, font: Path, size: float) -> None:
        """Write a text by hand: no two letters alike."""
        width = letters_width(text, size, font)
        size *= min(1.0, (self.box.width - 36.0) / max(width, 0.1))
        left, base = self.any_x(letters_width(text, size, font)), self.baseline - self.between(-2, 8)
        outlines: list[Curve] = []
        for letter in letter_outlines(text, size, font):
            grow, rise = float(self.random.normal(1, 0.07)), float(self.random.normal(0, 0.04)) * size
            outlines += [np.array(contour) * np.array([1.0, grow]) + np.array([0.0, rise]) for contour in letter]
        lean = self.between(-0.1, 0.2)
        placed = [
            np.column_stack([left + points[:, 0] + lean * points[:, 1], base - points[:, 1]])
            for points in warped(outlines, self.random, 0.06 * size)
        ]
        self.ink.shapes([points_of(points) for points in placed])

    def blot(self, at: Point, across: float, high: float, *, rough: float = 0.2) -> None:
        """Fill an uneven oval."""
        angles = np.linspace(0, 2 * pi, 28, endpoint=False)
        edge = 1 + smooth_noise(angles.size, self.random, rough)[:, 0]
        self.ink.shapes(
            [
                [
                    (at[0] + across / 2 * e * cos(a), at[1] + high / 2 * e * sin(a))
                    for a, e in zip(angles, edge, strict=True)
                ]
            ]
        )

    def grey(self, least: float, most: float) -> None:
        """Draw in a grey from here on, 0 is black."""
        level = self.between(least, most)
        self.ink.use((level, level, level))


def _part(choices: tuple[_Choice, ...], held_out: bool | None) -> tuple[_Choice, ...]:
    """Return the last third, all but it, or all."""
    cut = len(choices) - max(len(choices) // 3, 1)
    if held_out is None or len(choices) == 1:
        return choices
    return choices[cut:] if held_out else choices[:cut]
