"""The warm process that opens documents: ``python -m consent_intake.adapters.page_child [trusted certificate ...]``.

It holds no key, no connection and no setting, loads renderers and models once, and forks a confined child for every
document (a new interpreter would take a second to load them). It never looks at a document itself: it hands the bytes
to the child and what the child said on.

Standard input: a frame and a document, again and again. Standard output: what the child said (child_answer) in parts,
each after its length, and how it ended (child_frames). The first answer, READY and empty, comes when everything is
loaded.
"""

import contextlib
import gc
import mmap
import os
import sys
from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path

import cv2

from consent_intake.adapters import confinement
from consent_intake.adapters.child_frames import END_FRAME, PART_FRAME, TASK_FRAME, Ended, Task
from consent_intake.adapters.confined_child import Say, in_a_confined_child, widen, write_all
from consent_intake.adapters.confined_reading import Tools, read_document
from consent_intake.adapters.document_limits import MAX_DOCUMENT_BYTES
from consent_intake.adapters.heap import fill_heap_holes
from consent_intake.adapters.page_renderer import prepare_libraries
from consent_intake.adapters.rapidocr_lines import RapidOcrMissing
from consent_intake.adapters.warm_up import warm_up


def serve(trust_files: Sequence[Path]) -> None:
    """Answer frames until standard input ends."""
    cv2.setNumThreads(1)
    widen(sys.stdin.fileno())
    widen(sys.stdout.fileno())
    prepare_libraries()
    try:
        tools = Tools.load(trust_files)
    except RapidOcrMissing:
        _end_answer(Ended.NO_READER)
        return
    warm_up(tools)
    with contextlib.suppress(confinement.ConfinementFailed):  # then no child will be confined, and each will say so
        confinement.prepare()
    gc.collect()
    gc.freeze()
    gc.disable()  # a child lives for one document, within its limit of memory
    fill_heap_holes()
    _end_answer(Ended.READY)
    while (head := _next_head()) is not None:
        size, day, show_first = TASK_FRAME.unpack(head)
        if size > MAX_DOCUMENT_BYTES:
            return
        with mmap.mmap(-1, max(size, 1)) as document:
            if not _filled(document, size):
                return
            work = partial(_read, document, size, date.fromordinal(day), show_first=show_first, tools=tools)
            _end_answer(in_a_confined_child(work, sys.stdout.fileno()))


def _read(document: mmap.mmap, size: int, day: date, say: Say, *, show_first: bool, tools: Tools) -> None:
    read_document(Task(document[:size], day, show_first), tools, say)


def _filled(document: mmap.mmap, size: int) -> bool:
    """Take a document into memory of its own, which goes when it is read.

    In the heap it would stay behind, for the next document's child to find, and to copy page by page.
    """
    with memoryview(document) as whole:
        at = 0
        while at < size:
            with whole[at:size] as left:
                got = os.readv(sys.stdin.fileno(), [left])
            if got == 0:
                return False
            at += got
    return True


def _next_head() -> bytes | None:
    head = b""
    while len(head) < TASK_FRAME.size:
        more = os.read(sys.stdin.fileno(), TASK_FRAME.size - len(head))
        if not more:
            return None
        head += more
    return head


def _end_answer(ended: Ended) -> None:
    write_all(sys.stdout.fileno(), PART_FRAME.pack(0) + END_FRAME.pack(ended))


if __name__ == "__main__":
    serve([Path(name) for name in sys.argv[1:]])
