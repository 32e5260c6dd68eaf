"""A pen that bends whatever it draws, so that no two signatures of one style are alike."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from typing_extensions import override

from consent_intake.samples.curves import Curve, Pen

_WAVES = 5


@dataclass(frozen=True)
class BendingPen(Pen):
    """A pen on paper of rubber: all that it draws on a page is bent by the same waves.

    Attributes:
        waves: a row each: waves a point across and down, phase, displacement across and down in points.
    """

    waves: NDArray[np.float64]

    @override
    def draw(self, curve: Curve) -> None:
        """Draw a curve of page points, bent."""
        moved = curve.astype(np.float64)
        for across, down, phase, right, low in self.waves:
            along = np.sin(2 * np.pi * (curve[:, 0] * across + curve[:, 1] * down + phase))
            moved = moved + along[:, None] * np.array([right, low])
        super().draw(moved)


def distorted(pen: Pen, random: Generator) -> BendingPen:
    """Return the pen on paper that is bent at random, up to about 5 points."""
    most, reach = float(random.uniform(0.3, 2.2)), float(random.uniform(18, 70))
    waves = np.column_stack(
        [
            random.uniform(-1, 1, (_WAVES, 2)) / reach,
            random.uniform(0, 1, _WAVES),
            random.uniform(-1, 1, (_WAVES, 2)) * most,
        ]
    )
    return BendingPen(pen.ink, pen.thin, pen.thick, pen.random, waves)
