"""Take the file system, TCP and the other processes away from this process, with Linux's Landlock.

Names and numbers are from linux/landlock.h; what each version of the interface added is in the kernel's
Documentation/userspace-api/landlock.rst.
"""

import ctypes
import os
from collections.abc import Callable
from typing import Final

CREATE_RULESET, RESTRICT_SELF = 444, 446
"""System call numbers, the same on every processor."""

_VERSION_FLAG = 1

FILE_RIGHTS: Final = {1: 0x1FFF, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
"""Rights by the version that brought them: 13 of the first; moving between folders; truncating; device controls."""

TCP_RIGHTS: Final = {4: 0b11}
"""Binding and connecting."""

SCOPES: Final = {6: 0b11}
"""Abstract Unix sockets of, and signals to, processes outside."""


class LandlockUnavailable(Exception):
    """The kernel offers no Landlock, or refused the rules."""


class _Ruleset(ctypes.Structure):
    """struct landlock_ruleset_attr; an older kernel takes the longer one when what it doesn't know is zero."""

    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


def version() -> int:
    """Return the version of the kernel's Landlock; 0 when there is none."""
    try:
        return _call(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_FLAG))
    except LandlockUnavailable:
        return 0


def forbid_everything() -> None:
    """Forbid every right that this kernel's Landlock knows, for good; ``no_new_privs`` must be set.

    No folder is left readable, not even fonts: pdfium draws fonts that a file lacks with its own (of 642 odd files
    one looked different). What was open or loaded before stays usable.

    Raises:
        LandlockUnavailable: the wall does not stand.
    """
    known = version()
    if known < 1:
        raise LandlockUnavailable
    rules = _Ruleset(_up_to(known, FILE_RIGHTS), _up_to(known, TCP_RIGHTS), _up_to(known, SCOPES))
    ruleset = _call(CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(ctypes.sizeof(rules)), ctypes.c_uint32(0))
    try:
        _call(RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)


def _up_to(known: int, by_version: dict[int, int]) -> int:
    return sum(rights for since, rights in by_version.items() if since <= known)


def _call(number: int, *arguments: object) -> int:
    syscall: Callable[..., int] = ctypes.CDLL(None, use_errno=True).syscall
    result = syscall(ctypes.c_long(number), *arguments)
    if result < 0:
        raise LandlockUnavailable
    return result
