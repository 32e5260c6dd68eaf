"""Signatures of nobody: smooth random curves in several styles, and marks that are no signature."""

from collections.abc import Callable
from math import pi
from typing import Final

import numpy as np
from numpy.random import Generator

from consent_intake.samples.ink import Ink, Point
from services.consent_form.layout import FieldBox
from services.fonts import FONT_FOLDER

Curve = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
"""Points x 2, in page points."""

_THIN, _THICK = 0.8, 1.9


def sign(ink: Ink, box: FieldBox, baseline: float, random: Generator) -> None:
    """Write a random signature on the line of a box, in one of several styles."""
    style = _STYLES[int(random.integers(len(_STYLES)))]
    width = min(box.width * 0.6, float(random.uniform(105, 190)))
    height = min(baseline - box.y, 40.0) * float(random.uniform(0.65, 0.95))
    left = box.x + float(random.uniform(26, max(27.0, box.width * 0.85 - width)))
    for curve in style(width, height, random):
        page = np.column_stack([left + curve[:, 0], baseline - curve[:, 1] + random.uniform(-1, 1)])
        _pen(ink, page, random)


def mark_without_meaning(ink: Ink, box: FieldBox, baseline: float, name: str, random: Generator) -> None:
    """Draw what is no clear signature: an X, a straight stray line, or the name in printed letters."""
    left = box.x + float(random.uniform(40, 110))
    kind = int(random.integers(3))
    if kind == 0:
        size = float(random.uniform(12, 17))
        for start, end in (((0, 0), (size, size)), ((0, size), (size, 0))):
            ink.stroke([(left + start[0], baseline - 2 - start[1]), (left + end[0], baseline - 2 - end[1])], [1.5])
    elif kind == 1:
        ink.stroke([(left, baseline - 22), (left + 90, baseline - 14)], [1.2])
    else:
        ink.letters(name, (left, baseline - 4), 13.0, FONT_FOLDER / "PublicSans-Regular.ttf")


def _pen(ink: Ink, curve: Curve, random: Generator) -> None:
    """Draw a curve as a pen does: thin where the hand is fast, thick where it turns."""
    speed = np.linalg.norm(np.diff(curve, axis=0), axis=1)
    slow = 1 - (speed - speed.min()) / max(float(np.ptp(speed)), 1e-6)
    widths = np.clip(_THIN + (_THICK - _THIN) * (0.35 + 0.65 * slow) + random.normal(0, 0.05, slow.shape), 0.6, 2.2)
    points: list[Point] = [(float(x), float(y)) for x, y in curve]
    ink.stroke(points, [float(width) for width in widths])


def _through(points: list[Point], pieces: int = 14) -> Curve:
    """Return a Catmull-Rom spline through points."""
    knots = np.array([points[0], *points, points[-1]], dtype=float)
    t = np.linspace(0, 1, pieces, endpoint=False)[:, None]
    parts = []
    for p0, p1, p2, p3 in zip(knots, knots[1:], knots[2:], knots[3:], strict=False):
        parts.append(
            0.5 * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3)
        )
    return np.concatenate([*parts, knots[-1:]])


def _loops(width: float, height: float, random: Generator) -> list[Curve]:
    """A capital and a run of loops that get smaller, none like the one before, slanted."""
    turns = float(random.uniform(5, 8))
    t = np.linspace(0, 1, int(turns * 26))
    uneven = _wander(t, random, 0.3)
    tall = height * (0.32 + 0.68 * np.exp(-4.5 * t)) * (1 + uneven)
    radius = width / turns * float(random.uniform(0.36, 0.6)) * (1 + _wander(t, random, 0.45))
    phase = 2 * pi * turns * (t + 0.03 * _wander(t, random, 1.0))
    y = tall * (0.5 + 0.5 * np.sin(phase)) + height * 0.06 * _wander(t, random, 1.0)
    x = width * t + radius * np.cos(phase) + y * float(random.uniform(0.0, 0.45))
    return [np.column_stack([x, y])]


def _wander(t: Curve, random: Generator, most: float) -> Curve:
    """Return a slow random wave over t that stays within -most and most."""
    waves = sum(np.sin(2 * pi * (float(random.uniform(0.7, 4.5)) * t + random.random())) for _ in range(3))
    return np.asarray(most / 3 * waves)


def _angular(width: float, height: float, random: Generator) -> list[Curve]:
    """Quick peaks of changing height, then a tail."""
    count = int(random.integers(9, 14))
    points: list[Point] = []
    for index in range(count):
        peak = height * (1.0 if index == 1 else float(random.uniform(0.25, 0.6)))
        x = width * 0.75 * index / count + float(random.uniform(-2.5, 2.5))
        points += [(x, float(random.uniform(-3, 2))), (x + width * 0.25 / count, peak)]
    points += [(width * 0.85, 3.0), (width, float(random.uniform(4, 9)))]
    return [_through(points, 8)]


def _flourish(width: float, height: float, random: Generator) -> list[Curve]:
    """A large first letter, a wave, and a line back under the name."""
    capital = _through(
        [
            (0.16 * width, 0.55 * height),
            (0.03 * width, 0.95 * height),
            (0.0, 0.35 * height),
            (0.10 * width, -0.04 * height),
            (0.22 * width, 0.5 * height),
            (0.12 * width, 0.92 * height),
            (0.14 * width, 0.2 * height),
            (0.26 * width, 0.12 * height),
        ]
    )
    t = np.linspace(0, 1, 130)
    waves = float(random.uniform(5, 8))
    wave = np.column_stack(
        [
            width * (0.26 + 0.72 * t) + 3 * np.cos(2 * pi * waves * t),
            height * (0.16 + 0.22 * (1 - 0.6 * t) * np.sin(2 * pi * waves * t + 4.5)),
        ]
    )
    under = _through(
        [
            (0.98 * width, 0.1 * height),
            (0.6 * width, -4.0),
            (0.2 * width, -5.5),
            (0.45 * width, -7.0),
            (0.9 * width, -3),
        ]
    )
    return [np.concatenate([capital, wave]), under]


def _two_words(width: float, height: float, random: Generator) -> list[Curve]:
    """Given name and surname, each a run of loops."""
    first = _loops(width * 0.42, height, random)[0]
    second = _loops(width * 0.46, height * 0.9, random)[0]
    return [first, second + np.array([width * 0.56, 0.0])]


_STYLES: Final[tuple[Callable[[float, float, Generator], list[Curve]], ...]] = (_loops, _angular, _flourish, _two_words)
