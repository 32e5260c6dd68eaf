"""Fork a child that does one piece of work behind the walls of confinement, and see to it that it ends."""

import os
import select
import signal
import time
from collections.abc import Callable
from functools import partial

from consent_intake.adapters import confinement
from consent_intake.adapters.child_frames import MAX_ANSWER_BYTES, WALL_SECONDS, Ended

_CONFINED = b"\x01"
"""The child's first byte, said after the walls stand and before the document is touched: nobody else can say it."""

_PIPE_BYTES = 1 << 20
_GOODBYE_SECONDS = 1.0

Say = Callable[[bytes], None]


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
    say = partial(write_all, writing)
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


def write_all(descriptor: int, data: bytes) -> None:
    """Write everything to a descriptor that may take less at a time."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
