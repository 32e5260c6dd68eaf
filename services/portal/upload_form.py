"""Read an upload's multipart body: into memory alone, with limits on everything, whatever the sender declares.

The framework's own parser writes a file above 1 MiB to disk unsealed; this one never does. A file that is too large is
read to its end and thrown away, so that the sender gets an answer instead of a broken connection.
"""

from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from typing_extensions import override

from schemas.reason_codes import ReasonCode
from services.portal.identity import (
    ORGANIZATION_ROLES,
    anybody,
    require_role,
    signed_in,
    signed_in_before_agreement,
)
from services.portal.uploads import MAX_DOCUMENT_BYTES, UploadRefused

BODY_LIMIT = MAX_DOCUMENT_BYTES + 1024 * 1024
"""Bytes of one request that are ever held: the largest document and room for the other fields."""

DRAIN_LIMIT = 128 * 1024 * 1024
"""Bytes that are read at most before the connection is given up on."""

MAX_FILES = 4
MAX_FIELDS = 20
MAX_FIELD_BYTES = 4 * 1024


class _MemoryParser(MultiPartParser):
    """Keeps at most one byte more than a document may have; what follows is counted and dropped."""

    spool_max_size = BODY_LIMIT

    def __init__(self, headers: Headers, stream: AsyncGenerator[bytes, None]) -> None:
        super().__init__(headers, stream, max_files=MAX_FILES, max_fields=MAX_FIELDS, max_part_size=MAX_FIELD_BYTES)
        self._room = MAX_DOCUMENT_BYTES + 1

    @override
    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._current_part.file is not None:
            end = min(end, start + self._room)
            self._room -= end - start
        super().on_part_data(data, start, end)


class UploadRoute(APIRoute):
    """A page's route whose form is parsed here, before the forgery check asks for it, and for signed-in people only."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def parse_first(request: Request) -> Response:
            if request.method == "POST":
                await _may_upload(request)
                await parse_upload(request)
            try:
                return await handle(request)
            finally:
                await request.close()

        return parse_first


async def _may_upload(request: Request) -> None:
    """Ask what the route's own dependencies ask, before 25 MiB are read for somebody who may not send them."""
    visitor = await anybody(request, request.app.state.context)
    person = await signed_in(await signed_in_before_agreement(request, visitor))
    await require_role(*ORGANIZATION_ROLES)(person)


async def parse_upload(request: Request) -> None:
    """Parse the body in memory; ``request.form()`` returns the result from then on.

    Raises:
        HTTPException: 400 not a sound multipart body, or too many parts; 413 more than ``DRAIN_LIMIT``.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise HTTPException(status_code=400)
    try:
        async with aclosing(_drained(request)) as stream:
            # The attribute that Request.form() fills at its first call.
            request._form = await _MemoryParser(request.headers, stream).parse()  # noqa: SLF001
    except MultiPartException as malformed:
        raise HTTPException(status_code=400) from malformed


def text_fields(parts: FormData) -> dict[str, str]:
    """Return the text parts; the first of each name counts."""
    fields: dict[str, str] = {}
    for name, value in parts.multi_items():
        if isinstance(value, str):
            fields.setdefault(name, value)
    return fields


async def document(parts: FormData) -> bytes:
    """Return the bytes of the part ``form``. Its file name and declared type are left unread.

    Raises:
        UploadRefused: FILE_MISSING, or TOO_MANY_FILES.
    """
    files = [part for part in parts.getlist("form") if isinstance(part, UploadFile)]
    # A browser sends an empty part without a name where no file was chosen.
    files = [file for file in files if file.filename or file.size]
    if not files:
        raise UploadRefused(ReasonCode.FILE_MISSING)
    if len(files) > 1:
        raise UploadRefused(ReasonCode.TOO_MANY_FILES)
    return await files[0].read()


async def _drained(request: Request) -> AsyncGenerator[bytes, None]:
    total = 0
    async for chunk in request.stream():
        total += len(chunk)
        if total > DRAIN_LIMIT:
            raise HTTPException(status_code=413)
        yield chunk
