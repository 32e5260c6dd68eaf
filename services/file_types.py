"""Tell what a file is from its first bytes, never from its name or from what the sender calls it."""

PDF = "application/pdf"
PNG = "image/png"
JPEG = "image/jpeg"
TIFF = "image/tiff"
HEIC = "image/heic"

ACCEPTED = (PDF, PNG, JPEG, TIFF, HEIC)
"""Media types that consent_intake can turn into pixels, in the order that the upload page names them."""

PDF_HEADER_WINDOW = 1024
"""Scanners write a few bytes before the header and every reader accepts that (ISO 32000-1, annex H.3.4.1, note 13)."""

FORBIDDEN_STARTS = (
    b"MZ",
    b"\x7fELF",
    b"PK",
    b"#!",
    b"\xca\xfe\xba\xbe",
    b"\xfe\xed\xfa",
    b"\xcf\xfa\xed\xfe",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"GIF8",
    b"\xd0\xcf\x11\xe0",
)
"""Programs, scripts, archives and office files: with a PDF header behind such a start, a file is two things at once."""

MARKUP_STARTS = (b"<", b"\xef\xbb\xbf<")
"""A file that opens as markup and holds a PDF header further on is a web page to a browser."""

HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis"})
"""Brands of still images coded with HEVC (ISO/IEC 23008-12, annex B.4). "mif1" alone would let AVIF in."""


def true_media_type(document: bytes) -> str | None:
    """Return the media type that the bytes prove, or None when it is not one that is accepted."""
    if document.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if document.startswith(b"\xff\xd8\xff"):
        return JPEG
    if document.startswith((b"II*\x00", b"MM\x00*")):
        return TIFF
    if _is_heic(document):
        return HEIC
    return PDF if _is_pdf(document) else None


def _is_pdf(document: bytes) -> bool:
    window = document[:PDF_HEADER_WINDOW]
    at = window.find(b"%PDF-")
    if at < 0:
        return False
    return not window.startswith(FORBIDDEN_STARTS) and not window[:at].lstrip().startswith(MARKUP_STARTS)


def _is_heic(document: bytes) -> bool:
    """An ISO base media file whose type box names a HEVC still-image brand, major or compatible."""
    if document[4:8] != b"ftyp":
        return False
    length = min(int.from_bytes(document[:4], "big"), 256)
    brands = [document[8:12]] + [document[at : at + 4] for at in range(16, length, 4)]
    return not HEIC_BRANDS.isdisjoint(brands)
