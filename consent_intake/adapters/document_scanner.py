"""Ask ClamAV about a document before anything opens it (clamd's INSTREAM command, by a unix or TCP socket)."""

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from consent_intake.rules.form_reading import FormReading, ReadForm
from schemas.reason_codes import ReasonCode
from services.runtime.failures import TemporarilyUnavailable

CHUNK_BYTES = 64 * 1024
"""Bytes of one piece; clamd takes any size up to its StreamMaxLength."""

ANSWER_LIMIT = 4096
"""Bytes of an answer: one short line."""

SECONDS = 60.0
"""For the whole conversation. clamd takes some seconds for 25 MiB; while it loads new signatures it may take more."""

_CLEAN = b"stream: OK"
_FOUND = re.compile(rb"stream: .+ FOUND")


class ScannerAddressInvalid(ValueError):
    """The address of the scanner is neither an absolute path nor tcp://host:port."""


@dataclass(frozen=True)
class ScannerAddress:
    """Where clamd listens: a socket's path, or host and port."""

    path: Path | None = None
    host: str = ""
    port: int = 0

    @classmethod
    def from_text(cls, text: str) -> "ScannerAddress":
        """Read ``/run/clamav/clamd.ctl`` or ``tcp://127.0.0.1:3310``.

        Raises:
            ScannerAddressInvalid: see there.
        """
        if text.startswith("/"):
            return cls(path=Path(text))
        found = re.fullmatch(r"tcp://([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):(\d{1,5})", text)
        if found is None:
            raise ScannerAddressInvalid("SNAPSHOT_CLAMAV_SOCKET is an absolute path, or tcp://host:port")
        return cls(host=found.group(1).strip("[]"), port=int(found.group(2)))


class ClamScanner:
    """A clamd that is asked over a connection of its own for each document."""

    def __init__(self, address: ScannerAddress, *, seconds: float = SECONDS) -> None:
        self._address = address
        self._seconds = seconds

    async def is_clean(self, document: bytes) -> bool:
        """Return False when the scanner knows the document for malware.

        Raises:
            TemporarilyUnavailable: ``clamav`` does not answer, or answers anything but a verdict.
        """
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._ask(document)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            raise TemporarilyUnavailable("clamav") from None
        if answer == _CLEAN:
            return True
        if _FOUND.fullmatch(answer):
            return False
        raise TemporarilyUnavailable("clamav")

    async def _ask(self, document: bytes) -> bytes:
        reader, writer = await self._connected()
        try:
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(document), CHUNK_BYTES):
                piece = document[start : start + CHUNK_BYTES]
                writer.write(len(piece).to_bytes(4, "big") + piece)
                await writer.drain()
            writer.write(bytes(4))
            await writer.drain()
            return (await reader.readuntil(b"\0"))[:-1].strip()
        finally:
            writer.transport.abort()  # close() would first wait for a scanner that takes nothing any more

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._address.path is not None:
            return await asyncio.open_unix_connection(self._address.path, limit=ANSWER_LIMIT)
        return await asyncio.open_connection(self._address.host, self._address.port, limit=ANSWER_LIMIT)


class Scanner(Protocol):
    """Whatever knows malware."""

    async def is_clean(self, document: bytes) -> bool:
        """Return False when the document is known for malware.

        Raises:
            TemporarilyUnavailable: it can't be asked now.
        """


class Reader(Protocol):
    """What reads a document that is clean (form_reader.FormReader)."""

    async def read(self, document: bytes) -> ReadForm:
        """Return what the file holds."""

    async def close(self) -> None:
        """End its processes."""


class ScanningReader:
    """Reads a document only once the scanner let it pass; while the scanner is away the document waits."""

    def __init__(self, scanner: Scanner, reader: Reader) -> None:
        self._scanner = scanner
        self._reader = reader

    async def read(self, document: bytes) -> ReadForm:
        """Return what a file holds; one that is known for malware is a reading with that problem, and is never opened.

        Raises:
            TemporarilyUnavailable: scanner or reader.
        """
        if not await self._scanner.is_clean(document):
            return ReadForm(FormReading(problem=ReasonCode.FILE_INFECTED), None)
        return await self._reader.read(document)

    async def close(self) -> None:
        """End the reader's processes."""
        await self._reader.close()
