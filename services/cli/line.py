"""The processes of the line, and how to tell that each is ready."""

import json
from collections.abc import Mapping
from pathlib import Path

import httpx

from services.cli.installation import Addresses
from services.cli.ports import is_open
from services.cli.processes import ManagedProcess
from services.cli.settings import Settings

STAGES = ("consent_intake", "case_fetcher", "snapshot_renderer", "notifier")


def line_processes(settings: Settings, addresses: Addresses, told: Mapping[str, str]) -> list[ManagedProcess]:
    """Return every process in the order to start them; they are stopped the other way round."""

    def process(name: str, module: str, port: int | None = None, path: str = "/healthz") -> ManagedProcess:
        ready = (lambda _: _answers(port, path)) if port else (lambda one: _worker_is_ready(settings.home, one))
        return ManagedProcess(name, module, ready, told, settings.home / "logs" / f"{name}.log")

    catcher = [process("mail catcher", "services.mail_catcher", addresses.mail_web, "/messages.json")]
    return [
        *(catcher if addresses.mail_web else []),
        process("portal", "services.portal", addresses.portal, "/readyz"),
        *(process(stage, stage) for stage in STAGES),
        process("monitor", "services.monitor", addresses.monitor),
    ]


def _answers(port: int, path: str) -> bool:
    if not is_open(port):
        return False
    try:
        return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=2.0, trust_env=False).is_success
    except httpx.TransportError:
        return False


def _worker_is_ready(home: Path, process: ManagedProcess) -> bool:
    try:
        status = json.loads((home / "status" / f"{process.module}-{process.pid}.json").read_text())
    except (OSError, json.JSONDecodeError):
        return False
    return bool(status.get("ready"))
