"""A webhook receiver on this machine that keeps what it is sent; in a thread, for tests that wait for processes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.support.loopback_http import QuietHandler, serving


@dataclass
class LocalReceiver:
    """Where it listens, and everything that it was sent: first line, headers and body of each request."""

    url: str
    received: list[bytes] = field(default_factory=list)


@contextmanager
def local_receiver() -> Iterator[LocalReceiver]:
    """Receive while the block runs."""
    receiver = LocalReceiver("")

    class Handler(QuietHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.received.append(self.requestline.encode() + b"\n" + bytes(self.headers) + b"\n" + body)
            self.send_response(204)
            self.end_headers()

    with serving(Handler) as port:
        receiver.url = f"http://127.0.0.1:{port}"
        yield receiver
