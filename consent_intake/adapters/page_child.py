"""The warm process that opens documents: ``python -m consent_intake.adapters.page_child [trusted certificate ...]``.

It holds no key, no connection and no setting, loads renderers and models once, and forks a confined child for every
document (a new interpreter would take a second to load them). It never looks at a document itself: it hands the bytes
to the child and what the child said on, and kills a child that takes too long or says too much.

Standard input: 4 bytes length, document. Standard output: 1 byte how the child ended, 8 bytes length, what it said
(child_answer). The first frame, READY and empty, comes when everything is loaded.
"""

import contextlib
import gc
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import cv2

from consent_intake.adapters import confinement
from consent_intake.adapters.child_answer import ANSWER_FRAME, DOCUMENT_FRAME, MAX_ANSWER_BYTES, WALL_SECONDS, Ended
from consent_intake.adapters.confined_reading import Tools, read_document
from consent_intake.adapters.document_limits import MAX_DOCUMENT_BYTES
from consent_intake.adapters.page_renderer import prepare_libraries
from consent_intake.adapters.warm_up import warm_up

_CONFINED = b"\x01"
"""The child's first byte, said after the walls stand and before the document is touched: nobody else can say it."""

_PIPE_BYTES = 1 << 20
_GOODBYE_SECONDS = 1.0

Say = Callable[[bytes], None]


def serve(trust_files: Sequence[Path]) -> None:
    """Answer frames until standard input ends."""
    cv2.setNumThreads(1)
    prepare_libraries()
    tools = Tools.load(trust_files)
    warm_up(tools)
    with contextlib.suppress(confinement.ConfinementFailed):  # then no child will be confined, and each will say so
        confinement.prepare()
    gc.collect()
    gc.freeze()
    _answer(Ended.READY, b"")
    while (document := _next_document()) is not None:
        _answer(*in_a_confined_child(partial(read_document, document, tools)))


def in_a_confined_child(
    work: Callable[[Say], None], confine: Callable[[int], None] = confinement.confine
) -> tuple[Ended, bytes]:
    """Fork, put up the walls, do the work; return how that ended and what was said.

    Args:
        work: gets a function that says bytes; runs in the child.
        confine: puts the walls up; gets the descriptor that stays open.
    """
    reading, writing = os.pipe()
    parent = os.getpid()
    try:
        child = os.fork()
    except OSError:  # no memory or no process left: not the document's doing
        os.close(reading)
        os.close(writing)
        return Ended.NOT_CONFINED, b""
    if child == 0:
        _child(work, writing, parent, confine)
    os.close(writing)
    try:
        said = _collect(reading, time.monotonic() + WALL_SECONDS)
    finally:
        os.close(reading)
        well = _buried(child)
    if said is None:
        return Ended.STOPPED, b""
    if not said.startswith(_CONFINED):
        return Ended.NOT_CONFINED, b""
    return Ended.WELL if well else Ended.DIED, said[len(_CONFINED) :]


def _child(work: Callable[[Say], None], writing: int, parent: int, confine: Callable[[int], None]) -> None:
    status = 1
    say = partial(_write_all, writing)
    try:
        confinement.end_with_parent(parent)
        confine(writing)
        say(_CONFINED)
        work(say)
        status = 0
    finally:
        os._exit(status)  # never back into the loop, whatever happened


def _collect(reading: int, deadline: float) -> bytes | None:
    """Return what the child says until it ends; None when it is late or says too much."""
    said = bytearray()
    while len(said) <= MAX_ANSWER_BYTES and (left := deadline - time.monotonic()) > 0:
        ready, _, _ = select.select([reading], [], [], left)
        if ready:
            part = os.read(reading, _PIPE_BYTES)
            if not part:
                return bytes(said)
            said += part
    return None


def _buried(child: int) -> bool:
    """End a child that does not end by itself; return whether it ended well."""
    ending = os.pidfd_open(child)
    try:
        ready, _, _ = select.select([ending], [], [], _GOODBYE_SECONDS)
        if not ready:
            signal.pidfd_send_signal(ending, signal.SIGKILL)
    finally:
        os.close(ending)
    return os.waitpid(child, 0)[1] == 0


def _next_document() -> bytes | None:
    head = sys.stdin.buffer.read(DOCUMENT_FRAME.size)
    if len(head) < DOCUMENT_FRAME.size:
        return None
    (size,) = DOCUMENT_FRAME.unpack(head)
    if size > MAX_DOCUMENT_BYTES:
        return None
    document = sys.stdin.buffer.read(size)
    return document if len(document) == size else None


def _answer(ended: Ended, said: bytes) -> None:
    _write_all(sys.stdout.fileno(), ANSWER_FRAME.pack(ended, len(said)))
    _write_all(sys.stdout.fileno(), said)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


if __name__ == "__main__":
    serve([Path(name) for name in sys.argv[1:]])
