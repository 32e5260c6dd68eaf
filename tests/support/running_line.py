"""The whole product as processes: real Kafka, real register and vault files, real mail over SMTP into the catcher."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from services.cli.installation import Addresses, choose_addresses, environment, prepare
from services.cli.line import line_processes
from services.cli.portal_client import Claim, PortalClient
from services.cli.processes import ManagedProcess, stop_all, wait_until_ready
from services.cli.settings import Settings

READY_SECONDS = 120.0


@dataclass
class RunningLine:
    """A started line; ``of`` gives one of its processes."""

    home: Path
    addresses: Addresses
    environment: dict[str, str]
    processes: list[ManagedProcess]

    def of(self, name: str) -> ManagedProcess:
        """Return a process by its name."""
        return next(process for process in self.processes if process.name == name)

    def client(self, language: str = "en") -> PortalClient:
        """Return a connection of the demonstration organization."""
        people = json.loads((self.home / "keys" / "practice_people.json").read_text())
        return PortalClient(self.addresses.portal_url, people["api_key"], language=language)

    def kill(self, name: str) -> None:
        """Kill a process and its children as a crash of the machine would."""
        process = self.of(name).process
        assert process is not None
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self, name: str) -> None:
        """Ask a process to stop, and wait."""
        stop_all([self.of(name)])

    def start(self, name: str) -> None:
        """Start a process again and wait until it is ready."""
        self.of(name).start()
        wait_until_ready([self.of(name)], seconds=READY_SECONDS)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a ``snapshot`` command against this line."""
        return subprocess.run(
            [sys.executable, "-m", "services.cli", *words],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def mails_about(self, consent_ids: set[str]) -> Counter[str]:
        """Return how many e-mails the catcher holds for each consent (the link in the text names it)."""
        found: Counter[str] = Counter()
        for text in self.mail_texts():
            for consent_id in consent_ids:
                if consent_id in text:
                    found[consent_id] += 1
        return found

    def mail_texts(self) -> list[str]:
        """Return the plain text of every caught e-mail."""
        texts = []
        for file in sorted((self.home / "mail").glob("*.eml")):
            message: Any = message_from_bytes(file.read_bytes(), policy=policy.default)
            texts.append(message.get_body(("plain",)).get_content())
        return texts


@contextmanager
def running_line(home: Path, brokers: str) -> Iterator[RunningLine]:
    """Prepare and start everything around an existing broker; stop just that afterwards."""
    settings = Settings(home=home, kafka_brokers=brokers)
    addresses = choose_addresses(settings, brokers)
    told = environment(settings, addresses) | {"TMPDIR": str(home / "tmp")}  # what is left there is looked at
    (home / "tmp").mkdir()
    prepare(settings, told)
    processes = line_processes(settings, addresses, told)
    line = RunningLine(home, addresses, told, processes)
    try:
        for process in processes:
            process.start()
        wait_until_ready(processes, seconds=READY_SECONDS)
        yield line
    finally:
        stop_all(processes)


def claim_of(file: Path) -> Claim:
    """Return the claim beside a sample form."""
    said = json.loads(file.with_suffix(".json").read_text())
    return Claim(said["parent_name"], said["birth_date"], said["case_identifier"], said["party"])
