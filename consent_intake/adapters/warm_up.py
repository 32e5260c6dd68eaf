"""Use every library once before the walls go up.

Decoders and recognisers load parts of themselves when first used, from files that a confined child cannot open; and
what is loaded here is shared by all children.
"""

import io
from collections.abc import Iterator
from datetime import date

import cv2
import pypdfium2
from PIL import Image

from consent_intake.adapters.child_frames import Task
from consent_intake.adapters.confined_reading import Tools, read_document
from consent_intake.adapters.page_finder import PIXELS_PER_POINT, prepare
from consent_intake.adapters.page_renderer import GreyPixels
from schemas.values import Language
from services.consent_form.blank import blank_form_raster
from services.consent_form.layout import layout

_SOME_DAY = date(2026, 11, 1)

_PICTURE_FORMATS = (
    ("JPEG", {"mode": "L"}),
    ("JPEG", {"mode": "RGB"}),
    ("JPEG", {"mode": "CMYK"}),
    ("PNG", {"mode": "P"}),
    ("PNG", {"mode": "RGBA"}),
    ("HEIF", {"mode": "RGB"}),
    ("TIFF", {"mode": "1", "compression": "group4"}),
    ("TIFF", {"mode": "L", "compression": "tiff_lzw"}),
    ("TIFF", {"mode": "RGB", "compression": "jpeg"}),
    ("TIFF", {"mode": "L", "compression": "tiff_adobe_deflate"}),
)


def warm_up(tools: Tools) -> None:
    """Read made-up documents of every kind, and a filled form in both languages, and forget what was said."""
    prepare()
    for document in _documents():
        read_document(Task(document, _SOME_DAY), tools, _forget)


def _forget(_said: bytes) -> None:
    """Nothing of this is an answer."""


def _documents() -> Iterator[bytes]:
    for kind, options in _PICTURE_FORMATS:
        yield _saved(Image.new(str(options["mode"]), (64, 64)), kind, options.get("compression"))
    yield _pdf()
    for language in Language:
        yield _saved(Image.fromarray(_filled(language)), "PNG", None)


def _saved(picture: Image.Image, kind: str, compression: str | None) -> bytes:
    held = io.BytesIO()
    picture.save(held, kind, **({"compression": compression} if compression else {}))
    return held.getvalue()


def _pdf() -> bytes:
    """Return a page without words: with some, pdfium would remember which fonts the machine has, and no child gets one.

    A child finds no fonts at all, and pdfium uses its own.
    """
    document = pypdfium2.PdfDocument.new()
    document.new_page(200, 200)
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def _filled(language: Language) -> GreyPixels:
    page, form = blank_form_raster(language), layout(language)
    for name, box in form.fields.items():
        for at in form.cells.get(name, (box,)):
            left, bottom = round((at.x + 4) * PIXELS_PER_POINT), round((at.bottom - 6) * PIXELS_PER_POINT)
            text = "7" if name in form.cells else "Practice"
            cv2.putText(page, text, (left, bottom), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (0,), 2)
    return page
