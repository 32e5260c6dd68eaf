"""Curves that a hand could draw, and the pen that draws them."""

from dataclasses import dataclass
from math import cos, pi, radians, sin
from typing import Final

import numpy as np
from numpy.random import Generator

from consent_intake.samples.ink import Ink, Point

Curve = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
"""Points x 2. On its own: x from the left end, y up from the baseline, in points. On a page: in page points."""

PEN_WIDTHS: Final = ((0.6, 1.1), (0.8, 1.9), (1.2, 2.2), (1.6, 3.0))
"""Points, thinnest and thickest: a fine and an ordinary ball pen, a gel pen, a felt pen."""

_MOST_TILT: Final = 4.0


@dataclass(frozen=True)
class Place:
    """Where on a page something is written, and how large.

    Attributes:
        left: x of its start.
        baseline: y of its line.
        width: points that it may take.
        height: points of its tall letters.
        tilt: degrees, anticlockwise, that the line is off the level.
    """

    left: float
    baseline: float
    width: float
    height: float
    tilt: float = 0.0

    def on_page(self, curve: Curve) -> Curve:
        """Return a curve's place on the page."""
        turn = radians(self.tilt)
        x, y = curve[:, 0], curve[:, 1]
        right, up = x * cos(turn) - y * sin(turn), x * sin(turn) + y * cos(turn)
        return np.column_stack([self.left + right, self.baseline - up])


def any_tilt(random: Generator, most: float = _MOST_TILT) -> float:
    """Return how far a hand's line is off the level, degrees."""
    return float(np.clip(random.normal(0.6, most / 3), -most, most))


@dataclass(frozen=True)
class Pen:
    """One pen in one hand: thin where the hand is fast, thick where it turns."""

    ink: Ink
    thin: float
    thick: float
    random: Generator

    def draw(self, curve: Curve) -> None:
        """Draw a curve of page points."""
        speed = np.linalg.norm(np.diff(curve, axis=0), axis=1)
        slow = 1 - (speed - speed.min()) / max(float(np.ptp(speed)), 1e-6)
        shake = self.random.normal(0, 0.05, slow.shape)
        widths = self.thin + (self.thick - self.thin) * (0.35 + 0.65 * slow) + shake
        clipped = np.clip(widths, 0.7 * self.thin, 1.2 * self.thick)
        self.ink.stroke(points_of(curve), [float(width) for width in clipped])

    def line(self, *points: Point) -> None:
        """Draw from point to point of the page, a little bent, as nobody draws a straight line."""
        curve = through(list(points), 12)
        self.draw(curve + smooth_noise(len(curve), self.random, 0.5))


def any_pen(ink: Ink, random: Generator) -> Pen:
    """Return one of the pens that lie on a desk, an ordinary one most of the time."""
    thin, thick = PEN_WIDTHS[int(random.choice(len(PEN_WIDTHS), p=(0.2, 0.5, 0.2, 0.1)))]
    return Pen(ink, thin, thick, random)


def points_of(curve: Curve) -> list[Point]:
    """Return a curve as plain points."""
    return [(float(x), float(y)) for x, y in curve]


def through(points: list[Point], pieces: int = 14) -> Curve:
    """Return a Catmull-Rom spline through points."""
    knots = np.array([points[0], *points, points[-1]], dtype=float)
    t = np.linspace(0, 1, pieces, endpoint=False)[:, None]
    parts = []
    for p0, p1, p2, p3 in zip(knots, knots[1:], knots[2:], knots[3:], strict=False):
        parts.append(
            0.5 * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3)
        )
    return np.concatenate([*parts, knots[-1:]])


def wander(t: Curve, random: Generator, most: float) -> Curve:
    """Return a slow random wave over t (0 to 1) that stays within -most and most."""
    waves = sum(np.sin(2 * pi * (float(random.uniform(0.7, 4.5)) * t + random.random())) for _ in range(3))
    return np.asarray(most / 3 * waves)


def smooth_noise(count: int, random: Generator, most: float) -> Curve:
    """Return ``count`` x 2 slow deviations, points."""
    t = np.linspace(0, 1, count)
    return np.column_stack([wander(t, random, most), wander(t, random, most)])


def slanted(curve: Curve, slant: float) -> Curve:
    """Lean a curve: its top goes ``slant`` times its height to the right."""
    return np.column_stack([curve[:, 0] + slant * curve[:, 1], curve[:, 1]])


def warped(outlines: list[Curve], random: Generator, strength: float, reach: float = 30.0) -> list[Curve]:
    """Bend outlines as one sheet of rubber: two equal letters come out different.

    Args:
        outlines: in points.
        random: of the sample.
        strength: most displacement, points.
        reach: shortest wave of the bending, points.
    """
    waves = [(random.uniform(-1, 1, 2) / reach, random.uniform(0, 1, 2), random.uniform(-1, 1, 2)) for _ in range(6)]
    bent = []
    for outline in outlines:
        moved = outline.astype(float)
        for frequency, phase, size in waves:
            along = np.sin(2 * pi * (outline @ frequency + phase[0]))
            moved = moved + strength / 3 * along[:, None] * size
        bent.append(moved)
    return bent
