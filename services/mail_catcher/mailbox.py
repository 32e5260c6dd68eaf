"""Keep caught e-mails as numbered .eml files in a folder."""

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_binary_file, message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

KEEP = 1_000
"""E-mails kept; the oldest go first. A demonstration makes a few dozen."""


class NoSuchMail(LookupError):
    """No e-mail has this number."""


@dataclass(frozen=True)
class CaughtMail:
    """What the list shows of one e-mail."""

    number: int
    sender: str
    to: str
    subject: str
    message_id: str
    received_at: datetime


class Mailbox:
    """A folder of e-mails. Numbers start at 1, grow, and are not used again while the mailbox is open."""

    def __init__(self, folder: Path, *, keep: int = KEEP) -> None:
        self._folder = folder
        self._keep = keep
        folder.mkdir(parents=True, exist_ok=True)
        self._last = max(self._numbers(), default=0)

    def add(self, content: bytes) -> int:
        """Keep an e-mail; return its number."""
        self._last += 1
        unfinished = self._folder / f".{self._last}.part"
        unfinished.write_bytes(content)
        unfinished.rename(self._path(self._last))
        for number in sorted(self._numbers())[: -self._keep]:
            self._path(number).unlink(missing_ok=True)
        return self._last

    def newest_first(self) -> list[CaughtMail]:
        """Return every e-mail's summary."""
        summaries = []
        for number in sorted(self._numbers(), reverse=True):
            with contextlib.suppress(NoSuchMail):
                summaries.append(self.summary(number))
        return summaries

    def summary(self, number: int) -> CaughtMail:
        """Return one e-mail's summary.

        Raises:
            NoSuchMail: see there.
        """
        path = self._path(number)
        try:
            with path.open("rb") as file:
                headers = message_from_binary_file(file, policy=default)
            received_at = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
        except FileNotFoundError as absent:
            raise NoSuchMail(number) from absent
        return CaughtMail(
            number=number,
            sender=_header(headers, "From"),
            to=_header(headers, "To"),
            subject=_header(headers, "Subject"),
            message_id=_header(headers, "Message-ID"),
            received_at=received_at,
        )

    def content(self, number: int) -> bytes:
        """Return an e-mail as it came.

        Raises:
            NoSuchMail: see there.
        """
        try:
            return self._path(number).read_bytes()
        except FileNotFoundError as absent:
            raise NoSuchMail(number) from absent

    def text(self, number: int) -> str:
        """Return the plain text of an e-mail, empty when it has none.

        Raises:
            NoSuchMail: see there.
        """
        body = message_from_bytes(self.content(number), policy=default).get_body(preferencelist=("plain",))
        return str(body.get_content()).replace("\r\n", "\n") if isinstance(body, EmailMessage) else ""

    def clear(self) -> None:
        """Delete every e-mail."""
        for number in self._numbers():
            self._path(number).unlink(missing_ok=True)

    def _numbers(self) -> list[int]:
        return [int(path.stem) for path in self._folder.glob("*.eml") if path.stem.isdecimal()]

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06d}.eml"


def _header(message: EmailMessage, name: str) -> str:
    return str(message.get(name, ""))
