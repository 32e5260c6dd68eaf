"""Documents that were damaged at random: every one ends as a reading, and the warm process outlives them all.

A slice of a longer run: ``MUTANTS=500 pytest tests/integration/consent_intake/test_mutated_documents.py``.
"""

import io
import os
import random
from collections.abc import AsyncIterator

import pillow_heif
import pytest
import pytest_asyncio
from PIL import Image, ImageDraw

from consent_intake.adapters.form_reader import FormReader
from consent_intake.adapters.reading_process import form_reader
from schemas.reason_codes import ReasonCode

pytestmark = pytest.mark.asyncio(loop_scope="module")

MUTANTS = int(os.environ.get("MUTANTS", "4"))
"""Of each kind of file."""

KINDS = ("PDF", "PNG", "JPEG", "TIFF", "HEIF")
EXPECTED_PROBLEMS = {
    None,
    ReasonCode.FILE_UNREADABLE,
    ReasonCode.FILE_TYPE_NOT_ALLOWED,
    ReasonCode.FILE_ENCRYPTED,
    ReasonCode.PAGE_TOO_LARGE,
    ReasonCode.TOO_MANY_PAGES,
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reader() -> AsyncIterator[FormReader]:
    shared = form_reader(1)
    yield shared
    await shared.close()


def small_page(kind: str) -> bytes:
    pillow_heif.register_heif_opener()
    page = Image.new("RGB", (240, 320), "white")
    ImageDraw.Draw(page).text((20, 20), "Signature", fill="black")
    held = io.BytesIO()
    page.save(held, kind)
    return held.getvalue()


def mutant(document: bytes, chance: random.Random) -> bytes:
    """Flip some bytes, cut some out, repeat some, or end early; the first ones stay, so that a decoder looks at it."""
    damaged = bytearray(document)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(12, len(damaged))
        size = chance.randint(1, 40)
        match chance.randrange(5):
            case 0 | 1:
                damaged[at] = chance.randrange(256)
            case 2:
                del damaged[at : at + size]
            case 3:
                damaged[at:at] = damaged[at : at + size]
            case _:
                damaged[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"9999"))
        if len(damaged) < 20:  # nothing left to damage
            break
    return bytes(damaged[: chance.randrange(20, len(damaged) + 1)] if chance.random() < 0.15 else damaged)


@pytest.mark.parametrize("kind", KINDS)
async def test_every_damaged_document_ends_as_a_reading_and_the_warm_process_lives_on(
    reader: FormReader, kind: str
) -> None:
    chance = random.Random(f"{kind} 2026")
    whole = small_page(kind)
    assert (await reader.read(whole)).reading.problem is None
    (child,) = reader._children
    process = child._process  # type: ignore[attr-defined]
    for _ in range(MUTANTS):
        read = await reader.read(mutant(whole, chance))
        assert read.reading.problem in EXPECTED_PROBLEMS
        assert (read.picture is None) == (read.reading.problem is not None)
    assert child._process is process  # type: ignore[attr-defined]
    assert process.returncode is None
