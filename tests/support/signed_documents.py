"""Digitally signed PDFs for tests, and everything that somebody could do to one afterwards."""

import io
import re
import zlib
from collections.abc import Callable, Mapping
from types import MappingProxyType

from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

CONTENT = b"BT /F1 24 Tf 72 700 Td (ORG-A may see my case) Tj ET"


def small_form() -> bytes:
    """Return a one-page PDF with a line of text and a filled text field, as small as it gets."""
    resources = b"/Resources << /Font << /F1 5 0 R >> >> /Annots [6 0 R]"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] /DA (/F1 12 Tf) >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R %s >>" % resources,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(CONTENT), CONTENT),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (organization) /V (ORG-A) /Rect [72 600 300 620] /P 3 0 R >>",
    )
    return pdf_of(objects)


def pdf_of(objects: tuple[bytes, ...]) -> bytes:
    """Return a PDF of numbered objects, the first of which is the catalog."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, len(out))
    return bytes(out) + b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1) + table + trailer


def with_other_content(signed: bytes) -> bytes:
    """Replace what the page says, in an appended revision."""
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(StreamObject(stream_data=CONTENT.replace(b"ORG-A", b"ORG-B")))
    writer.mark_update(page.container_ref)
    return _written(writer)


def with_a_note(signed: bytes) -> bytes:
    """Lay a note over the page."""
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    page = writer.root["/Pages"]["/Kids"][0]
    note = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/FreeText"),
            NameObject("/Rect"): ArrayObject(FloatObject(n) for n in (72, 690, 400, 730)),
            NameObject("/Contents"): TextStringObject("ORG-B may see my case"),
        }
    )
    page["/Annots"].append(writer.add_object(note))
    writer.mark_update(page.container_ref)
    return _written(writer)


def with_another_font(signed: bytes) -> bytes:
    """Let the same letters look like others."""
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    font = writer.root["/Pages"]["/Kids"][0]["/Resources"]["/Font"]["/F1"]
    font[NameObject("/BaseFont")] = NameObject("/ZapfDingbats")
    writer.mark_update(font.container_ref)
    return _written(writer)


def with_another_page(signed: bytes) -> bytes:
    """Append a page."""
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    pages = writer.root["/Pages"]
    page = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Page"),
            NameObject("/Parent"): writer.root.raw_get("/Pages"),
            NameObject("/MediaBox"): ArrayObject(NumberObject(n) for n in (0, 0, 612, 792)),
        }
    )
    pages["/Kids"].append(writer.add_object(page))
    pages[NameObject("/Count")] = NumberObject(2)
    writer.mark_update(pages.container_ref)
    return _written(writer)


def with_another_value(signed: bytes) -> bytes:
    """Change a form field: pyHanko's own verdict lets it pass."""
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    field = writer.root["/AcroForm"]["/Fields"][0]
    field[NameObject("/V")] = TextStringObject("ORG-B")
    writer.mark_update(field.container_ref)
    return _written(writer)


def with_bytes_after_the_end(signed: bytes) -> bytes:
    """Append junk: pyHanko's own verdict lets it pass."""
    return signed + b"\n% and something else\n"


def with_one_byte_changed(signed: bytes) -> bytes:
    """Change a signed byte."""
    return signed.replace(b"(ORG-A may", b"(ORG-B may", 1)


def without_a_byte_range(signed: bytes) -> bytes:
    """Take the name of the signed range away (universal signature forgery)."""
    return signed.replace(b"/ByteRange", b"/XyteRange")


def with_zeroed_contents(signed: bytes) -> bytes:
    """Take the signature itself away (universal signature forgery)."""
    return re.sub(
        rb"/Contents <[0-9a-fA-F]{200,}>", lambda hit: b"/Contents <" + b"0" * (len(hit[0]) - 12) + b">", signed
    )


