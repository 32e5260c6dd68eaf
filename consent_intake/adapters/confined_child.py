"""Fork a child that does one piece of work behind the walls of confinement, and see to it that it ends."""

import fcntl
import os
import select
import signal
import struct
import termios
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from consent_intake.adapters import confinement
from consent_intake.adapters.child_frames import MAX_ANSWER_BYTES, PART_FRAME, PIPE_BYTES, WALL_SECONDS, Ended

_CONFINED = b"\x01"
"""The child's first byte, said after the walls stand and before the document is touched: nobody else can say it."""

_GOODBYE_SECONDS = 1.0

Say = Callable[[bytes], None]


def in_a_confined_child(
    work: Callable[[Say], None], out: int, confine: Callable[[int], None] = confinement.confine
) -> Ended:
    """Fork, put up the walls, do the work; pass on what is said, part by part, and return how that ended.

    What a child says never enters the memory of this process, from which the next child is forked: the kernel moves it
    from pipe to pipe.

    Args:
        work: gets a function that says bytes; runs in the child.
        out: a pipe; takes the parts.
        confine: puts the walls up; gets the descriptor that stays open.
    """
    reading, writing = os.pipe()
    widen(reading)
    parent = os.getpid()
    try:
        child = os.fork()
    except OSError:  # no memory or no process left: not the document's doing
        os.close(reading)
        os.close(writing)
        return Ended.NOT_CONFINED
    if child == 0:
        _child(work, writing, parent, confine)
    os.close(writing)
    try:
        ended = _passed_on(reading, out, time.monotonic() + WALL_SECONDS)
    finally:
        os.close(reading)
        well = _buried(child)
    return Ended.DIED if ended is Ended.WELL and not well else ended


def widen(pipe: int) -> None:
    """Let a pipe hold as much as may be; what is no pipe, and more than this user may have, stays as it is."""
    with suppress(OSError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)


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


def _passed_on(reading: int, out: int, deadline: float) -> Ended:
    """Pass on what the child says until it ends; STOPPED when it is late or says too much."""
    said, confined = 0, False
    while said <= MAX_ANSWER_BYTES and (left := deadline - time.monotonic()) > 0:
        ready, _, _ = select.select([reading], [], [], left)
        if not ready:
            break
        waiting = _bytes_in(reading)
        if waiting == 0:
            return Ended.WELL if confined else Ended.NOT_CONFINED
        if not confined:
            if os.read(reading, len(_CONFINED)) != _CONFINED:
                return Ended.NOT_CONFINED
            confined, waiting = True, waiting - len(_CONFINED)
        if waiting:
            write_all(out, PART_FRAME.pack(waiting))
            _move(reading, out, waiting)
            said += waiting
    return Ended.STOPPED


def _bytes_in(pipe: int) -> int:
    """Return how many bytes wait in a pipe; 0 of one that is ready is its end."""
    return int(struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))[0])


def _move(source: int, target: int, size: int) -> None:
    while size:
        size -= os.splice(source, target, size)


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
