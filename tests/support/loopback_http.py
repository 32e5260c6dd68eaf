"""An HTTP server on this machine while a block runs: the tests' stand-ins say only what they answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Final

from typing_extensions import override

_LOOKS_EVERY: Final = 0.01
"""Seconds until the end of the block is noticed."""


class QuietHandler(BaseHTTPRequestHandler):
    """Answers requests and prints nothing about them."""

    @override
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(handler: type[QuietHandler]) -> Iterator[int]:
    """Serve on a free port, each request in a thread of its own; yields the port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(_LOOKS_EVERY,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
