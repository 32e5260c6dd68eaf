"""A case API on this machine that speaks docs/case-api.md honestly, and misbehaves when told to."""

import asyncio
import base64
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

CLIENT_ID = "snapshot"
CLIENT_SECRET = "practice: secret & 100%"


@dataclass(frozen=True)
class Answer:
    """What to send back."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    kind: str = "application/json"


@dataclass(frozen=True)
class Asked:
    """One request as it came: its first line, headers in lower case, body."""

    line: str
    headers: dict[str, str]
    body: bytes


def told(status: int, **content: Any) -> Answer:
    return Answer(status, json.dumps(content).encode())


@dataclass
class CaseApiServer:
    """Knows ``cases`` by identifier; ``next_lookups`` and ``next_tokens`` are sent once each before honest answers."""

    cases: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens_last: int | None = 3600
    next_lookups: list[Answer] = field(default_factory=list)
    next_tokens: list[Answer] = field(default_factory=list)
    hangs: bool = False
    good_tokens: set[str] = field(default_factory=set)
    lookups: list[Asked] = field(default_factory=list)
    token_requests: list[Asked] = field(default_factory=list)
    port: int = 0
    scheme: str = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/v1"

    @property
    def token_url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/oauth/token"

    def answer(self, asked: Asked) -> Answer:
        method, path, _ = asked.line.split(" ")
        if (method, path) == ("POST", "/oauth/token"):
            self.token_requests.append(asked)
            return self.next_tokens.pop(0) if self.next_tokens else self._token(asked)
        if (method, path) == ("POST", "/v1/cases/lookup"):
            self.lookups.append(asked)
            return self.next_lookups.pop(0) if self.next_lookups else self._lookup(asked)
        return Answer(404, b"<html>no such page</html>", kind="text/html")

    def _token(self, asked: Asked) -> Answer:
        expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {expected}":
            return told(401, error="invalid_client")
        if parse_qs(asked.body.decode())["grant_type"] != ["client_credentials"]:
            return told(400, error="unsupported_grant_type")
        token = f"token-{len(self.token_requests)}"
        self.good_tokens.add(token)
        lasts = {} if self.tokens_last is None else {"expires_in": self.tokens_last}
        return told(200, access_token=token, token_type="Bearer", **lasts)

    def _lookup(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self.good_tokens:
            return told(401, error="invalid_token")
        wanted = json.loads(asked.body)
        if set(wanted) != {"case_identifier", "scope"}:
            return told(400, error="bad_request")
        found = self.cases.get(wanted["case_identifier"])
        return told(404, error="case_not_found") if found is None else told(200, **found)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        line, *rest = head.strip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (entry.partition(":") for entry in rest)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        answer = self.answer(Asked(line, headers, body))
        if self.hangs:
            await reader.read()
        else:
            sent = (("content-type", answer.kind), ("content-length", str(len(answer.body))), *answer.headers)
            lines = "".join(f"{name}: {value}\r\n" for name, value in sent)
            writer.write(f"HTTP/1.1 {answer.status} X\r\n{lines}connection: close\r\n\r\n".encode() + answer.body)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def case_api_server(tls: ssl.SSLContext | None = None) -> AsyncIterator[CaseApiServer]:
    """Run a case API on a free port while the block runs."""
    api = CaseApiServer(scheme="http" if tls is None else "https")
    server = await asyncio.start_server(api.serve, "127.0.0.1", 0, ssl=tls)
    api.port = server.sockets[0].getsockname()[1]
    try:
        yield api
    finally:
        server.close()
        await server.wait_closed()


def a_case_answer(case_identifier: str = "AB12345C1", **changes: Any) -> dict[str, Any]:
    """Return the example of docs/case-api.md, changed."""
    return {
        "case_identifier": case_identifier,
        "as_of": "2026-11-22T05:00:00Z",
        "money": "cents",
        "held_for_staff": False,
        "county": "Bronx",
        "parties": [
            {"party": "noncustodial", "full_name": "Marcus Rivera", "birth_date": "1987-04-12"},
            {"party": "custodial", "full_name": "Elena Núñez", "birth_date": "1990-09-30"},
        ],
        "order": {"status": "active", "amount": 41200, "frequency": "monthly", "ordered_on": "2022-09-10"},
        "arrears": {"owed_to_dss": 421000, "owed_to_custodial_parent": 242400, "permanently_assigned": 300000},
        "charges": [{"due_on": "2026-11-01", "amount": 41200}, {"due_on": "2026-10-01", "amount": 41200}],
        "payments": [{"received_on": "2026-10-05", "amount": 41207}],
        "enforcement": [
            {"code": "DL_NOTICE", "status": "notice_sent", "started_on": "2026-11-02", "answer_by": "2026-12-17"}
        ],
        "facts": {"case_type": "FORMER_CA", "employer_known": True},
        **changes,
    }
