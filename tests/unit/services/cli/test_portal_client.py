"""The client of the portal's API against a server on loopback that answers as it is told."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from services.cli.portal_client import PortalClient, PortalProblem
from tests.support.loopback_http import QuietHandler, serving

BUSY = {"code": "TOO_MANY_REQUESTS", "title": "Too many tries. Wait a minute, then try again."}


@contextmanager
def portal(*answers: tuple[int, dict[str, str]]) -> Iterator[tuple[str, list[str]]]:
    """A portal that gives each answer (status, headers) once, in order; yields its address and what was asked."""
    left, asked = list(answers), list[str]()

    class Answering(QuietHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            status, headers = left.pop(0)
            body = json.dumps({"status": "uploaded"} if status == 200 else BUSY).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    with serving(Answering) as port:
        yield f"http://127.0.0.1:{port}", asked


def test_asked_to_wait_the_client_says_so_waits_and_asks_again() -> None:
    waits: list[float] = []
    with portal((429, {"Retry-After": "0"}), (429, {"Retry-After": "1"}), (200, {})) as (address, asked):
        client = PortalClient(address, "key", waiting=waits.append)
        assert client.consent("1")["status"] == "uploaded"
        client.close()
    assert (waits, len(asked)) == ([0.0, 1.0], 3)


@pytest.mark.parametrize("headers", [{"Retry-After": "3600"}, {"Retry-After": "soon"}, {}])
def test_a_wait_too_long_or_unsaid_is_the_callers_to_decide(headers: dict[str, str]) -> None:
    with portal((429, headers)) as (address, asked):
        client = PortalClient(address, "key")
        with pytest.raises(PortalProblem) as refused:
            client.consent("1")
        client.close()
    assert (refused.value.code, len(asked)) == ("TOO_MANY_REQUESTS", 1)


def test_a_portal_that_stays_busy_is_not_asked_for_ever() -> None:
    with portal(*[(429, {"Retry-After": "0"})] * 6) as (address, asked):
        client = PortalClient(address, "key")
        with pytest.raises(PortalProblem):
            client.consent("1")
        client.close()
    assert len(asked) == 5
