"""Legible signatures: a name in joined letters as a pen writes it, no letter like another."""

from itertools import pairwise
from math import cos, sin
from pathlib import Path
from typing import Final

import numpy as np
from numpy.random import Generator

from consent_intake.samples.curves import Curve, Pen, Place, points_of, slanted, smooth_noise, through, wander, warped
from consent_intake.samples.ink import letter_outlines, letters_width
from consent_intake.samples.signature_styles import FONT_FILES, any_name

LETTER_SHAPES: Final = tuple(
    FONT_FILES / f"{name}.ttf"
    for name in (
        *("HomemadeApple-Regular", "HomemadeApple-Regular", "Caveat-SemiBold", "ReenieBeanie-Regular"),
        *("GreatVibes-Regular", "DancingScript-Regular", "Sacramento-Regular"),
    )
)
"""What the letters start from; the hand makes them its own."""


def penned_name(pen: Pen, place: Place, random: Generator) -> None:
    """A name in one hand: slant, line, size and pressure drift, letters are joined, some are skipped."""
    font = LETTER_SHAPES[int(random.integers(len(LETTER_SHAPES)))]
    penned_letters(pen, place, random, font, any_name(random, short=bool(random.random() < 0.35)))  # noqa: PLR2004


def penned_letters(pen: Pen, place: Place, random: Generator, font: Path, written: str) -> None:
    """Write a name in a hand whose letters start from a font's."""
    name = _shortened(written, random)
    size = min(float(random.uniform(0.8, 1.3)) * place.height, place.width / max(letters_width(name, 1.0, font), 0.1))
    letters = _written(name, size, font, random)
    bent = warped(
        [contour for letter in letters for contour in letter], random, 0.1 * size, float(random.uniform(16, 45))
    )
    heavy = 0.5 * (pen.thick - pen.thin)
    pen.ink.shapes([points_of(place.on_page(outline)) for outline in bent])
    for outline in bent:
        closed = points_of(place.on_page(np.concatenate([outline, outline[:1]])))
        if random.random() < 0.7:  # noqa: PLR2004 - pressure
            pen.ink.stroke(closed, [max(heavy * float(random.uniform(0.0, 1.0)), 0.05)] * len(closed))
    _joined(pen, place, letters, random)
    if random.random() < 0.3:  # noqa: PLR2004 - a line under the name, or the cross of a long t
        low = float(random.choice([-0.15, -0.1, 0.6])) * place.height
        line = through([(0.1 * place.width, low), (0.5 * place.width, low - 2.0), (0.9 * place.width, low + 1.0)])
        pen.draw(place.on_page(line + smooth_noise(len(line), random, 1.5)))


def _shortened(name: str, random: Generator) -> str:
    """Leave letters out, as a hand that signs every day does."""
    if random.random() < 0.5:  # noqa: PLR2004 - half of them
        return name
    return "".join(letter for letter in name if not letter.islower() or random.random() < 0.8)  # noqa: PLR2004


def _written(name: str, size: float, font: Path, random: Generator) -> list[list[Curve]]:
    """Return each letter's outlines: turned, grown, raised and slanted on its own, all along a line that drifts."""
    outlines = letter_outlines(name, size, font)
    along = np.linspace(0, 1, max(len(outlines), 2))
    drift = wander(along, random, float(random.uniform(0.02, 0.14)) * size)
    lean = float(random.uniform(-0.1, 0.45)) + wander(along, random, 0.12)
    shrink = 1 + float(random.uniform(-0.35, 0.1)) * along
    squeeze, left = float(random.uniform(0.8, 1.02)), 0.0
    letters = []
    for index, letter in enumerate(outlines):
        turn, grow = float(random.normal(0, 0.05)), float(random.normal(1, 0.1)) * float(shrink[index])
        rise = float(drift[index]) + float(random.normal(0, 0.03)) * size
        start = min((x for contour in letter for x, _ in contour), default=0.0)
        written = []
        for contour in letter:
            points = (np.array(contour) - np.array([start, 0.0])) * grow
            points = np.column_stack(
                [
                    points[:, 0] * cos(turn) - points[:, 1] * sin(turn),
                    points[:, 0] * sin(turn) + points[:, 1] * cos(turn),
                ]
            )
            written.append(slanted(points, float(lean[index])) + np.array([start * squeeze + left, rise]))
        left += float(random.normal(0, 0.03)) * size
        letters.append(written)
    return letters


def _joined(pen: Pen, place: Place, letters: list[list[Curve]], random: Generator) -> None:
    """Draw a thin stroke from the foot of most letters to the next one."""
    if random.random() < 0.35:  # noqa: PLR2004 - a hand that does not join
        return
    for one, other in pairwise(letters):
        if not one or not other or random.random() < 0.2:  # noqa: PLR2004 - the pen was lifted
            continue
        before, after = np.concatenate(one), np.concatenate(other)
        low = before[before[:, 1] < before[:, 1].min() + 0.3 * np.ptp(before[:, 1])]
        start = low[int(low[:, 0].argmax())]
        near = after[after[:, 0] < after[:, 0].min() + 0.3 * np.ptp(after[:, 0])]
        end = near[int(random.integers(len(near)))]
        if end[0] - start[0] > 0.6 * place.height:
            continue
        middle = ((start[0] + end[0]) / 2, min(start[1], end[1]) - float(random.uniform(0, 1.5)))
        curve = through([(float(start[0]), float(start[1])), middle, (float(end[0]), float(end[1]))], 8)
        points = points_of(place.on_page(curve))
        pen.ink.stroke(points, [pen.thin * float(random.uniform(0.6, 1.2))] * len(points))
