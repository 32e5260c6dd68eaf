"""Connected parts of ink."""

import cv2
import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int32]
Stats = NDArray[np.int32]
"""Parts x 5: left, top, width, height and area (cv2.CC_STAT_*); row 0 is what is no ink."""
Centres = NDArray[np.float64]


def parts_of(ink: NDArray[np.uint8]) -> tuple[Labels, Stats, Centres]:
    """Return the part of every pixel, and of every part its measures and its middle; corners that touch connect.

    OpenCV's own choice of algorithm takes as long on a comb cell and nearly twice as long on a signature box.
    """
    _, labels, stats, centres = cv2.connectedComponentsWithStatsWithAlgorithm(ink, 8, cv2.CV_32S, cv2.CCL_BBDT)
    return np.asarray(labels, np.int32), np.asarray(stats, np.int32), np.asarray(centres, np.float64)
