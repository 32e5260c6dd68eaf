"""Files that strangers send, each opened in the real confined child."""

import io
from collections.abc import AsyncIterator

import pillow_heif
import pypdfium2
import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from consent_intake.adapters.document_pages import DocumentPages
from consent_intake.adapters.page_renderer import LONGEST_SIDE, MAX_FIELD_CHARACTERS, MAX_FIELDS
from schemas.reason_codes import ReasonCode


@pytest.fixture
async def documents() -> AsyncIterator[DocumentPages]:
    opener = DocumentPages()
    yield opener
    await opener.close()


def picture(size: tuple[int, int] = (850, 1100)) -> Image.Image:
    page = Image.new("L", size, 255)
    page.paste(0, (100, 100, 300, 200))
    return page


def saved(page: Image.Image, kind: str, **options: object) -> bytes:
    target = io.BytesIO()
    page.save(target, kind, **options)
    return target.getvalue()


def pdf_of(*sizes: tuple[float, float]) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for width, height in sizes:
        document.new_page(width, height)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "PDF"])
async def test_each_accepted_kind_becomes_grey_pixels(documents: DocumentPages, kind: str) -> None:
    opened = await documents.open(saved(picture(), kind))
    assert opened.problem is None
    (page,) = opened.pages
    height, width = page.shape
    dark, light = page[height * 150 // 1100, width * 200 // 850], page[height // 2, width // 2]
    assert dark < 60
    assert light > 200


async def test_a_phone_photo_in_heic_becomes_grey_pixels(documents: DocumentPages) -> None:
    pillow_heif.register_heif_opener()
    opened = await documents.open(saved(picture(), "HEIF"))
    assert [page.shape for page in opened.pages] == [(1100, 850)]


async def test_a_letter_page_is_rendered_at_200_dpi_and_every_page_counts(documents: DocumentPages) -> None:
    opened = await documents.open(pdf_of((612, 792), (612, 792)))
    assert [page.shape for page in opened.pages] == [(2200, 1700)] * 2


async def test_a_page_as_large_as_a_phone_photo_is_reduced_and_not_refused(documents: DocumentPages) -> None:
    opened = await documents.open(pdf_of((3024, 4032)))
    assert [max(page.shape) for page in opened.pages] == [LONGEST_SIDE]


def locked() -> bytes:
    writer = PdfWriter(PdfReader(io.BytesIO(pdf_of((612, 792)))))
    writer.encrypt("secret", algorithm="AES-256")
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


REFUSED = {
    "a PDF with a password": (locked, ReasonCode.FILE_ENCRYPTED),
    "eleven pages": (lambda: pdf_of(*[(612, 792)] * 11), ReasonCode.TOO_MANY_PAGES),
    "a PDF page of 207 million points": (lambda: pdf_of((14400, 14400)), ReasonCode.PAGE_TOO_LARGE),
    "a picture of 169 million pixels in 20 kilobytes": (
        lambda: saved(Image.new("1", (13000, 13000)), "PNG"),
        ReasonCode.PAGE_TOO_LARGE,
    ),
    "half a PDF": (lambda: saved(picture(), "PDF")[:400], ReasonCode.FILE_UNREADABLE),
    "half a picture": (lambda: saved(picture(), "PNG")[:200], ReasonCode.FILE_UNREADABLE),
    "a PDF header and nothing else": (lambda: b"%PDF-1.7\n", ReasonCode.FILE_UNREADABLE),
    "a program": (lambda: b"MZ" + b"\0" * 500, ReasonCode.FILE_TYPE_NOT_ALLOWED),
    "text": (lambda: b"hello", ReasonCode.FILE_TYPE_NOT_ALLOWED),
    "nothing": (lambda: b"", ReasonCode.FILE_TYPE_NOT_ALLOWED),
    "more than 25 MiB": (lambda: b"%PDF-1.7\n" + b"0" * (25 << 20), ReasonCode.FILE_TOO_LARGE),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_file_that_cannot_be_pages_is_refused_with_its_reason(documents: DocumentPages, name: str) -> None:
    make, reason = REFUSED[name]
    opened = await documents.open(make())
    assert (opened.problem, opened.pages) == (reason, ())


def form_with(fields: dict[str, str]) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(612, 792)
    made = ArrayObject()
    for name, value in fields.items():
        field = DictionaryObject({NameObject("/FT"): NameObject("/Tx")})
        field |= {NameObject("/T"): TextStringObject(name), NameObject("/V"): TextStringObject(value)}
        made.append(writer._add_object(field))
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): made})
    held = io.BytesIO()
    writer.write(held)
    return held.getvalue()


async def test_form_fields_are_passed_on_no_longer_than_a_form_could_have_them(documents: DocumentPages) -> None:
    opened = await documents.open(form_with({"parent_name": "Practice Parent", "remarks": "x" * 2_000_000}))
    assert opened.field_hints == {"parent_name": "Practice Parent", "remarks": "x" * MAX_FIELD_CHARACTERS}
    many = await documents.open(form_with({f"field{number}": "x" for number in range(MAX_FIELDS + 50)}))
    assert len(many.field_hints) == MAX_FIELDS


async def test_after_a_bad_file_the_next_good_one_is_opened(documents: DocumentPages) -> None:
    for bad in (b"%PDF-1.7\nrubbish", saved(picture(), "TIFF")[:300]):
        assert (await documents.open(bad)).problem is ReasonCode.FILE_UNREADABLE
    assert len((await documents.open(saved(picture(), "JPEG"))).pages) == 1


async def test_when_the_warm_process_is_killed_the_next_file_finds_a_new_one(documents: DocumentPages) -> None:
    await documents.open(saved(picture(), "PNG"))
    assert documents._process is not None
    documents._process.kill()
    await documents._process.wait()
    assert len((await documents.open(saved(picture(), "PNG"))).pages) == 1