def with_the_field_hidden(signed: bytes) -> bytes:
    """Keep the signature in the file, but lead no form field to it."""
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    form = writer.root["/AcroForm"]
    form[NameObject("/Fields")] = ArrayObject([form["/Fields"].raw_get(0)])
    writer.update_container(form)
    return _written(writer)


def with_the_end_moved(signed: bytes) -> bytes:
    """Wrap: move the signed end apart, and put another document into the gap, which nobody signed.

    pyHanko 0.38 calls the result intact, valid, trusted, NONE and ENTIRE_FILE, and pdfium shows the other document.

    Both signed stretches stay byte for byte, so the digest fits. The old offset of the cross-reference table now lies
    in the gap, where another table leads to other pages and to a copy of the signature whose range is the new one and
    whose contents, written in half the bytes, have the length of the whole gap.
    """
    numbers = re.search(rb"/ByteRange \[\s*0 (\d+) (\d+) (\d+)\s*\]", signed)
    if numbers is None:
        raise ValueError
    length, again, rest = (int(number) for number in numbers.groups())
    contents = bytes.fromhex(signed[length + 1 : again - 1].decode())
    table_at = int(signed.rsplit(b"startxref", 1)[1].split()[0])
    gap_size = max(table_at + 20_000 - length, 8 * (again - length)) // 2 * 2
    padded = contents + bytes((gap_size - 2) // 2 - len(contents))
    gap = _gap(padded, length, gap_size, rest, table_at)
    return signed[:length] + gap + signed[again:]


def _gap(contents: bytes, length: int, size: int, rest: int, table_at: int) -> bytes:
    """Return the other document; its table is a stream where the signed end says that the table is."""
    head = b"9 0 obj\n<</Type/XRef/Size 10/W[1 4 1]/Root 1 0 R/Length 60>>\nstream\n"
    tail = b"\nendstream\nendobj\n"
    start = table_at + len(head) + 60 + len(tail)
    rows = {0: (0, 0, 255), 7: (2, 8, 0), 9: (1, table_at, 0)}
    body = bytearray()
    for number, content in _other_document(_packed_signature(contents, (length, length + size, rest))).items():
        rows[number] = (1, start + len(body), 0)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(
        kind.to_bytes(1, "big") + at.to_bytes(4, "big") + more.to_bytes(1, "big")
        for kind, at, more in (rows[number] for number in range(10))
    )
    out = b"<00>>>\nendobj\n".ljust(table_at - length) + head + table + tail + body
    return out.ljust(size)


def _packed_signature(contents: bytes, gap: tuple[int, int, int]) -> bytes:
    """Return an object stream's data with the copied signature, whose padding takes next to no room."""
    signature = (
        b"7 0 <</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/ByteRange[0 %d %d %d]/Contents<%s>>>"
    )
    return zlib.compress(signature % (*gap, contents.hex().encode()), 9)


def _other_document(packed: bytes) -> dict[int, bytes]:
    other = CONTENT.replace(b"ORG-A", b"ORG-B")
    return {
        1: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]/SigFlags 3>>>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        4: b"<</Length %d>>\nstream\n%s\nendstream" % (len(other), other),
        5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        6: b"<</FT/Sig/T(parent_signature)/V 7 0 R/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/P 3 0 R>>",
        8: b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (len(packed), packed),
    }


def _written(writer: IncrementalPdfFileWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


TAMPERS: Mapping[str, Callable[[bytes], bytes]] = MappingProxyType(
    {
        "other page content": with_other_content,
        "note over the page": with_a_note,
        "other font": with_another_font,
        "page appended": with_another_page,
        "form value changed": with_another_value,
        "bytes after the end": with_bytes_after_the_end,
        "signed byte changed": with_one_byte_changed,
        "no byte range": without_a_byte_range,
        "contents zeroed": with_zeroed_contents,
        "signature in no field": with_the_field_hidden,
        "signed end moved": with_the_end_moved,
    }
)
"""Everything that was done to a good signature; none of it may be accepted."""
