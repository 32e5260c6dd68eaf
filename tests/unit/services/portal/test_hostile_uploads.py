"""What an upload says about itself decides nothing: names and declared types are left unread, bytes are what counts."""

import re
from uuid import UUID

import pytest
from sqlalchemy import func, select

from services.portal.uploads import MAX_DOCUMENT_BYTES
from services.register.tables import Consent, OutgoingEvent
from services.vault.vault import Kind
from tests.support.portal_world import CLAIM_FIELDS, PDF_BYTES, PNG_BYTES, PortalWorld

HOSTILE_NAMES = {
    "double extension": "form.pdf.exe",
    "NUL in the middle": "form.php%00.pdf",
    "a real NUL": "form\x00.pdf",
    "right to left": "form\u202efdp.exe",
    "path upwards": "../../../../etc/cron.d/form.pdf",
    "windows path": "C:\\Windows\\System32\\form.pdf",
    "three thousand letters": "a" * 3000 + ".pdf",
    "device": "CON.pdf",
    "header": 'form.pdf"\r\nX-Injected: 1\r\n',
    "markup": "<img src=x onerror=alert(1)>.pdf",
    "a parent's name": "Marisol Practice AB12345C1.pdf",
    "no letters": "....",
    "home": "~root/.ssh/authorized_keys",
}

POLYGLOTS = {
    "program and PDF": b"MZ\x90\0" + PDF_BYTES,
    "ELF and PDF": b"\x7fELF\x02\x01\x01" + PDF_BYTES,
    "zip and PDF": b"PK\x03\x04" + PDF_BYTES,
    "Java class and PDF": b"\xca\xfe\xba\xbe" + PDF_BYTES,
    "web page and PDF": b"<html><script>1</script>" + PDF_BYTES,
    "picture vector and PDF": b"\n <svg onload='1'>" + PDF_BYTES,
    "GIF and PDF": b"GIF89a" + PDF_BYTES,
    "script and PDF": b"#!/bin/sh\n" + PDF_BYTES,
    "office and PDF": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + PDF_BYTES,
}

LIES = [
    ("form.pdf", "application/pdf", PNG_BYTES, "image/png"),
    ("form.png", "image/png", PDF_BYTES, "application/pdf"),
    ("form.exe", "application/x-msdownload", PDF_BYTES, "application/pdf"),
    ("form.html", "text/html; charset=utf-8", PDF_BYTES, "application/pdf"),
]


async def _post(world: PortalWorld, name: str, content: bytes, declared: str = "application/pdf") -> tuple[int, dict]:  # type: ignore[type-arg]
    boundary = "xx-boundary"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="form"; filename="'.encode()
    parts = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        for field, value in CLAIM_FIELDS.items()
    )
    named = name.encode("utf-8").replace(b'"', b"%22").replace(b"\r\n", b"%0D%0A")
    body = parts + head + named + f'"\r\nContent-Type: {declared}\r\n\r\n'.encode() + content
    async with world.api(world.staff) as client:
        answer = await client.post(
            "/api/v1/consents",
            content=body + f"\r\n--{boundary}--\r\n".encode(),
            headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
        )
    assert "X-Injected" not in answer.headers
    return answer.status_code, answer.json()


async def _stored(world: PortalWorld) -> int:
    async with world.context.database.reading() as tx:
        return await tx.scalar(select(func.count()).select_from(Consent)) or 0


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES.keys())
async def test_a_files_name_is_read_by_nobody_and_stored_nowhere(world: PortalWorld, name: str) -> None:
    status, answer = await _post(world, name, PDF_BYTES)
    assert status == 202, answer
    async with world.context.database.reading() as tx:
        consent = (await tx.scalars(select(Consent))).one()
        event = (await tx.scalars(select(OutgoingEvent))).one()
        assert await world.vault.open(tx, consent.id, Kind.DOCUMENT) == PDF_BYTES
    told = f"{answer} {vars(consent)} {event.value!r} {event.headers!r}"
    words = [word for word in re.split(r"[^A-Za-z]+", name) if len(word) > 4]
    assert not [word for word in words if word in told]
    assert consent.media_type == "application/pdf"
    assert UUID(answer["id"]) == consent.id, "stored under a name of our own"


async def test_a_name_of_five_thousand_letters_is_a_problem_and_stores_nothing(world: PortalWorld) -> None:
    status, answer = await _post(world, "a" * 5000 + ".pdf", PDF_BYTES)
    assert (status, answer["code"]) == (400, "REQUEST_INVALID")
    assert await _stored(world) == 0


@pytest.mark.parametrize(("name", "declared", "content", "true"), LIES)
async def test_a_declared_type_is_not_believed(
    world: PortalWorld, name: str, declared: str, content: bytes, true: str
) -> None:
    assert (await _post(world, name, content, declared))[0] == 202
    async with world.context.database.reading() as tx:
        assert (await tx.scalars(select(Consent.media_type))).one() == true


@pytest.mark.parametrize("content", POLYGLOTS.values(), ids=POLYGLOTS.keys())
async def test_a_file_that_is_two_things_at_once_is_refused(world: PortalWorld, content: bytes) -> None:
    status, answer = await _post(world, "form.pdf", content)
    assert (status, answer["code"]) == (415, "FILE_TYPE_NOT_ALLOWED")
    assert await _stored(world) == 0
    assert not world.vault._objects


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "FILE_EMPTY"),
        (PDF_BYTES + b"\0" * (MAX_DOCUMENT_BYTES + 1 - len(PDF_BYTES)), 413, "FILE_TOO_LARGE"),
    ],
    ids=["no byte", "25 MiB and one byte"],
)
async def test_a_file_of_no_size_or_one_byte_too_much_is_refused(
    world: PortalWorld, content: bytes, status: int, code: str
) -> None:
    assert MAX_DOCUMENT_BYTES == 25 * 1024 * 1024
    refused, answer = await _post(world, "form.pdf", content)
    assert (refused, answer["code"]) == (status, code)
    assert await _stored(world) == 0


async def test_a_file_of_the_largest_size_is_taken(world: PortalWorld) -> None:
    content = PDF_BYTES + b"\0" * (MAX_DOCUMENT_BYTES - len(PDF_BYTES))
    assert (await _post(world, "form.pdf", content))[0] == 202
