"""An advisory service on this machine that speaks the part of OSV's interface that is asked (POST /v1/query)."""

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from typing_extensions import override


def advisory(name: str, number: str, *, mended: str) -> dict[str, Any]:
    """Return an advisory about every version of a package before ``mended``."""
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": mended}]}]
    affected = [{"package": {"name": name, "ecosystem": "PyPI"}, "ranges": ranges}]
    return {"id": number, "schema_version": "1.6.0", "summary": "a hole", "affected": affected}


class AdvisoryService:
    """Answers with its advisories; ``refuses`` a package with a server error, and notes who was asked about."""

    def __init__(self, holes: Mapping[str, dict[str, Any]], *, refuses: str = "") -> None:
        self.asked: list[str] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                name = query["package"]["name"]
                service.asked.append(f"{name}=={query['version']}")
                found = {"vulns": [holes[name]]} if name in holes else {}
                body = json.dumps(found).encode()
                self.send_response(500 if name == refuses else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            @override
            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)

    @property
    def url(self) -> str:
        """Where to ask."""
        return f"http://127.0.0.1:{self._server.server_port}/v1/query"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
