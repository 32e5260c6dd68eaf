"""The walls around the process that opens a stranger's file.

``confine`` is called by the child after the fork and before the first byte of the document is looked at. Each wall
holds something that the others let through, and most attempts meet two of them: tests/unit/consent_intake/adapters/
test_escapes.py has the table. ``python -m consent_intake.adapters.confinement`` says whether they can be put up here.
"""

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from consent_intake.adapters import landlock, system_calls

ADDRESS_SPACE_BYTES = 1 << 30
"""With everything that the warm process has mapped. pdfium bombs abort at it in 0.7 s; every ordinary page of 3,210
measured stayed below."""

CPU_SECONDS = 10
"""The slowest ordinary page of 3,210 took 5 s."""

LIMITS: Final = MappingProxyType(
    {
        resource.RLIMIT_AS: ADDRESS_SPACE_BYTES,
        resource.RLIMIT_CPU: CPU_SECONDS,  # counts from the fork
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_NOFILE: 0,  # what is open stays usable, nothing new is opened
    }
)

_SET_DEATH_SIGNAL, _SET_DUMPABLE, _SET_NO_NEW_PRIVILEGES = 1, 4, 38
"""PR_SET_PDEATHSIG, PR_SET_DUMPABLE and PR_SET_NO_NEW_PRIVS of linux/prctl.h."""


class ConfinementFailed(Exception):
    """A wall could not be put up: the document must not be opened."""


def confine(kept_descriptor: int) -> None:
    """Put up every wall around this process, for good.

    Args:
        kept_descriptor: the pipe that takes the answer; every other descriptor is closed.

    Raises:
        ConfinementFailed: fail closed.
    """
    prepare()
    close_all_but(kept_descriptor)
    for wall in WALLS.values():
        wall()


def prepare() -> None:
    """Load what the walls are made with, which the walls themselves would forbid; once, in the warm process.

    Raises:
        ConfinementFailed: libseccomp is not installed.
    """
    try:
        system_calls.library()
    except system_calls.FilterUnavailable as error:
        raise ConfinementFailed from error


def end_with_parent(parent: int) -> None:
    """Let the kernel kill this process when its parent ends; end at once if that has happened already.

    Raises:
        ConfinementFailed: the kernel refused.
    """
    _prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def close_all_but(kept: int) -> None:
    """Close every descriptor but one."""
    os.closerange(0, kept)
    os.closerange(kept + 1, os.sysconf("SC_OPEN_MAX"))


def limit_resources(limits: Mapping[int, int] = LIMITS) -> None:
    """Limit memory and CPU time; no file, descriptor, core dump or locked memory.

    Raises:
        ConfinementFailed: fail closed.
    """
    try:
        for kind, limit in limits.items():
            resource.setrlimit(kind, (limit, limit))
    except (OSError, ValueError) as error:
        raise ConfinementFailed from error


def forbid_new_privileges() -> None:
    """No program can give this process more rights than it has, and none of its user may look into it.

    Raises:
        ConfinementFailed: fail closed.
    """
    _prctl(_SET_NO_NEW_PRIVILEGES, 1)
    _prctl(_SET_DUMPABLE, 0)


def forbid_files_and_network() -> None:
    """No file, folder, TCP port or process outside, by Landlock.

    Raises:
        ConfinementFailed: fail closed.
    """
    try:
        landlock.forbid_everything()
    except landlock.LandlockUnavailable as error:
        raise ConfinementFailed from error


def forbid_system_calls() -> None:
    """No system call but the few that reading needs.

    Raises:
        ConfinementFailed: fail closed.
    """
    try:
        system_calls.allow_only_reading()
    except system_calls.FilterUnavailable as error:
        raise ConfinementFailed from error


WALLS: Final[Mapping[str, Callable[[], None]]] = MappingProxyType(
    {
        "privileges": forbid_new_privileges,
        "Landlock": forbid_files_and_network,
        "limits": limit_resources,
        "system calls": forbid_system_calls,
    }
)
"""In the order in which they must go up: Landlock and the filter need the first, and open a descriptor themselves."""


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        raise ConfinementFailed


def probe() -> tuple[str, ...]:
    """Try every wall, each in a child of its own; return the names of those that cannot be put up."""
    return tuple(name for name in WALLS if not _stands(name))


def _stands(name: str) -> bool:
    child = os.fork()
    if child == 0:
        status = 1
        try:
            forbid_new_privileges()
            WALLS[name]()
            status = 0
        except ConfinementFailed:
            status = 2
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1] == 0


def main() -> None:
    """Say whether documents can be opened on this machine; end with 1 when not."""
    missing = probe()
    if missing:
        sys.stdout.write(f"cannot be put up: {', '.join(missing)}\n")
        sys.exit(1)
    calls = len(system_calls.ALLOWED) + len(system_calls.MAPPING)
    sys.stdout.write(f"Landlock {landlock.version()}, {calls} system calls, {ADDRESS_SPACE_BYTES >> 20} MiB\n")


if __name__ == "__main__":
    main()
