"""Made hostile files through the real reader: each ends as a reason or as an ordinary reading, and the reader lives."""

from collections.abc import AsyncIterator, Callable
from datetime import date
from io import BytesIO

import pytest
import pytest_asyncio
from pypdf import PdfReader

from consent_intake.adapters.document_limits import MAX_DOCUMENT_BYTES
from consent_intake.adapters.form_reader import FormReader
from consent_intake.adapters.reading_process import form_reader
from consent_intake.rules.form_reading import FormReading, ReadForm
from consent_intake.samples.sample import make_sample
from consent_intake.samples.spec import SampleSpec
from schemas.reason_codes import ReasonCode
from tests.support.hostile_documents import (
    EXHAUSTING,
    PIXEL_BOMBS,
    eleven_pages,
    locked_against_changes,
    no_pages,
    pdf_page,
    picture_of,
    with_a_field_that_shows_nothing_of_its_value,
    with_active_content,
    with_words_that_are_not_seen,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

TODAY = date(2026, 11, 22)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reader() -> AsyncIterator[FormReader]:
    reader = form_reader()
    yield reader
    await reader.close()


@pytest.fixture(scope="module")
def form() -> bytes:
    return make_sample(SampleSpec(today=TODAY, fill="prefilled"), 2)


@pytest.fixture(scope="module")
def locked() -> bytes:
    return make_sample(SampleSpec(today=TODAY, outcome="encrypted"), 2)


async def read_and_live_on(reader: FormReader, document: bytes, locked: bytes) -> ReadForm:
    read = await reader.read(document)
    after = await reader.read(locked)  # only a living child can tell that
    assert after.reading.problem is ReasonCode.FILE_ENCRYPTED
    return read


def seen(reading: FormReading) -> dict[str, str]:
    return {name: written.text for name, written in reading.fields.items()}


@pytest.mark.parametrize("make", PIXEL_BOMBS.values(), ids=PIXEL_BOMBS.keys())
async def test_a_page_of_too_many_pixels_is_told_so(
    make: Callable[[], bytes], reader: FormReader, locked: bytes
) -> None:
    read = await read_and_live_on(reader, make(), locked)

    assert read.reading.problem is ReasonCode.PAGE_TOO_LARGE
    assert read.picture is None


@pytest.mark.parametrize("make", EXHAUSTING.values(), ids=EXHAUSTING.keys())
async def test_a_file_that_exhausts_its_child_is_refused_or_goes_to_a_person(
    make: Callable[[], bytes], reader: FormReader, locked: bytes
) -> None:
    read = await read_and_live_on(reader, make(), locked)

    refused = read.reading.problem in {ReasonCode.FILE_UNREADABLE, ReasonCode.PAGE_TOO_LARGE}
    assert refused == (read.picture is None)
    assert refused or not read.reading.registered


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (b"", ReasonCode.FILE_TYPE_NOT_ALLOWED),
        (b"\x00" * 4096, ReasonCode.FILE_TYPE_NOT_ALLOWED),
        (b"<html><script>alert(1)</script>" + pdf_page(), ReasonCode.FILE_TYPE_NOT_ALLOWED),
        (b"MZ" + bytes(62) + pdf_page(), ReasonCode.FILE_TYPE_NOT_ALLOWED),
        (b"PK\x03\x04" + pdf_page(), ReasonCode.FILE_TYPE_NOT_ALLOWED),
        (b"GIF89a" + bytes(100), ReasonCode.FILE_TYPE_NOT_ALLOWED),
        (pdf_page() + bytes(MAX_DOCUMENT_BYTES), ReasonCode.FILE_TOO_LARGE),
        (b"%PDF-1.7\n" + bytes(range(256)) * 40, ReasonCode.FILE_UNREADABLE),
        (b"%PDF-1.7", ReasonCode.FILE_UNREADABLE),
        (no_pages(), ReasonCode.FILE_UNREADABLE),
        (eleven_pages(), ReasonCode.TOO_MANY_PAGES),
        (picture_of("TIFF", (64, 64), frames=11), ReasonCode.TOO_MANY_PAGES),
        (picture_of("PNG", (64, 64), "L", frames=11), ReasonCode.TOO_MANY_PAGES),
        (picture_of("PNG", (900, 900), "L")[:-30], ReasonCode.FILE_UNREADABLE),
        (picture_of("JPEG", (900, 900), "L")[:700], ReasonCode.FILE_UNREADABLE),
        (picture_of("TIFF", (900, 900), "L")[:5000], ReasonCode.FILE_UNREADABLE),
        (picture_of("HEIF", (64, 64), "RGB")[:-20], ReasonCode.FILE_UNREADABLE),
    ],
    ids=[
        "nothing",
        "zeros",
        "web page with a PDF in it",
        "program with a PDF in it",
        "archive with a PDF in it",
        "GIF",
        "25 MiB and more",
        "PDF of noise",
        "PDF of its first line",
        "PDF without pages",
        "eleven PDF pages",
        "eleven TIFF pages",
        "eleven pictures in a PNG",
        "cut PNG",
        "cut JPEG",
        "cut TIFF",
        "cut HEIC",
    ],
)
async def test_a_file_that_is_no_document_is_told_why(
    document: bytes, problem: ReasonCode, reader: FormReader, locked: bytes
) -> None:
    read = await read_and_live_on(reader, document, locked)

    assert read.reading.problem is problem
    assert read.picture is None


