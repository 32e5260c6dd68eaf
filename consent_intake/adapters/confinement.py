"""The walls around the process that opens a stranger's file.

One function, called by the child after the fork and before the first byte of the document is looked at. Further walls
(Landlock, a system call filter) go in here and nowhere else.
"""

import ctypes
import os
import resource

ADDRESS_SPACE_BYTES = 1 << 30
"""pdfium bombs abort at about 1,010 MB under it in 0.7 s, and every ordinary page of 3,210 measured stayed below."""

CPU_SECONDS = 10
"""The slowest ordinary page of 3,210 took 5 s."""

OPEN_FILES = 32

PR_SET_NO_NEW_PRIVS = 38
"""From linux/prctl.h."""


class ConfinementFailed(Exception):
    """A wall could not be put up: the document must not be opened."""


def confine(kept_descriptor: int) -> None:
    """Limit this process for good: memory, CPU time, no file writes, no core dump, no new privileges, no other files.

    Args:
        kept_descriptor: the pipe that takes the result; every other descriptor but 2 (errors) is closed.

    Raises:
        ConfinementFailed: fail closed.
    """
    os.closerange(3, kept_descriptor)
    os.closerange(kept_descriptor + 1, 256)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, ADDRESS_SPACE_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    except (OSError, ValueError) as error:
        raise ConfinementFailed from error
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise ConfinementFailed
