"""An advisory service on this machine that speaks the part of OSV's interface that is asked (POST /v1/query)."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.support.loopback_http import QuietHandler, serving


def advisory(name: str, number: str, *, mended: str) -> dict[str, Any]:
    """Return an advisory about every version of a package before ``mended``."""
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": mended}]}]
    affected = [{"package": {"name": name, "ecosystem": "PyPI"}, "ranges": ranges}]
    return {"id": number, "schema_version": "1.6.0", "summary": "a hole", "affected": affected}


@dataclass
class AdvisoryService:
    """Where to ask, and who was asked about: name and version of each package."""

    url: str = ""
    asked: list[str] = field(default_factory=list)


@contextmanager
def advisory_service(holes: Mapping[str, dict[str, Any]], *, refuses: str = "") -> Iterator[AdvisoryService]:
    """Answer with these advisories while the block runs; ``refuses`` a package with a server error."""
    service = AdvisoryService()

    class Handler(QuietHandler):
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

    with serving(Handler) as port:
        service.url = f"http://127.0.0.1:{port}/v1/query"
        yield service
