"""Files that somebody could upload to hurt, to hide or to mislead; each is made here, small and the same every time."""

import io
import struct
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

import pillow_heif
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

from tests.support.signed_documents import pdf_of

MEGABYTE = 1 << 20


def pdf_page(content: bytes = b"", *more: bytes, page: bytes = b"/MediaBox [0 0 612 792]") -> bytes:
    """Return a one-page PDF; ``content`` is object 4, its stream and all, ``more`` are the objects from 5 on."""
    content = content or stream(b"BT ET")
    return pdf_of(
        (
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R %s /Contents 4 0 R >>" % page,
            content,
            *more,
        )
    )


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """Return a PDF stream object."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data)


def zeros_deflated(megabytes: int) -> bytes:
    """Return a zlib stream of zeros without ever making them: the same flushed block again and again."""
    packer = zlib.compressobj(9)
    head = packer.compress(bytes(MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + block * (megabytes - 1) + packer.flush()


@cache
def ten_gigabytes_in_a_stream() -> bytes:
    """A page whose content unpacks twice, to 10 GB."""
    packed = zlib.compress(zeros_deflated(10_240), 9)
    return pdf_page(stream(packed, b"/Filter [/FlateDecode /FlateDecode]"))


def page_of_1600_megapixels() -> bytes:
    return pdf_page(page=b"/MediaBox [0 0 14400 14400]")


def page_of_a_million_points_with_a_user_unit() -> bytes:
    return pdf_page(page=b"/MediaBox [0 0 1000000 1000000] /UserUnit 75000")


def page_turned_inside_out() -> bytes:
    return pdf_page(page=b"/MediaBox [612 792 -1e30 1e38]")


def pdf_with_a_picture(width: int, height: int, depth: int) -> bytes:
    """A page with a picture of many pixels and few bytes, ``depth`` forms deep."""
    rows = zlib.compress(bytes((width + 7) // 8 * min(height, 64)), 9)
    picture = stream(
        rows,
        b"/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 1 /ColorSpace /DeviceGray "
        b"/Filter /FlateDecode" % (width, height),
    )
    forms = [
        stream(
            b"/X Do",
            b"/Type /XObject /Subtype /Form /BBox [0 0 1 1] /Resources << /XObject << /X %d 0 R >> >>" % (number + 6),
        )
        for number in range(depth)
    ]
    resources = b"/MediaBox [0 0 612 792] /Resources << /XObject << /X 5 0 R >> >>"
    return pdf_page(stream(b"612 0 0 792 0 0 cm /X Do"), *forms, picture, page=resources)


def forms_that_multiply() -> bytes:
    """Thirty forms that each draw the next one ten times: 10^30 drawings."""
    forms = [
        stream(
            b"/X Do " * 10,
            b"/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << /XObject << /X %d 0 R >> >>"
            % (number + 6),
        )
        for number in range(30)
    ]
    last = stream(b"0 0 10 10 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 612 792]")
    resources = b"/MediaBox [0 0 612 792] /Resources << /XObject << /X 5 0 R >> >>"
    return pdf_page(stream(b"/X Do"), *forms, last, page=resources)


def form_that_draws_itself() -> bytes:
    form = stream(b"/X Do", b"/Type /XObject /Subtype /Form /BBox [0 0 1 1] /Resources << /XObject << /X 5 0 R >> >>")
    resources = b"/MediaBox [0 0 612 792] /Resources << /XObject << /X 5 0 R >> >>"
    return pdf_page(stream(b"/X Do"), form, page=resources)


def arrays_in_arrays() -> bytes:
    return pdf_page(b"", b"[" * 200_000 + b"]" * 200_000, page=b"/MediaBox [0 0 612 792] /Annots 5 0 R")


def dictionaries_in_dictionaries() -> bytes:
    return pdf_page(b"", page=b"/MediaBox [0 0 612 792] /Resources " + b"<< /A " * 50_000 + b">>" * 50_000)


def graphics_states_on_graphics_states() -> bytes:
    return pdf_page(stream(zlib.compress(b"q " * 2_000_000, 9), b"/Filter /FlateDecode"))


def page_tree_in_a_circle() -> bytes:
    return pdf_of((b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"))


def no_pages() -> bytes:
    return pdf_of((b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"))


def a_billion_pages_claimed() -> bytes:
    return pdf_of(
        (
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1000000000 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>",
        )
    )


def eleven_pages() -> bytes:
    pages = [b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>"] * 11
    kids = b" ".join(b"%d 0 R" % (number + 3) for number in range(11))
    return pdf_of((b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [%s] /Count 11 >>" % kids, *pages))


def picture_of(kind: str, size: tuple[int, int], mode: str = "1", frames: int = 1) -> bytes:
    """Return a blank picture."""
    pillow_heif.register_heif_opener()
    held = io.BytesIO()
    first = Image.new(mode, size)
    more = [Image.new(mode, size, number % 2) for number in range(1, frames)]
    options = {"save_all": True, "append_images": more} if frames > 1 else {}
    compression = {"compression": "group4"} if (kind, mode) == ("TIFF", "1") else {}
    first.save(held, kind, **options, **compression)
    return held.getvalue()


def png_of_many_pixels(width: int, height: int) -> bytes:
    """A PNG that claims so many pixels and holds the first few rows of them."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((width // 8 + 1) * 16), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def png_with_text_that_unpacks() -> bytes:
    """A small picture with 64 MB of packed text in front of it."""
    whole = picture_of("PNG", (64, 64), "L")
    text = _chunk(b"zTXt", b"Comment\0\0" + zeros_deflated(64))
    return whole[:33] + text * 4 + whole[33:]


