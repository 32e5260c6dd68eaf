"""Turn a stranger's file into grey pixels and the form fields it claims. Runs only inside the confined child."""

import io
from collections.abc import Iterator, Mapping
from itertools import islice

import cv2
import numpy as np
import pillow_heif
import pypdfium2
import pypdfium2.raw as pdfium_constants
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageSequence, UnidentifiedImageError
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from consent_intake.adapters.document_limits import LONGEST_SIDE, MAX_DOCUMENT_BYTES, MAX_PAGE_PIXELS, MAX_PAGES
from consent_intake.adapters.time_limit import TookTooLong, time_limit
from schemas.reason_codes import ReasonCode
from services.file_types import PDF, true_media_type

GreyPixels = NDArray[np.uint8]
"""Rows x columns, 0 is black."""

READING_DPI = 200
"""Reading at 300 dpi gained nothing on 120 measured pages and costs twice the pixels."""

_JPEG = "DCTDecode"
"""Name of a filter in PDF (ISO 32000-2, 7.4.8). A page with such a picture is drawn in colour and made grey: pdfium
takes a third to twice as long to draw it in grey (by page of 17 scans 67 and 44 ms; lines and letters take longer in
colour)."""

HINT_SECONDS = 2.0
MAX_FIELDS = 200
MAX_FIELD_CHARACTERS = 1_000

_BROKEN_IMAGE = (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, TypeError)
_BROKEN_PDF = (
    PyPdfError, NotImplementedError, TypeError, AssertionError, ValueError, AttributeError, KeyError, IndexError,
    OSError, RecursionError, MemoryError, ZeroDivisionError,
)  # fmt: skip
"""30 of 3,210 odd files made pypdf raise outside its own family; hints are worth no document."""


class Refused(Exception):
    """The file cannot be turned into pages; ``code`` says why in a way the uploader can act on."""

    def __init__(self, code: ReasonCode) -> None:
        super().__init__(code.value)
        self.code = code


def prepare_libraries() -> None:
    """Set the libraries up, once, in the warm parent of the children: without threads, which a child cannot start."""
    Image.init()
    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = MAX_PAGE_PIXELS * 4  # own check below is stricter; this one must not warn first


def pages_of(document: bytes) -> Iterator[GreyPixels]:
    """Yield a document's pages as grey pixels, 200 dpi for PDF pages, at most ``LONGEST_SIDE`` pixels a side.

    Raises:
        Refused: too large, of another type, encrypted, broken, too many pages, or a page of too many pixels.
    """
    if len(document) > MAX_DOCUMENT_BYTES:
        raise Refused(ReasonCode.FILE_TOO_LARGE)
    media_type = true_media_type(document)
    if media_type is None:
        raise Refused(ReasonCode.FILE_TYPE_NOT_ALLOWED)
    yield from _pdf_pages(document) if media_type == PDF else _image_pages(document)


def _pdf_pages(document: bytes) -> Iterator[GreyPixels]:
    try:
        pdf = pypdfium2.PdfDocument(document)
        pdf.init_forms()
        count = len(pdf)
    except pypdfium2.PdfiumError as error:
        protected = error.err_code in {pdfium_constants.FPDF_ERR_PASSWORD, pdfium_constants.FPDF_ERR_SECURITY}
        raise Refused(ReasonCode.FILE_ENCRYPTED if protected else ReasonCode.FILE_UNREADABLE) from error
    if count == 0:
        raise Refused(ReasonCode.FILE_UNREADABLE)
    if count > MAX_PAGES:
        raise Refused(ReasonCode.TOO_MANY_PAGES)
    for index in range(count):
        try:
            yield _pdf_page(pdf[index])
        except (pypdfium2.PdfiumError, ValueError, MemoryError) as error:
            raise Refused(ReasonCode.FILE_UNREADABLE) from error


