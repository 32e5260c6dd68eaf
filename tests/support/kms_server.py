"""A small server that speaks the JSON protocol of AWS KMS, with real encryption: what it wrapped only it unwraps.

It keeps to the service's own rules on key ids, encryption contexts and refusals, and can be told to refuse.
"""

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.support.loopback_http import QuietHandler, serving

KEY_ID = "11111111-2222-3333-4444-555555555555"
SECOND_KEY_ID = "66666666-7777-8888-9999-000000000000"
ARN = "arn:aws:kms:us-east-1:111122223333:key/"

MOST_PLAINTEXT_BYTES = 4096
"""The service's own limit of Encrypt."""


class Refused(Exception):
    """An answer with an error code."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


@dataclass
class KmsServer:
    """The service. ``refuses``: code of what every request is answered with; ``requests``: what was asked."""

    port: int = 0
    refuses: str = ""
    keys: dict[str, bytes] = field(default_factory=lambda: {key: os.urandom(32) for key in (KEY_ID, SECOND_KEY_ID)})
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, target: str, authorization: str, asked: dict[str, Any]) -> dict[str, Any]:
        operation = target.removeprefix("TrentService.")
        self.requests.append((operation, asked))
        if self.refuses:
            raise Refused(self.refuses)
        if not authorization.startswith("AWS4-HMAC-SHA256 Credential=") or "/kms/aws4_request" not in authorization:
            raise Refused("MissingAuthenticationTokenException")
        match operation:
            case "Encrypt":
                return self._encrypt(asked)
            case "Decrypt":
                return self._decrypt(asked)
        raise Refused("UnknownOperationException")

    def _encrypt(self, asked: dict[str, Any]) -> dict[str, Any]:
        key_id, plain = self._key_id(asked["KeyId"]), b64decode(asked["Plaintext"])
        if not 0 < len(plain) <= MOST_PLAINTEXT_BYTES:
            raise Refused("ValidationException")
        nonce = os.urandom(12)
        sealed = AESGCM(self.keys[key_id]).encrypt(nonce, plain, _context(asked))
        return {"KeyId": ARN + key_id, "CiphertextBlob": b64encode(key_id.encode() + nonce + sealed).decode()}

    def _decrypt(self, asked: dict[str, Any]) -> dict[str, Any]:
        blob = b64decode(asked["CiphertextBlob"])
        key_id, nonce, sealed = blob[:36].decode(errors="replace"), blob[36:48], blob[48:]
        if "KeyId" in asked and self._key_id(asked["KeyId"]) != key_id:
            raise Refused("IncorrectKeyException" if key_id in self.keys else "InvalidCiphertextException")
        try:
            plain = AESGCM(self.keys[key_id]).decrypt(nonce, sealed, _context(asked))
        except (KeyError, ValueError, InvalidTag):
            raise Refused("InvalidCiphertextException") from None
        return {"KeyId": ARN + key_id, "Plaintext": b64encode(plain).decode()}

    def _key_id(self, named: str) -> str:
        key_id = named.removeprefix(ARN)
        if key_id not in self.keys:
            raise Refused("NotFoundException")
        return key_id


def _context(asked: dict[str, Any]) -> bytes:
    return json.dumps(asked.get("EncryptionContext", {}), sort_keys=True).encode()


@contextmanager
def kms_server() -> Iterator[KmsServer]:
    """Run the server on a free port while the block runs."""
    service = KmsServer()

    class Handler(QuietHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                status, answer = (
                    200,
                    service.answer(self.headers["X-Amz-Target"], self.headers.get("Authorization", ""), asked),
                )
            except Refused as refused:
                status, answer = refused.status, {"__type": refused.code, "message": "refused"}
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with serving(Handler) as service.port:
        yield service