def jpeg_of_many_pixels() -> bytes:
    """A JPEG that claims 65,500 x 65,500 pixels."""
    whole = bytearray(picture_of("JPEG", (64, 64), "L"))
    at = whole.index(b"\xff\xc0") + 5
    whole[at : at + 4] = struct.pack(">HH", 65_500, 65_500)
    return bytes(whole)


def heic_of_many_pixels() -> bytes:
    """A HEIC picture that claims 60,000 x 60,000 pixels."""
    whole = bytearray(picture_of("HEIF", (64, 64), "RGB"))
    at = whole.index(b"ispe") + 8
    whole[at : at + 8] = struct.pack(">II", 60_000, 60_000)
    return bytes(whole)


def tiff_of_many_pixels() -> bytes:
    return picture_of("TIFF", (30_000, 30_000))


def tiff_in_a_circle() -> bytes:
    """A TIFF whose list of pages leads back to its first page."""
    whole = bytearray(picture_of("TIFF", (64, 64), "L"))
    first = struct.unpack_from("<I", whole, 4)[0]
    entries = struct.unpack_from("<H", whole, first)[0]
    struct.pack_into("<I", whole, first + 2 + 12 * entries, first)
    return bytes(whole)


def with_active_content(pdf: bytes) -> bytes:
    """Return the file with JavaScript, an action on opening, a link that sends, and an attached program."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    script = _dictionary({"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert('pay here');")})
    scripts = _dictionary({"/Names": ArrayObject([TextStringObject("pay"), writer._add_object(script)])})
    writer.root_object[NameObject("/Names")] = _dictionary({"/JavaScript": scripts})
    writer.add_attachment("invoice.exe", b"MZ" + bytes(500))
    opening = _dictionary({"/S": NameObject("/Launch"), "/F": TextStringObject("/bin/sh")})
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(opening)
    return _saved(writer)


def with_words_that_are_not_seen(pdf: bytes, words: str) -> bytes:
    """Return the file with other words in its text layer: invisible, white, outside of the page, and under the ink."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    page = writer.pages[0]
    fonts = _dictionary({"/Type": NameObject("/Font"), "/Subtype": NameObject("/Type1")})
    fonts[NameObject("/BaseFont")] = NameObject("/Helvetica")
    page["/Resources"].get_object().setdefault(NameObject("/Font"), _dictionary({}))  # type: ignore[union-attr]
    page["/Resources"]["/Font"][NameObject("/Hidden")] = writer._add_object(fonts)  # type: ignore[index]
    text = f"BT /Hidden 9 Tf 3 Tr 60 560 Td ({words}) Tj ET BT /Hidden 9 Tf 1 g 0 Tr 60 540 Td ({words}) Tj ET "
    text += f"BT /Hidden 9 Tf 0 g 0 Tr 900 560 Td ({words}) Tj ET "
    first = StreamObject()
    first.set_data(("q " + text + "Q ").encode())
    before = page["/Contents"]
    parts = before if isinstance(before, ArrayObject) else [page.raw_get("/Contents")]
    page[NameObject("/Contents")] = ArrayObject([writer._add_object(first), *parts])
    return _saved(writer)


