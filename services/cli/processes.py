"""The processes that ``up`` starts: each with its log file, each stopped by its own process id."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

STOP_SECONDS = 60.0
"""A stage finishes the event in hand; its longest task is limited to 45 s."""


MOST_RESTARTS = 5
"""A process that keeps ending has a cause that starting it again does not mend."""

ENDED_FOR_A_REASON = frozenset({3, 4})
"""A worker's own exit codes (services.runtime.worker): topics missing, or too many dead letters in a row."""


class ProcessEnded(Exception):
    """A process ended while it was needed. The message names it and its log file."""


@dataclass
class ManagedProcess:
    """One Python module run as a process. ``ready`` is asked until it says yes."""

    name: str
    module: str
    ready: Callable[["ManagedProcess"], bool]
    environment: Mapping[str, str]
    log_file: Path
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    is_ready: bool = False
    restarts: int = 0

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self.process.pid if self.process else None

    def start(self) -> None:
        """Start it; output goes to its log file."""
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.module],
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C goes to `up`, which stops the processes in their order
            )

    def has_ended(self) -> bool:
        """Whether it was started and is gone."""
        return self.process is not None and self.process.poll() is not None

    def resident_kib(self) -> int:
        """Resident memory of it and its children, in KiB; 0 when it is gone."""
        return resident_kib(self.pid) if self.pid and not self.has_ended() else 0


def wait_until_ready(processes: Sequence[ManagedProcess], *, seconds: float) -> None:
    """Return when all are ready.

    Raises:
        ProcessEnded: one ended, or is not ready in time.
    """
    deadline = time.monotonic() + seconds
    waiting = list(processes)
    while waiting:
        for process in list(waiting):
            if process.has_ended():
                raise ProcessEnded(f"{process.name} ended at start; see {process.log_file}")
            if process.ready(process):
                process.is_ready = True
                waiting.remove(process)
        if waiting and time.monotonic() > deadline:
            raise ProcessEnded(f"{waiting[0].name} was not ready in {seconds:.0f} s; see {waiting[0].log_file}")
        time.sleep(0.1)


def start_again_what_ended(processes: Sequence[ManagedProcess]) -> list[ManagedProcess]:
    """Start every process that ended, as a service manager would, and return those; nothing is lost meanwhile.

    Raises:
        ProcessEnded: one ended for a reason of its own, or too often.
    """
    ended = [process for process in processes if process.has_ended()]
    for process in ended:
        code = process.process.returncode if process.process else 0
        if code in ENDED_FOR_A_REASON or process.restarts >= MOST_RESTARTS:
            raise ProcessEnded(f"{process.name} ended with {code}; see {process.log_file}")
        process.restarts += 1
        process.start()
    return ended


def stop_all(processes: Sequence[ManagedProcess]) -> None:
    """Ask all to stop, last started first, wait, and kill only what does not listen."""
    running = [one.process for one in reversed(processes) if one.process is not None and one.process.poll() is None]
    for process in running:
        process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    for process in running:
        try:
            process.wait(max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def resident_kib(pid: int, *, with_children: bool = True) -> int:
    """Return the memory of a process, in KiB, by default with all its children."""
    return sum(_resident_kib(one) for one in (_tree(pid) if with_children else [pid]))


def _tree(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(found for child in children for found in _tree(int(child)))]


def _resident_kib(pid: int) -> int:
    """Proportional set size where the kernel tells it: pages that processes share are counted once."""
    for file, label in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        try:
            for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
                if line.startswith(label):
                    return int(line.split()[1])
        except OSError:
            continue
    return 0
