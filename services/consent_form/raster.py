"""Draws a PDF page as pixels, for the packaged blank pages, the samples and the tests."""

import numpy as np
import pypdfium2

from services.consent_form.blank import POINTS_PER_INCH, GrayImage


def page_raster(pdf: bytes, dpi: int) -> GrayImage:
    """Return the first page in grey. Only for PDFs that the product made itself: nothing is confined here."""
    return _first_page(pdf, dpi, grayscale=True)


def page_raster_in_colour(pdf: bytes, dpi: int) -> GrayImage:
    """Return the first page as height x width x 3, red green blue. Only for PDFs that the product made itself."""
    return _first_page(pdf, dpi, grayscale=False)


def _first_page(pdf: bytes, dpi: int, *, grayscale: bool) -> GrayImage:
    document = pypdfium2.PdfDocument(pdf)
    try:
        bitmap = document[0].render(scale=dpi / POINTS_PER_INCH, grayscale=grayscale, rev_byteorder=True)
        pixels = np.array(bitmap.to_numpy(), np.uint8)
    finally:
        document.close()
    return pixels.reshape(pixels.shape[:2]) if grayscale else pixels