def with_a_field_that_shows_nothing_of_its_value(pdf: bytes, value: str) -> bytes:
    """Return the file with a form field over the name's box, whose value is one thing and whose picture another."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    picture = StreamObject()
    picture.set_data(b"")
    box = ArrayObject([FloatObject(number) for number in (0, 0, 200, 20)])
    picture.update(_dictionary({"/Type": NameObject("/XObject"), "/Subtype": NameObject("/Form"), "/BBox": box}))
    field = {
        "/Type": NameObject("/Annot"),
        "/Subtype": NameObject("/Widget"),
        "/FT": NameObject("/Tx"),
        "/T": TextStringObject("parent_name"),
        "/V": TextStringObject(value),
        "/Rect": ArrayObject([FloatObject(number) for number in (60, 600, 260, 620)]),
        "/F": NumberObject(4),
        "/AP": _dictionary({"/N": writer._add_object(picture)}),
    }
    reference = writer._add_object(_dictionary(field))
    writer.pages[0][NameObject("/Annots")] = ArrayObject([reference])
    writer.root_object[NameObject("/AcroForm")] = _dictionary({"/Fields": ArrayObject([reference])})
    return _saved(writer)


def locked_against_changes(pdf: bytes) -> bytes:
    """Return the file as office software saves it "protected": anybody may open it, nobody may edit it."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    writer.encrypt(user_password="", owner_password="office", algorithm="AES-128")
    return _saved(writer)


def _dictionary(entries: Mapping[str, PdfObject]) -> DictionaryObject:
    return DictionaryObject({NameObject(name): value for name, value in entries.items()})


def _saved(writer: PdfWriter) -> bytes:
    held = io.BytesIO()
    writer.write(held)
    return held.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PIXEL_BOMBS: Mapping[str, Callable[[], bytes]] = MappingProxyType(
    {
        "PDF page of 1,600 megapixels": page_of_1600_megapixels,
        "PDF page with a user unit": page_of_a_million_points_with_a_user_unit,
        "PDF with a picture of 900 megapixels": lambda: pdf_with_a_picture(30_000, 30_000, 0),
        "PNG of 900 megapixels": lambda: png_of_many_pixels(30_000, 30_000),
        "PNG of 169 megapixels": lambda: png_of_many_pixels(13_000, 13_000),
        "TIFF of 900 megapixels": tiff_of_many_pixels,
        "JPEG of 4,290 megapixels": jpeg_of_many_pixels,
    }
)
"""All are told to be too large, before a pixel of them is made."""

EXHAUSTING: Mapping[str, Callable[[], bytes]] = MappingProxyType(
    {
        "10 GB in a stream": ten_gigabytes_in_a_stream,
        "page turned inside out": page_turned_inside_out,
        "picture of 900 megapixels five forms deep": lambda: pdf_with_a_picture(30_000, 30_000, 5),
        "forms that multiply": forms_that_multiply,
        "form that draws itself": form_that_draws_itself,
        "arrays in arrays": arrays_in_arrays,
        "dictionaries in dictionaries": dictionaries_in_dictionaries,
        "two million saved graphics states": graphics_states_on_graphics_states,
        "page tree in a circle": page_tree_in_a_circle,
        "a billion pages claimed": a_billion_pages_claimed,
        "PNG with text that unpacks": png_with_text_that_unpacks,
        "TIFF in a circle": tiff_in_a_circle,
        "HEIC of 3,600 megapixels": heic_of_many_pixels,
    }
)
"""May be read or refused, whatever the library makes of them; the reader lives on."""
