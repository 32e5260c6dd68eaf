"""The ink of the signature box as the picture that the network of pens looks at (docs/models/signature.md)."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from consent_intake.adapters.form_ink import GreyPixels, InkBox

ROWS: Final = 72
COLUMNS: Final = 320
"""Size of the picture: the box's height and 230 points of its width, at 100 dpi."""

_MARGIN: Final = 4
"""Columns of paper left of the ink."""
_DARKEST_SHARE: Final = 90


def pen_picture(box: InkBox) -> NDArray[np.uint8] | None:
    """Return the ink, ROWS x COLUMNS, paper is 0 and ink up to 255; None without ink.

    Letters keep their size on paper: what is wider than the picture is made smaller as a whole.
    """
    near = cv2.dilate(box.ink, np.ones((3, 3), np.uint8))
    darkness: GreyPixels = np.where(near > 0, 255 - box.grey, 0).astype(np.uint8)
    columns = np.nonzero(box.ink.any(axis=0))[0]
    if not columns.size:
        return None
    left, right = max(int(columns[0]) - 2 * _MARGIN, 0), min(int(columns[-1]) + 2 * _MARGIN, box.ink.shape[1])
    cut = darkness[:, left:right]
    scale = min(0.5, COLUMNS / cut.shape[1], ROWS / cut.shape[0])
    size = (max(round(cut.shape[1] * scale), 1), max(round(cut.shape[0] * scale), 1))
    small = cv2.resize(cut, size, interpolation=cv2.INTER_AREA)
    dark = max(float(np.percentile(small[small > 0], _DARKEST_SHARE)) if small.any() else 1.0, 1.0)
    picture = np.zeros((ROWS, COLUMNS), np.uint8)
    down = (ROWS - size[1]) // 2
    picture[down : down + size[1], : size[0]] = np.minimum(small * (255.0 / dark), 255).astype(np.uint8)
    return picture
