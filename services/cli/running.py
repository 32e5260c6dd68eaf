"""What a running ``up`` tells other commands: its process id and addresses, in one file at home."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "up.json"


@dataclass(frozen=True)
class Running:
    """A running ``up``: addresses as URLs, and the environment that it told its processes."""

    pid: int
    portal: str
    monitor: str
    mail: str | None
    environment: dict[str, str]
    processes: dict[str, int]

    def write(self, home: Path) -> None:
        """Tell where we are."""
        (home / FILE).write_text(json.dumps(asdict(self), indent=2))


def find_running(home: Path) -> Running | None:
    """Return what runs here, or None."""
    try:
        found = Running(**json.loads((home / FILE).read_text()))
    except (OSError, json.JSONDecodeError, TypeError):
        return None
    return found if _is_up(found.pid) else None


def adopt_environment(home: Path) -> None:
    """Let this process's settings say what the running ``up`` told its own; what the caller said stays as it is."""
    running = find_running(home)
    if running is not None:
        for name, value in running.environment.items():
            os.environ.setdefault(name, value)


def forget(home: Path) -> None:
    """Remove the file."""
    (home / FILE).unlink(missing_ok=True)


def _is_up(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return b"up" in command.split(b"\0")