def _pdf_page(page: pypdfium2.PdfPage) -> GreyPixels:
    width, height = page.get_size()
    if width <= 0 or height <= 0:
        raise Refused(ReasonCode.FILE_UNREADABLE)
    if width * height > MAX_PAGE_PIXELS:  # phone apps size a page at one point a pixel
        raise Refused(ReasonCode.PAGE_TOO_LARGE)
    photographed = False
    for image in page.get_objects(filter=[pdfium_constants.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        across, down = image.get_px_size()
        if across * down > MAX_PAGE_PIXELS:
            raise Refused(ReasonCode.PAGE_TOO_LARGE)
        photographed = photographed or _JPEG in image.get_filters()
    scale = min(READING_DPI / 72, LONGEST_SIDE / max(width, height))
    if photographed:
        bitmap = page.render(scale=scale, prefer_bgrx=True)
        return np.asarray(cv2.cvtColor(bitmap.to_numpy(), cv2.COLOR_BGRA2GRAY), np.uint8)
    bitmap = page.render(scale=scale, grayscale=True)
    pixels = bitmap.to_numpy().reshape(bitmap.height, bitmap.width)  # keeps the memory that pdfium drew into
    return np.ascontiguousarray(pixels, dtype=np.uint8)


def _image_pages(document: bytes) -> Iterator[GreyPixels]:
    try:
        with Image.open(io.BytesIO(document)) as picture:
            if getattr(picture, "n_frames", 1) > MAX_PAGES:
                raise Refused(ReasonCode.TOO_MANY_PAGES)
            for frame in ImageSequence.Iterator(picture):
                if frame.width * frame.height > MAX_PAGE_PIXELS:
                    raise Refused(ReasonCode.PAGE_TOO_LARGE)
                yield _image_page(frame)
    except Image.DecompressionBombError as error:
        raise Refused(ReasonCode.PAGE_TOO_LARGE) from error
    except (*_BROKEN_IMAGE, MemoryError) as error:
        raise Refused(ReasonCode.FILE_UNREADABLE) from error


def _image_page(frame: Image.Image) -> GreyPixels:
    """Return a picture's pixels; grey comes first, because Pillow keeps four bytes for a coloured pixel."""
    frame.draft("L", (LONGEST_SIDE * 2 // 3, LONGEST_SIDE))
    orientation = frame.getexif().get(ExifTags.Base.Orientation, 1)
    grey = _on_paper(frame)
    if max(grey.size) > LONGEST_SIDE:
        grey.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.BOX, reducing_gap=None)
    turn = _TURNS.get(orientation)
    return np.array(grey if turn is None else grey.transpose(turn), dtype=np.uint8)


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture upright, by its Exif orientation (Exif 2.32, tag 0x0112)."""


def _on_paper(frame: Image.Image) -> Image.Image:
    """Return the picture in grey, on white where it is transparent."""
    if frame.mode.startswith("I"):  # 16 bits a pixel; Pillow's own way to grey makes all but the darkest white
        return Image.fromarray((np.asarray(frame, dtype=np.uint32) >> 8).clip(0, 255).astype(np.uint8))
    if frame.mode not in {"RGBA", "LA", "PA"} and "transparency" not in frame.info:
        return frame.convert("L")
    seen = frame if frame.mode in {"RGBA", "LA"} else frame.convert("RGBA")
    paper = Image.new("L", seen.size, 255)
    paper.paste(seen.convert("L"), mask=seen.getchannel("A"))
    return paper


def form_fields_of(document: bytes) -> dict[str, str]:
    """Return what a PDF says its form fields hold: never evidence, since it need not be what is seen.

    Empty when the file is no PDF, has no form, is broken for pypdf, or slow.
    """
    if true_media_type(document) != PDF:
        return {}
    try:
        with time_limit(HINT_SECONDS):
            return bounded_fields(PdfReader(io.BytesIO(document)).get_form_text_fields() or {})
    except (TookTooLong, *_BROKEN_PDF):
        return {}


def bounded_fields(fields: Mapping[str, object]) -> dict[str, str]:
    """Return form fields no more and no longer than a form could have: a file's few bytes can unfold to millions."""
    first = islice(fields.items(), MAX_FIELDS)
    named = ((str(name)[:MAX_FIELD_CHARACTERS], str(value or "")[:MAX_FIELD_CHARACTERS]) for name, value in first)
    return {name: value for name, value in named if value}
