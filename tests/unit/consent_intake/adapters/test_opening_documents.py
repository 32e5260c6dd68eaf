"""Files that strangers send, each opened by the real warm process in a confined child."""

import io
from collections.abc import AsyncIterator
from datetime import date

import numpy as np
import pillow_heif
import pypdfium2
import pytest
import pytest_asyncio
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from consent_intake.adapters.child_answer import Answer, Opened
from consent_intake.adapters.child_frames import Task
from consent_intake.adapters.document_limits import LONGEST_SIDE
from consent_intake.adapters.page_renderer import MAX_FIELD_CHARACTERS, MAX_FIELDS
from consent_intake.adapters.reading_child import ReadingChild
from schemas.reason_codes import ReasonCode

SOME_DAY = date(2026, 11, 22)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def child() -> AsyncIterator[ReadingChild]:
    shared = ReadingChild()
    yield shared
    await shared.close()


async def opened_by(child: ReadingChild, document: bytes) -> Opened:
    answer = await child.read(Task(document, SOME_DAY, show_first=True))
    assert answer is not None
    return answer.opened


async def test_a_photograph_in_a_pdf_is_as_grey_as_the_photograph_itself(child: ReadingChild) -> None:
    stripes = Image.linear_gradient("L").resize((850, 1100))
    photo = Image.merge("RGB", (stripes, stripes.rotate(180), stripes.transpose(Image.Transpose.FLIP_LEFT_RIGHT)))
    drawn = (await opened_by(child, saved(photo, "PDF", resolution=200))).first_page
    assert drawn is not None
    grey = np.asarray(photo.convert("L").resize(drawn.shape[::-1]), np.int16)
    assert np.abs(drawn - grey).max() <= 4


async def read_by(child: ReadingChild, document: bytes) -> Answer:
    answer = await child.read(Task(document, SOME_DAY, show_first=True))
    assert answer is not None
    assert answer.read is not None
    return answer


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


KINDS: dict[str, tuple[str, dict[str, object]]] = {
    "PNG": ("L", {}),
    "PNG with a palette": ("P", {}),
    "JPEG": ("L", {}),
    "JPEG in colour": ("RGB", {}),
    "JPEG for print": ("CMYK", {}),
    "TIFF": ("L", {}),
    "TIFF from a fax": ("1", {"compression": "group4"}),
    "TIFF of an old fax": ("1", {"compression": "group3"}),
    "TIFF with LZW": ("RGB", {"compression": "tiff_lzw"}),
    "TIFF with deflate": ("L", {"compression": "tiff_adobe_deflate"}),
    "TIFF with JPEG": ("RGB", {"compression": "jpeg"}),
    "TIFF with PackBits": ("1", {"compression": "packbits"}),
    "HEIF": ("RGB", {}),
    "PDF": ("RGB", {}),
    "PDF of a fax": ("1", {}),
}


@pytest.mark.parametrize("kind", KINDS)
async def test_each_accepted_kind_becomes_grey_pixels_behind_the_walls(child: ReadingChild, kind: str) -> None:
    pillow_heif.register_heif_opener()
    mode, options = KINDS[kind]
    page = (await opened_by(child, saved(picture().convert(mode), kind.split(maxsplit=1)[0], **options))).first_page
    assert page is not None
    height, width = page.shape
    dark, light = page[height * 150 // 1100, width * 200 // 850], page[height // 2, width // 2]
    assert dark < 60
    assert light > 200


async def test_a_letter_page_is_rendered_at_200_dpi_and_every_page_counts(child: ReadingChild) -> None:
    opened = await opened_by(child, pdf_of((612, 792), (612, 792)))
    assert opened.first_page is not None
    assert (opened.first_page.shape, opened.page_count) == ((2200, 1700), 2)


async def test_a_page_as_large_as_a_phone_photo_is_reduced_and_not_refused(child: ReadingChild) -> None:
    page = (await opened_by(child, pdf_of((3024, 4032)))).first_page
    assert page is not None
    assert max(page.shape) == LONGEST_SIDE


async def test_the_largest_pictures_that_are_let_in_are_read_within_the_memory_of_a_child(child: ReadingChild) -> None:
    for mode, size in (("RGB", (8000, 4990)), ("RGBA", (6300, 6300)), ("L", (4990, 8000))):
        answer = await read_by(child, saved(Image.new(mode, size), "PNG", compress_level=1))
        assert answer.opened.first_page is not None


WORDS_WITHOUT_FONT = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
    b"/Resources<</Font<</F1<</Type/Font/Subtype/TrueType/BaseFont/Arial>>>>>>>>endobj\n"
    b"4 0 obj<</Length 44>>stream\nBT /F1 40 Tf 100 600 Td (Consent) Tj ET      \nendstream endobj\n"
    b"trailer<</Root 1 0 R>>"
)


async def test_words_in_a_font_that_the_file_lacks_are_drawn_though_no_font_file_can_be_opened(
    child: ReadingChild,
) -> None:
    page = (await opened_by(child, WORDS_WITHOUT_FONT)).first_page
    assert page is not None
    assert (page < 100).sum() > 1000


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
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_file_that_cannot_be_pages_is_refused_with_its_reason(child: ReadingChild, name: str) -> None:
    make, reason = REFUSED[name]
    assert await child.read(Task(make(), SOME_DAY)) == Answer(Opened(problem=reason))


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


async def test_form_fields_are_passed_on_no_longer_than_a_form_could_have_them(child: ReadingChild) -> None:
    answer = await read_by(child, form_with({"parent_name": "Practice Parent", "remarks": "x" * 2_000_000, "no": ""}))
    hints = answer.read.reading.field_hints if answer.read else {}
    assert hints == {"parent_name": "Practice Parent", "remarks": "x" * MAX_FIELD_CHARACTERS}
    many = await read_by(child, form_with({f"field{number}": "x" for number in range(MAX_FIELDS + 50)}))
    assert many.read is not None
    assert len(many.read.reading.field_hints) == MAX_FIELDS


async def test_after_a_bad_file_the_next_good_one_is_opened(child: ReadingChild) -> None:
    for bad in (b"%PDF-1.7\nrubbish", saved(picture(), "TIFF")[:300]):
        assert (await opened_by(child, bad)).problem is ReasonCode.FILE_UNREADABLE
    assert (await opened_by(child, saved(picture(), "JPEG"))).page_count == 1
