"""A PDF's first page as a picture, made when somebody asks and stored nowhere."""

import asyncio
import io
from threading import Lock

import pypdfium2

DOTS_PER_INCH = 200
POINTS_PER_INCH = 72

COLORS = 160
"""Enough for every colour of the page and smooth type, at a third of the size of full colour."""

_PDFIUM = Lock()
"""PDFium is not thread-safe: one page at a time in this process (0.2 s each)."""


async def picture_of(pdf: bytes) -> bytes:
    """Return the first page as PNG at 200 dots per inch; never call it with a file that the product did not make.

    Raises:
        pypdfium2.PdfiumError: not a PDF.
    """
    return await asyncio.to_thread(_draw, pdf)


def _draw(pdf: bytes) -> bytes:
    with _PDFIUM:
        document = pypdfium2.PdfDocument(pdf)
        try:
            sheet = document[0]
            image = sheet.render(scale=DOTS_PER_INCH / POINTS_PER_INCH).to_pil()
            sheet.close()
        finally:
            document.close()
    out = io.BytesIO()
    image.quantize(COLORS).save(out, "PNG", dpi=(DOTS_PER_INCH, DOTS_PER_INCH))
    return out.getvalue()
