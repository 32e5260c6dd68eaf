"""CPU time of this process and everything that it started, dead or alive. Linux only, as the sandbox is."""

import os
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from typing import Final

_PROCESSES: Final = Path("/proc")
_PARENT_FIELD, _FIRST_TIME, _AFTER_TIMES = 1, 11, 15
"""Places in /proc/<pid>/stat after the name: parent; user, system, and both of children that were waited for."""


class CpuWatch:
    """User and system time from now on. Looking for the descendants takes 3 ms, and is not counted."""

    def __init__(self) -> None:
        self._before = _of_descendants() + _own_and_ended()

    def seconds(self) -> float:
        """Return the time so far: own, of children that ended, and of every descendant that is alive."""
        return _own_and_ended() + _of_descendants() - self._before


def cpu_seconds() -> float:
    """Return user and system time so far: own, of children that ended, and of every descendant that is alive."""
    return _own_and_ended() + _of_descendants()


def largest_child_bytes() -> int:
    """Return the largest resident size of a descendant that has ended."""
    return getrusage(RUSAGE_CHILDREN).ru_maxrss * 1024


def _own_and_ended() -> float:
    return sum(usage.ru_utime + usage.ru_stime for usage in map(getrusage, (RUSAGE_SELF, RUSAGE_CHILDREN)))


def _of_descendants() -> float:
    processes = _all_processes()
    family, found = {os.getpid()}, True
    while found:
        newborn = {pid for pid, (parent, _) in processes.items() if parent in family and pid not in family}
        family |= newborn
        found = bool(newborn)
    ticks = sum(processes[pid][1] for pid in family - {os.getpid()} if pid in processes)
    return ticks / os.sysconf("SC_CLK_TCK")


def _all_processes() -> dict[int, tuple[int, int]]:
    """Return parent and ticks of CPU time by process."""
    found: dict[int, tuple[int, int]] = {}
    for folder in _PROCESSES.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            stat = (folder / "stat").read_text()
        except OSError:  # ended meanwhile
            continue
        numbers = stat.rpartition(")")[2].split()
        found[int(folder.name)] = (int(numbers[_PARENT_FIELD]), sum(map(int, numbers[_FIRST_TIME:_AFTER_TIMES])))
    return found
