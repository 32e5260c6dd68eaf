"""The empty form as pixels: what consent_intake subtracts from a scan to be left with the ink.

The pages are packaged as PNG (blank_en.png, blank_es.png), so that reading a form needs neither WeasyPrint nor 0.3 s
of printing; ``snapshot consent-form blank-pages`` draws them again, and a test fails when they no longer match the
PDF.
"""

from functools import lru_cache
from importlib.resources import files
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from schemas.values import Language
from services.consent_form.layout import PAGE_HEIGHT, PAGE_WIDTH

BLANK_DPI: Final = 200
"""Resolution of the packaged pages: reading is best at 200 dpi."""

POINTS_PER_INCH: Final = 72.0

GrayImage = npt.NDArray[np.uint8]
"""Height x width, 0 is black."""


def blank_page_file(language: Language) -> str:
    """Return the file name of the packaged page."""
    return f"blank_{language.value}.png"


def blank_form_raster(language: Language, dpi: int = BLANK_DPI) -> GrayImage:
    """Return the empty form in grey: boxes, words and corner marks; no code, no organization, no values.

    The shape is (round(11 * dpi), round(8.5 * dpi)). The array is the caller's own.
    """
    page = _packaged_page(language)
    if dpi == BLANK_DPI:
        return page.copy()
    size = (round(PAGE_WIDTH / POINTS_PER_INCH * dpi), round(PAGE_HEIGHT / POINTS_PER_INCH * dpi))
    interpolation = cv2.INTER_AREA if dpi < BLANK_DPI else cv2.INTER_CUBIC
    return cv2.resize(page, size, interpolation=interpolation).astype(np.uint8, copy=False)


@lru_cache(maxsize=len(Language))
def _packaged_page(language: Language) -> GrayImage:
    """Decode once per process; 4 MB each."""
    data = files("services.consent_form").joinpath(blank_page_file(language)).read_bytes()
    page = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    return np.asarray(page, np.uint8)
