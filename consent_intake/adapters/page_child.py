"""The warm process that opens documents: ``python -m consent_intake.adapters.page_child``.

It holds no key, no connection and no environment, imports the renderers once, and forks a confined child for every
document (a fork from here costs 9 ms; a new interpreter 95 ms). It never looks at a document itself: it hands the bytes
to the child and the child's answer on, and kills a child that takes too long or says too much.

Frames on standard input: 4 bytes length, document. Frames on standard output: 8 bytes length, answer; an empty answer
means that the child died. An answer is 4 bytes length, JSON header, pixels of every page in order.
"""

import contextlib
import gc
import json
import os
import select
import signal
import struct
import sys
import time
from dataclasses import asdict

from consent_intake.adapters.confinement import ConfinementFailed, confine
from consent_intake.adapters.page_renderer import (
    MAX_DOCUMENT_BYTES,
    GreyPage,
    Refused,
    hints_of,
    pages_of,
    prepare_libraries,
)

WALL_SECONDS = 20.0
MAX_ANSWER_BYTES = 96 << 20
"""Ten pages of 3,000 x 3,000 grey pixels and their header."""

_PIPE_READ = 1 << 20


def answer_for(document: bytes) -> bytes:
    """Return the answer frame for one document."""
    pages: list[GreyPage] = []
    problem: str | None = None
    try:
        pages.extend(pages_of(document))
    except Refused as refused:
        pages, problem = [], refused.code.value
    hints = {} if problem else asdict(hints_of(document))
    header = json.dumps(
        {"problem": problem, "pages": [[page.width, page.height] for page in pages], "hints": hints}
    ).encode()
    return struct.pack(">I", len(header)) + header + b"".join(page.pixels for page in pages)


def serve() -> None:
    """Answer frames until standard input ends."""
    prepare_libraries()
    gc.freeze()
    while (length := _read_exactly(4)) is not None:
        size = struct.unpack(">I", length)[0]
        document = _read_exactly(size) if size <= MAX_DOCUMENT_BYTES + 1 else None
        if document is None:
            return
        answer = _in_a_child(document)
        _write_all(1, struct.pack(">Q", len(answer)) + answer)


def _in_a_child(document: bytes) -> bytes:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _child(document, writing)
    os.close(writing)
    try:
        return _collect(reading, time.monotonic() + WALL_SECONDS)
    finally:
        os.close(reading)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _child(document: bytes, writing: int) -> None:
    status = 1
    try:
        os.close(0)
        os.close(1)
        confine(writing)
        _write_all(writing, answer_for(document))
        status = 0
    except (ConfinementFailed, MemoryError, OSError):
        status = 2
    finally:
        os._exit(status)  # never back into the loop, whatever happened


def _collect(reading: int, deadline: float) -> bytes:
    """Read what the child says; nothing when it is late, says too much, or stops before its frame is whole."""
    said = bytearray()
    while (left := deadline - time.monotonic()) > 0 and len(said) <= MAX_ANSWER_BYTES:
        ready, _, _ = select.select([reading], [], [], left)
        if not ready:
            return b""
        part = os.read(reading, _PIPE_READ)
        if not part:
            return bytes(said)
        said += part
    return b""


def _read_exactly(size: int) -> bytes | None:
    data = sys.stdin.buffer.read(size)
    return data if len(data) == size else None


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


if __name__ == "__main__":
    serve()
