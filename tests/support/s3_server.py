"""A small server that speaks S3: objects in one bucket, by path-style addresses; enough for a store of sealed objects.

It refuses what the service refuses (unknown buckets and objects, wrong checksums, no credentials), and can be told to
refuse everything, or to break off in the middle of an answer.
"""

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from tests.support.loopback_http import QuietHandler, serving

BUCKET = "sealed-objects"


@dataclass
class S3Server:
    """The service. ``refuses``: code of what every request is answered with; ``breaks_off``: answers stop half-way."""

    port: int = 0
    refuses: str = ""
    breaks_off: bool = False
    objects: dict[str, bytes] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class _Handler(QuietHandler):
    protocol_version = "HTTP/1.1"
    service: S3Server

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if (key := self._key()) is None:
            return
        told = self.headers.get("x-amz-checksum-sha256", "")
        if told and told != b64encode(hashlib.sha256(content).digest()).decode():
            self._refuse("BadDigest", 400)
            return
        self.service.objects[key] = content
        self._answer(200, b"")

    def do_GET(self) -> None:
        if (key := self._key()) is None:
            return
        if not key:
            self._list(parse_qs(urlsplit(self.path).query).get("prefix", [""])[0])
        elif key in self.service.objects:
            self._answer(200, self.service.objects[key])
        else:
            self._refuse("NoSuchKey", 404)

    def do_DELETE(self) -> None:
        if (key := self._key()) is not None:
            self.service.objects.pop(key, None)
            self._answer(204, b"")

    def _key(self) -> str | None:
        """Return the object's key, empty for the bucket itself; None once the request was refused."""
        _, bucket, *rest = unquote(urlsplit(self.path).path).split("/", 2)
        authorization = self.headers.get("Authorization", "")
        if self.service.refuses:
            self._refuse(self.service.refuses, 503 if self.service.refuses == "SlowDown" else 403)
        elif "/s3/aws4_request" not in authorization:
            self._refuse("AccessDenied", 403)
        elif bucket != BUCKET:
            self._refuse("NoSuchBucket", 404)
        else:
            return rest[0] if rest else ""
        return None

    def _list(self, prefix: str) -> None:
        keys = sorted(key for key in self.service.objects if key.startswith(prefix))
        contents = "".join(f"<Contents><Key>{key}</Key></Contents>" for key in keys)
        listed = f"<Name>{BUCKET}</Name><KeyCount>{len(keys)}</KeyCount><IsTruncated>false</IsTruncated>{contents}"
        namespace = "http://s3.amazonaws.com/doc/2006-03-01/"
        self._answer(200, f'<ListBucketResult xmlns="{namespace}">{listed}</ListBucketResult>'.encode())

    def _refuse(self, code: str, status: int) -> None:
        self._answer(status, f"<Error><Code>{code}</Code><Message>refused</Message></Error>".encode())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.service.breaks_off:
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        else:
            self.wfile.write(body)


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """Run the server on a free port while the block runs."""
    service = S3Server()
    with serving(type("Handler", (_Handler,), {"service": service})) as service.port:
        yield service
