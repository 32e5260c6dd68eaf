"""Reads the status files that workers write (services.runtime.worker_status) from the shared home folder."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Status = Mapping[str, Any]


def read_worker_status(home: Path) -> dict[str, list[Status]]:
    """Return the status of every live worker of this machine, by stage. A file being replaced is skipped."""
    found: dict[str, list[Status]] = {}
    for file in sorted((home / "status").glob("*.json")):
        try:
            status = json.loads(file.read_text())
        except (OSError, json.JSONDecodeError):
            continue
        if _is_alive(status.get("pid")):
            found.setdefault(str(status.get("stage")), []).append(status)
    return found


def blocked_on(statuses: list[Status]) -> str | None:
    """Return the dependency that one of a stage's workers waits for, if any does."""
    return next((str(name) for status in statuses for name in status.get("blocked", ())), None)


def _is_alive(pid: object) -> bool:
    return isinstance(pid, int) and Path(f"/proc/{pid}").exists()
