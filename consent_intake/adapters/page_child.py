"""The warm process that opens documents: ``python -m consent_intake.adapters.page_child [trusted certificate ...]``.

It holds no key, no connection and no setting, loads renderers and models once, and forks a confined child for every
document (a new interpreter would take a second to load them). It never looks at a document itself: it hands the bytes
to the child and what the child said on.

Standard input: 4 bytes length, document. Standard output: 1 byte how the child ended, 8 bytes length, what it said
(child_answer). The first frame, READY and empty, comes when everything is loaded.
"""

import contextlib
import ctypes
import gc
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import cv2

from consent_intake.adapters import confinement
from consent_intake.adapters.child_frames import ANSWER_FRAME, DOCUMENT_FRAME, Ended
from consent_intake.adapters.confined_child import in_a_confined_child, write_all
from consent_intake.adapters.confined_reading import Tools, read_document
from consent_intake.adapters.document_limits import MAX_DOCUMENT_BYTES
from consent_intake.adapters.page_renderer import prepare_libraries
from consent_intake.adapters.rapidocr_lines import RapidOcrMissing
from consent_intake.adapters.warm_up import warm_up


def serve(trust_files: Sequence[Path]) -> None:
    """Answer frames until standard input ends."""
    cv2.setNumThreads(1)
    prepare_libraries()
    try:
        tools = Tools.load(trust_files)
    except RapidOcrMissing:
        _answer(Ended.NO_READER, b"")
        return
    warm_up(tools)
    with contextlib.suppress(confinement.ConfinementFailed):  # then no child will be confined, and each will say so
        confinement.prepare()
    gc.collect()
    gc.freeze()
    ctypes.CDLL(None).malloc_trim(0)  # a child copies what it writes to, and what is free here is cheaper made anew
    _answer(Ended.READY, b"")
    while (document := _next_document()) is not None:
        _answer(*in_a_confined_child(partial(read_document, document, tools)))


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
    write_all(sys.stdout.fileno(), ANSWER_FRAME.pack(ended, len(said)))
    write_all(sys.stdout.fileno(), said)


if __name__ == "__main__":
    serve([Path(name) for name in sys.argv[1:]])
