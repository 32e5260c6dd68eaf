"""Open an uploaded file as pages of grey pixels, without ever parsing it in this process."""

import asyncio
import json
import os
import struct
import sys
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from consent_intake.adapters.page_child import MAX_ANSWER_BYTES, WALL_SECONDS
from consent_intake.adapters.page_renderer import LONGEST_SIDE, MAX_DOCUMENT_BYTES, MAX_PAGES
from schemas.reason_codes import ReasonCode
from services.runtime.failures import TemporarilyUnavailable

GreyPixels = NDArray[np.uint8]

_COMMAND = (sys.executable, "-m", "consent_intake.adapters.page_child")
_GRACE_SECONDS = 10.0
"""Beyond the child's own wall limit: pipes, a busy machine, the start of the warm process."""


@dataclass(frozen=True)
class OpenedDocument:
    """Pages of 8-bit grey pixels and what the file says about itself, or the reason why there are none."""

    pages: tuple[GreyPixels, ...] = ()
    problem: ReasonCode | None = None
    text_hints: tuple[str, ...] = ()
    field_hints: dict[str, str] = field(default_factory=dict)


class _HintsHeader(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: list[str] = []
    form_fields: dict[str, str | None] = {}


class _Header(BaseModel):
    """What a child may say. It has seen a stranger's file, so it is believed in nothing but these shapes."""

    model_config = ConfigDict(extra="forbid")
    problem: ReasonCode | None
    pages: list[tuple[int, int]]
    hints: _HintsHeader


class DocumentPages:
    """A warm process that forks a confined child for each document; started on first use, restarted when it dies.

    One document at a time: the children share the machine with the readers.

    Args:
        command: program that speaks page_child's frames.
    """

    def __init__(self, command: tuple[str, ...] = _COMMAND) -> None:
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def open(self, document: bytes) -> OpenedDocument:
        """Return the pages. A file that kills its child, or keeps it busy too long, twice, is FILE_UNREADABLE.

        Raises:
            TemporarilyUnavailable: the warm process cannot be started.
        """
        if len(document) > MAX_DOCUMENT_BYTES:
            return OpenedDocument(problem=ReasonCode.FILE_TOO_LARGE)
        async with self._turn:
            for _ in range(2):
                answer = await self._ask(document)
                opened = _opened(answer) if answer else None
                if opened is not None:
                    return opened
        return OpenedDocument(problem=ReasonCode.FILE_UNREADABLE)

    async def close(self) -> None:
        """End the warm process."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    async def _ask(self, document: bytes) -> bytes | None:
        try:
            async with asyncio.timeout(WALL_SECONDS + _GRACE_SECONDS):
                return await self._exchange(await self._running(), document)
        except (asyncio.IncompleteReadError, BrokenPipeError, ConnectionResetError, TimeoutError):
            await self.close()
            return None
        except asyncio.CancelledError:
            await self.close()  # half a frame may be in the pipe
            raise

    async def _exchange(self, process: asyncio.subprocess.Process, document: bytes) -> bytes | None:
        to, back = process.stdin, process.stdout
        if to is None or back is None:
            return None
        to.write(struct.pack(">I", len(document)) + document)
        await to.drain()
        size = struct.unpack(">Q", await back.readexactly(8))[0]
        if size > MAX_ANSWER_BYTES + _GRACE_BYTES:
            raise BrokenPipeError
        return await back.readexactly(size)

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            try:
                self._process = await asyncio.create_subprocess_exec(
                    *self._command,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.DEVNULL,  # a library's message may quote the document
                    env=_bare_environment(),
                    limit=1 << 22,
                )
            except OSError as error:
                raise TemporarilyUnavailable("document_reader") from error
        return self._process


_GRACE_BYTES = 1 << 20

MAX_HEADER_BYTES = 8 << 20
"""All hints at their limits take 5.3 MB with every character escaped. JSON is parsed here: no more of it is."""


def _bare_environment() -> dict[str, str]:
    """No setting, credential or address of the stage reaches the process that opens strangers' files."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def _opened(answer: bytes) -> OpenedDocument | None:
    """Check a child's answer; None when it is not what a child says."""
    try:
        length = struct.unpack_from(">I", answer)[0]
        if length > MAX_HEADER_BYTES:
            return None
        header = _Header.model_validate(json.loads(answer[4 : 4 + length]))
    except (struct.error, ValueError, ValidationError, RecursionError):
        return None
    if header.problem is not None:
        return OpenedDocument(problem=header.problem)
    sizes = header.pages
    possible = all(0 < side <= LONGEST_SIDE for page in sizes for side in page)
    whole = sum(width * height for width, height in sizes) == len(answer) - 4 - length
    if not (possible and whole and 0 < len(sizes) <= MAX_PAGES):
        return None
    return OpenedDocument(
        pages=tuple(_pictures(answer, 4 + length, sizes)),
        text_hints=tuple(header.hints.text),
        field_hints={name: value for name, value in header.hints.form_fields.items() if value},
    )


def _pictures(answer: bytes, start: int, sizes: list[tuple[int, int]]) -> list[GreyPixels]:
    pictures = []
    for width, height in sizes:
        flat = np.frombuffer(answer, dtype=np.uint8, count=width * height, offset=start)
        pictures.append(flat.reshape(height, width))
        start += width * height
    return pictures
