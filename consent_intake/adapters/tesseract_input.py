"""Hand pixels to Tesseract as they are."""

import numpy as np
from numpy.typing import NDArray

# allowed: documents-in-the-sandbox - made of pixels here; no file is opened
from PIL import Image

_UNCOMPRESSED = "PPM"


def for_tesseract(page: NDArray[np.uint8]) -> Image.Image:
    """Return a grey page as a picture that pytesseract writes out uncompressed.

    It compresses what has no format as PNG: a tenth of the time that a form's lines take, for a file that lives as
    long as one call.
    """
    picture = Image.fromarray(page)
    picture.format = _UNCOMPRESSED
    return picture
