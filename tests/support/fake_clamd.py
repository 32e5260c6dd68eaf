"""A clamd on this machine: it speaks INSTREAM as clamd 1.4 does, and knows EICAR's file and one made-up signature."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
"""The test file that every scanner knows; harmless. In pieces, so that no scanner takes this source for it."""

IN_A_DOCUMENT = b"made-up-malware-for-tests"

STREAM_LIMIT = 25 * 1024 * 1024
"""clamd's StreamMaxLength as it comes."""


@dataclass
class FakeClamd:
    """Answers each connection once; ``answers_with`` replaces its verdict, ``is_mute`` takes all and is silent."""

    answers_with: bytes | None = None
    is_mute: bool = False
    hangs_up_early: bool = False
    stream_limit: int = STREAM_LIMIT
    scanned: list[bytes] = field(default_factory=list)
    _server: asyncio.Server | None = None

    async def listen_at(self, path: Path) -> str:
        """Listen on a unix socket; returns the setting that names it."""
        self._server = await asyncio.start_unix_server(self._serve, path)
        return str(path)

    async def listen_on_loopback(self) -> str:
        """Listen on a TCP port; returns the setting that names it."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return f"tcp://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                if not self.hangs_up_early:
                    await self._converse(reader, writer)
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.readuntil(b"\0") != b"zINSTREAM\0":
            writer.write(b"UNKNOWN COMMAND\0")
            return
        answer = await self._verdict(reader)
        if self.is_mute:
            await reader.read()  # until the other side gives up
            return
        writer.write((answer if self.answers_with is None else self.answers_with) + b"\0")
        await writer.drain()

    async def _verdict(self, reader: asyncio.StreamReader) -> bytes:
        document = bytearray()
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            document += await reader.readexactly(length)
            if len(document) > self.stream_limit:
                return b"INSTREAM size limit exceeded. ERROR"
        self.scanned.append(bytes(document))
        if document.startswith(EICAR):
            return b"stream: Eicar-Test-Signature FOUND"
        return b"stream: Made.Up-1 FOUND" if IN_A_DOCUMENT in document else b"stream: OK"
