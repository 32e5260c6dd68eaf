"""What a file that the product hands out may be made of: no action, no attachment, no note about a person."""

import io
import re
from collections.abc import Iterator
from typing import Any

from PIL import Image
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject

ACTIVE = {
    *("/JS", "/JavaScript", "/OpenAction", "/AA", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/XFA"),
    *(
        "/RichMedia",
        "/Movie",
        "/Sound",
        "/Rendition",
        "/Hide",
        "/Named",
        "/ResetForm",
        "/3D",
        "/Thread",
        "/SetOCGState",
    ),
}
"""Keys and kinds of actions by which a PDF does something or brings something along (ISO 32000-2, 12.6 and 13)."""

INFORMATION = {"/Producer", "/Title", "/CreationDate", "/ModDate", "/Creator"}
PIXELS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"pHYs"}
"""Chunks of a PNG that hold a picture and its size; text, time and EXIF have others."""


def faults_of_pdf(pdf: bytes, *, attachments: int = 0) -> list[str]:
    """Return what is in a PDF that must not be; ``attachments`` is how many files it is meant to carry."""
    reader = PdfReader(io.BytesIO(pdf))
    faults, embedded = [], 0
    for found in _dictionaries(reader):
        faults += [f"{key} in an object" for key in ACTIVE & set(found)]
        if found.get("/S") in ACTIVE:
            faults.append(f"an action {found['/S']}")
        if found.get("/S") == "/URI" and not str(found["/URI"]).startswith(("https://", "tel:")):
            faults.append("a link to no web page")
        embedded += found.get("/Type") == "/EmbeddedFile"
    if embedded != attachments:
        faults.append(f"{embedded} attachments")
    faults += [f"{key} in the information" for key in set(reader.metadata or {}) - INFORMATION]
    return faults


def _dictionaries(reader: PdfReader) -> Iterator[DictionaryObject]:
    numbers = {number for some in reader.xref.values() for number in some} | set(reader.xref_objStm)
    for number in sorted(numbers):
        yield from _inside(reader.get_object(number))


def _inside(found: Any) -> Iterator[DictionaryObject]:
    if isinstance(found, DictionaryObject):
        yield found
        for key in found:
            yield from _inside(found.raw_get(key))
    elif isinstance(found, ArrayObject):
        for one in list.__iter__(found):
            yield from _inside(one)


def faults_of_png(png: bytes) -> list[str]:
    """Return the chunks of a PNG that hold anything but pixels, and what follows its end."""
    at, faults = 8, []
    while at < len(png):
        size, kind = int.from_bytes(png[at : at + 4], "big"), png[at + 4 : at + 8]
        if kind not in PIXELS:
            faults.append(f"chunk {kind!r}")
        at += size + 12
        if kind == b"IEND":
            break
    if at != len(png):
        faults.append("something behind the end")
    with Image.open(io.BytesIO(png)) as picture:
        picture.load()
        faults += [f"information {name}" for name in picture.info if name not in {"dpi", "transparency"}]
    return faults


def faults_of_html(page: bytes) -> list[str]:
    """Return what a web page would run, or load from elsewhere."""
    text = page.decode()
    wrong = {
        "a script": r"<script",
        "a handler": r"\son[a-z]+\s*=",
        "a frame or object": r"<(iframe|object|embed|base|applet)\b",
        "something loaded": r"<[a-z]+[^>]*\s(src|srcset|poster|data|background)\s*=",
        "a style loaded": r"@import|url\((?![\"']?(data:|#))",
        "a link that runs": r"(javascript|vbscript|data):[^\"']*[\"']\s*>",
    }
    return [name for name, pattern in wrong.items() if re.search(pattern, text, re.IGNORECASE)]
