"""A webhook receiver on this machine that keeps what it is sent; in a thread, for tests that wait for processes."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from typing_extensions import override


@dataclass
class LocalReceiver:
    """Where it listens, and everything that it was sent: first line, headers and body of each request."""

    url: str
    received: list[bytes] = field(default_factory=list)


@contextmanager
def local_receiver() -> Iterator[LocalReceiver]:
    """Receive while the block runs."""
    receiver = LocalReceiver("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.received.append(self.requestline.encode() + b"\n" + bytes(self.headers) + b"\n" + body)
            self.send_response(204)
            self.end_headers()

        @override
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