async def test_scripts_actions_and_attachments_do_not_keep_a_form_from_being_read_by_its_pixels(
    reader: FormReader, form: bytes
) -> None:
    plain, active = await reader.read(form), await reader.read(with_active_content(form))

    assert seen(plain.reading)["parent_name"]
    assert seen(active.reading) == seen(plain.reading)
    assert active.picture == plain.picture
    assert active.picture is not None
    assert not any(word in active.picture for word in (b"JavaScript", b"invoice.exe", b"/bin/sh"))


async def test_words_that_nobody_sees_are_not_read(reader: FormReader, form: bytes) -> None:
    masked = with_words_that_are_not_seen(form, "Eve Mallory")
    assert PdfReader(BytesIO(masked)).pages[0].extract_text().count("Eve Mallory") == 3
    plain, hidden = await reader.read(form), await reader.read(masked)

    assert seen(hidden.reading) == seen(plain.reading)
    assert hidden.reading.signature == plain.reading.signature
    assert "Mallory" not in hidden.reading.model_dump_json()


async def test_what_a_form_field_holds_is_a_hint_and_what_it_shows_is_read(reader: FormReader, form: bytes) -> None:
    plain = await reader.read(form)
    other = await reader.read(with_a_field_that_shows_nothing_of_its_value(form, "Eve Mallory"))

    assert other.reading.field_hints == {"parent_name": "Eve Mallory"}
    assert seen(other.reading) == seen(plain.reading)


async def test_a_form_protected_against_changes_is_read_like_any_other(reader: FormReader, form: bytes) -> None:
    plain, protected = await reader.read(form), await reader.read(locked_against_changes(form))

    assert protected.reading.problem is None
    assert seen(protected.reading) == seen(plain.reading)


async def test_a_form_with_a_web_page_behind_its_end_is_read_as_the_form(reader: FormReader, form: bytes) -> None:
    plain = await reader.read(form)
    both = await reader.read(form + b"\n<html><script>alert(1)</script></html>")

    assert seen(both.reading) == seen(plain.reading)


async def test_forms_cut_at_any_place_are_refused_or_read_and_the_reader_lives_on(
    reader: FormReader, form: bytes, locked: bytes
) -> None:
    for share in (0.02, 0.3, 0.6, 0.9, 0.99):
        read = await read_and_live_on(reader, form[: int(len(form) * share)], locked)

        assert (read.reading.problem is ReasonCode.FILE_UNREADABLE) == (read.picture is None)
