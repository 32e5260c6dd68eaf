"""Puts pages into files."""

from collections.abc import Sequence
from io import BytesIO
from time import gmtime
from typing import Any, Final

import pillow_heif
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, NameObject, StreamObject

from consent_intake.samples.scanning import Picture
from consent_intake.samples.spec import Container
from services.consent_form.layout import PAGE_HEIGHT, PAGE_WIDTH

PASSWORD: Final = "practice"  # noqa: S105 - opens a sample that is meant to be refused
MANY_PAGES: Final = 200

JPEG_QUALITY: Final = 82
_LONG_AGO: Final = gmtime(0)
"""Creation date of image PDFs, so that the same sample has the same bytes."""


def with_ink(form_pdf: bytes, ink: bytes) -> bytes:
    """Return a PDF with a content stream drawn over its first page.

    What the page itself draws is put between q and Q, since it may leave another coordinate system behind.
    """
    writer = PdfWriter(clone_from=PdfReader(BytesIO(form_pdf)))
    page = writer.pages[0]
    contents = page.get("/Contents")
    before = [] if contents is None else [_stream(writer, b"q\n"), *_references(contents), _stream(writer, b"\nQ\n")]
    page[NameObject("/Contents")] = ArrayObject([*before, _stream(writer, ink)])
    return _written(writer)


def _stream(writer: PdfWriter, content: bytes) -> Any:
    """Return a reference to a new content stream."""
    stream = StreamObject()
    stream.set_data(content)
    return writer._add_object(stream.flate_encode())  # noqa: SLF001 - pypdf has no public way to add an object


def _references(contents: Any) -> list[Any]:
    """Return the content streams of a page as indirect references."""
    resolved = contents.get_object()
    return list(resolved) if isinstance(resolved, ArrayObject) else [contents.indirect_reference or contents]


def empty_page() -> bytes:
    """Return a PDF with one empty Letter page."""
    writer = PdfWriter()
    writer.add_blank_page(PAGE_WIDTH, PAGE_HEIGHT)
    return _written(writer)


def locked(pdf: bytes) -> bytes:
    """Return the PDF, to be opened with PASSWORD only. Never the same bytes twice: the key is random."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf)))
    writer.encrypt(PASSWORD, algorithm="AES-256")
    return _written(writer)


def followed_by_empty_pages(pdf: bytes, pages: int = MANY_PAGES) -> bytes:
    """Return the PDF with empty pages behind it, so that it has a number of pages."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf)))
    for _ in range(pages - len(writer.pages)):
        writer.add_blank_page(PAGE_WIDTH, PAGE_HEIGHT)
    return _written(writer)


def _written(writer: PdfWriter) -> bytes:
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def as_file(
    picture: Picture,
    container: Container,
    *,
    dpi: int | tuple[int, int],
    black_and_white: bool,
    quality: int = JPEG_QUALITY,
    behind: Sequence[Picture] = (),
) -> bytes:
    """Return a picture as a file; black and white is stored with one bit a pixel where the format can.

    Args:
        picture: grey or colour.
        container: file format; a PDF holds one image a page.
        dpi: pixels per inch, or that across and down: a fax has fewer lines down.
        black_and_white: whether one bit a pixel is enough.
        quality: of JPEG, also inside a PDF.
        behind: further pages; of PDF and TIFF alone.
    """
    one_bit = black_and_white and container not in {"jpeg", "heic"}
    first, *others = (_image(one, one_bit=one_bit) for one in (picture, *behind))
    target = BytesIO()
    both = dpi if isinstance(dpi, tuple) else (dpi, dpi)
    options = _save_options(container, both, quality, black_and_white=black_and_white)
    if others:
        options |= {"save_all": True, "append_images": others}
    first.save(target, **options)
    return target.getvalue()


def _image(picture: Picture, *, one_bit: bool) -> Image.Image:
    image = Image.fromarray(picture)
    return image.convert("1", dither=Image.Dither.NONE) if one_bit else image


def _save_options(container: Container, dpi: tuple[int, int], quality: int, *, black_and_white: bool) -> dict[str, Any]:
    match container:
        case "pdf":
            dates = {"creationDate": _LONG_AGO, "modDate": _LONG_AGO}
            jpeg = {} if black_and_white else {"quality": quality}
            return {"format": "PDF", "dpi": dpi, **jpeg, **dates}
        case "png":
            return {"format": "PNG", "dpi": dpi, "compress_level": 1}
        case "jpeg":
            return {"format": "JPEG", "dpi": dpi, "quality": quality}
        case "tiff":
            compression = "group4" if black_and_white else "tiff_lzw"
            return {"format": "TIFF", "dpi": dpi, "compression": compression}
        case "heic":  # what telephones save; it keeps no resolution
            pillow_heif.register_heif_opener()
            return {"format": "HEIF", "quality": quality, "enc_params": {"preset": "ultrafast"}}
