"""The system calls that a process which opens a stranger's file may still make: a list of what it needs, nothing else.

Refused calls fail with EPERM instead of killing: pdfium looks for fonts and settings and takes a no (with a killing
filter, 276 of 3,210 ordinary files would have died of such a look).
"""

import errno
from typing import Any, Final

MEMORY: Final = ("brk", "madvise", "mremap", "munmap")
MAPPING: Final = ("mmap", "mprotect")
"""Only without the right to execute: no new machine code after this."""
OPEN_DESCRIPTORS: Final = ("close", "fstat", "lseek", "read", "readv", "write", "writev")
"""Nothing opens one, so these reach the pipe that takes the answer and nothing else."""
SIGNALS: Final = ("rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "setitimer", "sigaltstack")
"""Receiving them; none sends one."""
TIME: Final = (
    "clock_getres", "clock_gettime", "clock_nanosleep", "gettimeofday", "nanosleep", "restart_syscall", "time",
)  # fmt: skip
SELF: Final = (
    "exit", "exit_group", "futex", "getcpu", "getegid", "geteuid", "getgid", "getpid", "getrandom", "getrusage",
    "gettid", "getuid", "membarrier", "rseq", "sched_getaffinity", "sched_yield", "set_robust_list", "sysinfo", "times",
    "uname",
)  # fmt: skip

ALLOWED: Final = (*MEMORY, *OPEN_DESCRIPTORS, *SIGNALS, *TIME, *SELF)

_EXECUTE: Final = 4
"""PROT_EXEC of sys/mman.h, in the third argument of both calls of MAPPING."""

_THREAD: Final = 0x10000
_NEW_NAMESPACES: Final = 0x7E020000
"""CLONE_THREAD and every CLONE_NEW... of linux/sched.h, in the first argument of ``clone``.

The decoder of HEIC pictures works in a thread of its own and cannot be told not to. A thread stands behind the same
walls; a process cannot be started. ``clone3`` hides its flags from a filter, and the C library takes ``clone`` where
that one is unknown.
"""


class FilterUnavailable(Exception):
    """libseccomp is not installed, or the kernel refused the filter."""


def library() -> Any:
    """Return libseccomp, loaded; once Landlock stands, only what was loaded before can be had.

    Raises:
        FilterUnavailable: it is not installed.
    """
    try:
        import pyseccomp  # noqa: PLC0415 - fails at import when the system's library is missing, which is an answer
    except (ImportError, RuntimeError, OSError) as error:
        raise FilterUnavailable from error
    return pyseccomp


def allow_only_reading() -> None:
    """Refuse every other system call from now on, for good.

    Raises:
        FilterUnavailable: the wall does not stand.
    """
    seccomp = library()
    try:
        wall = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
        for name in ALLOWED:
            wall.add_rule(seccomp.ALLOW, name)
        for name in MAPPING:
            wall.add_rule(seccomp.ALLOW, name, seccomp.Arg(2, seccomp.MASKED_EQ, _EXECUTE, 0))
        wall.add_rule(seccomp.ALLOW, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, _THREAD | _NEW_NAMESPACES, _THREAD))
        wall.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
        wall.load()
    except (RuntimeError, OSError, ValueError) as error:
        raise FilterUnavailable from error
