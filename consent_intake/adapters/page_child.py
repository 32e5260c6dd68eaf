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
import sys
from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path

import cv2

from consent_intake.adapters import confinement
from consent_intake.adapters.child_frames import END_FRAME, PART_FRAME, TASK_FRAME, Ended, Task
from consent_intake.adapters.confined_child import in_a_confined_child, widen, write_all
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
    while (task := _next_task()) is not None:
        _end_answer(in_a_confined_child(partial(read_document, task, tools), sys.stdout.fileno()))


def _next_task() -> Task | None:
    head = sys.stdin.buffer.read(TASK_FRAME.size)
    if len(head) < TASK_FRAME.size:
        return None
    size, day, show_first = TASK_FRAME.unpack(head)
    if size > MAX_DOCUMENT_BYTES:
        return None
    document = sys.stdin.buffer.read(size)
    return Task(document, date.fromordinal(day), show_first) if len(document) == size else None


def _end_answer(ended: Ended) -> None:
    write_all(sys.stdout.fileno(), PART_FRAME.pack(0) + END_FRAME.pack(ended))


if __name__ == "__main__":
    serve([Path(name) for name in sys.argv[1:]])
