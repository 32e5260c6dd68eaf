"""Take e-mails over SMTP, without sign-in and without TLS."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiosmtpd.smtp import SMTP, Envelope, Session
from typing_extensions import override

from services.mail_catcher.mailbox import Mailbox

SIZE_LIMIT = 5_000_000
"""Bytes of one e-mail; the product's own are a few thousand."""


REFUSED = "refused"
BUSY = "busy"
"""Names before the ``@`` that show what happens when a mail server refuses for good, or for now."""


class _Catcher:
    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take any recipient but two that practise a refusal; named by aiosmtpd."""
        name = address.partition("@")[0]
        if name == REFUSED:
            return "550 practice: no such mailbox"
        if name == BUSY:
            return "450 practice: mailbox busy"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the e-mail and answer; named by aiosmtpd."""
        content = envelope.content
        number = self._mailbox.add(content if isinstance(content, bytes) else (content or "").encode())
        return f"250 caught as {number}"


@asynccontextmanager
async def taking_mail(mailbox: Mailbox, *, host: str, port: int) -> AsyncIterator[int]:
    """Listen while the block runs; yields the port, which the system chooses when it is 0."""
    loop = asyncio.get_running_loop()
    handler = _Catcher(mailbox)
    connections: set[asyncio.BaseTransport] = set()

    def _protocol() -> SMTP:
        return _Connection(handler, connections, loop)

    server = await loop.create_server(_protocol, host, port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for transport in list(connections):
            transport.close()
        await server.wait_closed()


class _Connection(SMTP):
    def __init__(
        self, handler: _Catcher, connections: set[asyncio.BaseTransport], loop: asyncio.AbstractEventLoop
    ) -> None:
        super().__init__(handler, data_size_limit=SIZE_LIMIT, hostname="mail-catcher", loop=loop)
        self._connections = connections
        self._mine: asyncio.BaseTransport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the connection, to close it at the end."""
        self._mine = transport
        self._connections.add(transport)
        super().connection_made(transport)

    @override
    def connection_lost(self, error: Exception | None) -> None:
        """Forget the connection."""
        if self._mine is not None:
            self._connections.discard(self._mine)
        super().connection_lost(error)
