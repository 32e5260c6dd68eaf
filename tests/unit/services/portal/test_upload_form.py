from collections.abc import Iterable

import pytest
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from services.portal.upload_form import DRAIN_LIMIT, parse_upload
from services.portal.uploads import MAX_DOCUMENT_BYTES

HEAD = b'--x\r\nContent-Disposition: form-data; name="form"; filename="a"\r\n\r\n'
TAIL = b"\r\n--x--\r\n"
MEBIBYTE = b"\0" * 1024 * 1024


def _request(body: Iterable[bytes]) -> Request:
    chunks = iter([*body])

    async def receive() -> Message:
        chunk = next(chunks, None)
        return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}

    headers = [(b"content-type", b"multipart/form-data; boundary=x")]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive)


async def _file(request: Request) -> UploadFile:
    await parse_upload(request)
    part = (await request.form())["form"]
    assert isinstance(part, UploadFile)
    return part


async def test_a_document_never_touches_the_disk_unsealed() -> None:
    request = _request([HEAD, *[MEBIBYTE] * 24, TAIL])
    part = await _file(request)
    assert part.size == 24 * len(MEBIBYTE)
    assert part.file._rolled is False  # type: ignore[attr-defined]
    await request.close()


async def test_of_a_file_that_is_too_large_one_byte_too_many_is_kept_and_the_rest_is_read_and_dropped() -> None:
    request = _request([HEAD, *[MEBIBYTE] * 60, TAIL])
    part = await _file(request)
    assert part.size == MAX_DOCUMENT_BYTES + 1
    await request.close()


async def test_a_body_without_end_is_given_up_on() -> None:
    request = _request([HEAD, *[MEBIBYTE] * (DRAIN_LIMIT // len(MEBIBYTE) + 1)])
    with pytest.raises(HTTPException) as caught:
        await parse_upload(request)
    assert caught.value.status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"y" * 5000 + TAIL,
        b"".join(b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\ny\r\n' for _ in range(21)) + b"--x--\r\n",
        HEAD + (b"\r\n" + HEAD) * 4 + TAIL,
    ],
)
async def test_long_fields_many_fields_and_many_files_are_refused(body: bytes) -> None:
    with pytest.raises(HTTPException) as caught:
        await parse_upload(_request([body]))
    assert caught.value.status_code == 400
