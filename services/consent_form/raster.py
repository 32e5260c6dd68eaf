"""Draws a PDF page as pixels, for the packaged blank pages, the samples and the tests."""

import numpy as np
import pypdfium2

from services.consent_form.blank import POINTS_PER_INCH, GrayImage


def page_raster(pdf: bytes, dpi: int) -> GrayImage:
    """Return the first page in grey. Only for PDFs that the product made itself: nothing is confined here."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        bitmap = document[0].render(scale=dpi / POINTS_PER_INCH, grayscale=True)
        return np.array(bitmap.to_numpy()[..., 0] if bitmap.to_numpy().ndim > 2 else bitmap.to_numpy(), np.uint8)  # noqa: PLR2004 - height, width, channel
    finally:
        document.close()
