"""What ``up`` prepares before anything starts: keys, tables, topics, the practice county and the practice people."""

import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from services.cli.ports import free_port
from services.cli.settings import Settings
from services.runtime.clock import legal_day, utc_now

KEY_FILES = ("master.key", "grant_public.pem", "audit_public.pem")
"""What shows that the keys were made; the other half of a pair is its one owner's business."""


class PreparationFailed(Exception):
    """A step of the preparation failed. The message names the command to run by hand."""


@dataclass(frozen=True)
class Addresses:
    """Where everything is reached."""

    portal: int
    monitor: int
    mail_web: int | None
    mail_smtp: int | None
    brokers: str

    @property
    def portal_url(self) -> str:
        """Address of the portal."""
        return f"http://127.0.0.1:{self.portal}"

    @property
    def monitor_url(self) -> str:
        """Address of the operations page."""
        return f"http://127.0.0.1:{self.monitor}"

    @property
    def mail_url(self) -> str | None:
        """Address of the mail catcher's page, if there is one."""
        return f"http://127.0.0.1:{self.mail_web}" if self.mail_web else None


def choose_addresses(settings: Settings, brokers: str) -> Addresses:
    """Take the ports that the settings ask for, or free ones where they are busy."""
    catcher = not settings.smtp_url
    return Addresses(
        portal=free_port(settings.portal_port),
        monitor=free_port(settings.monitor_port),
        mail_web=free_port(settings.mail_catcher_web_port) if catcher else None,
        mail_smtp=free_port(settings.mail_catcher_smtp_port) if catcher else None,
        brokers=brokers,
    )


def environment(settings: Settings, addresses: Addresses) -> dict[str, str]:
    """Return what every process is told. What the caller's own environment says stays as it is."""
    told = {
        "SNAPSHOT_HOME": str(settings.home.absolute()),
        "SNAPSHOT_KAFKA_BROKERS": addresses.brokers,
        "SNAPSHOT_DATABASE_URL": settings.register_url,
        "SNAPSHOT_PORTAL_PORT": str(addresses.portal),
        "SNAPSHOT_PORTAL_URL": os.environ.get("SNAPSHOT_PORTAL_URL") or addresses.portal_url,
        "SNAPSHOT_MONITOR_PORT": str(addresses.monitor),
        "SNAPSHOT_MONITOR_URL": addresses.monitor_url,
        "SNAPSHOT_PRACTICE_MODE": "true",
        "SNAPSHOT_WEBHOOK_ALLOW_PRIVATE": "true",  # practice receivers run on this machine
    }
    if addresses.mail_smtp:
        told["SNAPSHOT_SMTP_URL"] = f"smtp://127.0.0.1:{addresses.mail_smtp}"
        told["SNAPSHOT_MAIL_CATCHER_SMTP_PORT"] = str(addresses.mail_smtp)
        told["SNAPSHOT_MAIL_CATCHER_WEB_PORT"] = str(addresses.mail_web)
    return told


def prepare(settings: Settings, told: Mapping[str, str]) -> None:
    """Make what is absent and leave what is there. Each step is a command that can be run by hand.

    The practice county is written anew each day, so that its records are of today; the agency's own are never touched.

    Raises:
        PreparationFailed: a step ended with an error.
    """
    log = settings.home / "logs" / "prepare.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        if not all((settings.home / "keys" / name).exists() for name in KEY_FILES):
            _finish(("keys", "create"), _begin(("keys", "create"), told, output), log)  # the other steps need them
        steps: list[tuple[str, ...]] = [("register", "upgrade"), ("topics", "create")]
        if not settings.case_source_url and not _written_today(settings.home / "practice_county.db"):
            steps.append(("practice-county",))
        running = [(step, _begin(step, told, output)) for step in steps]
        _finish(*running.pop(0), log)
        running.append((("practice-people",), _begin(("practice-people",), told, output)))  # into the upgraded register
        for step, process in running:
            _finish(step, process, log)


def _written_today(file: Path) -> bool:
    """Whether a file was last written on this New York day."""
    if not file.exists():
        return False
    return legal_day(datetime.fromtimestamp(file.stat().st_mtime, UTC)) == legal_day(utc_now())


def _begin(step: tuple[str, ...], told: Mapping[str, str], output: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "services.cli", *step],
        env={**os.environ, **told},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
    )


def _finish(step: tuple[str, ...], process: subprocess.Popen[bytes], log: Path) -> None:
    if process.wait() != 0:
        raise PreparationFailed(f"`snapshot {' '.join(step)}` failed; see {log}")


def practice_password(home: Path) -> str:
    """Return the password of the practice people, made once per home folder."""
    file = home / "keys" / "practice_password"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(f"practice-{secrets.token_urlsafe(9)}")
    return file.read_text()
