"""The case API's adapter against a real server on this machine."""

import asyncio
import json
import logging
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from case_fetcher.adapters.http_case_source import CaseApi, HttpCaseSource
from case_fetcher.adapters.tls import CaseApiMisconfigured
from case_fetcher.rules.agency_case import RecordUnusable
from schemas.values import FULL_SCOPE, ScopeItem
from services.runtime.failures import TemporarilyUnavailable
from tests.support.case_api_server import (
    CLIENT_ID,
    CLIENT_SECRET,
    Answer,
    CaseApiServer,
    a_case_answer,
    case_api_server,
    told,
)

CASE = "AB12345C1"
BUSY = told(503, error="busy")


@dataclass
class Time:
    """A clock that only the adapter's own pauses, and tests, move on."""

    now: float = 1_000.0
    pauses: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
async def api() -> AsyncIterator[CaseApiServer]:
    async with case_api_server() as server:
        server.cases[CASE] = a_case_answer()
        yield server


@pytest.fixture
def time() -> Time:
    return Time()


def settings_for(server: CaseApiServer, **changes: Any) -> CaseApi:
    values = {"url": server.url, "token_url": server.token_url, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    return CaseApi(**{**values, **changes})


@pytest.fixture
async def source(api: CaseApiServer, time: Time) -> AsyncIterator[HttpCaseSource]:
    reader = HttpCaseSource(settings_for(api), timeout_seconds=5, clock=time, pause=time.pause)
    yield reader
    await reader.close()


async def away(source: HttpCaseSource, case_identifier: str = CASE) -> None:
    with pytest.raises(TemporarilyUnavailable) as raised:
        await source.find(case_identifier, FULL_SCOPE)
    assert raised.value.dependency == "case_source"


async def test_one_token_serves_many_cases_until_it_expires(
    source: HttpCaseSource, api: CaseApiServer, time: Time
) -> None:
    await asyncio.gather(*(source.find(CASE, FULL_SCOPE) for _ in range(5)))
    assert (len(api.token_requests), len(api.lookups)) == (1, 5)
    time.now += 3_571
    await source.find(CASE, FULL_SCOPE)
    assert len(api.token_requests) == 2


async def test_a_token_that_is_refused_is_renewed_once(source: HttpCaseSource, api: CaseApiServer) -> None:
    await source.find(CASE, FULL_SCOPE)
    api.good_tokens.clear()
    assert await source.find(CASE, FULL_SCOPE) is not None
    assert (len(api.token_requests), len(api.lookups)) == (2, 3)


async def test_a_product_that_stays_refused_waits_and_does_not_hammer(
    source: HttpCaseSource, api: CaseApiServer
) -> None:
    api.next_lookups = [told(401, error="invalid_token")] * 9
    await away(source)
    await away(source)
    assert (len(api.token_requests), len(api.lookups)) == (2, 2)


async def test_a_wrong_secret_is_tried_once_and_then_rested(api: CaseApiServer, time: Time) -> None:
    source = HttpCaseSource(settings_for(api, client_secret="x"), timeout_seconds=5, clock=time, pause=time.pause)
    await away(source)
    await away(source)
    await source.close()
    assert (len(api.token_requests), api.lookups) == (1, [])


async def test_no_address_and_no_log_line_holds_the_case_or_a_secret(
    source: HttpCaseSource, api: CaseApiServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    api.next_lookups = [BUSY]
    await source.find(CASE, FULL_SCOPE)
    assert {asked.line for asked in api.lookups} == {"POST /v1/cases/lookup HTTP/1.1"}
    assert json.loads(api.lookups[0].body) == {"case_identifier": CASE, "scope": [item.value for item in FULL_SCOPE]}
    assert caplog.records
    for secret in (CASE, "Marcus", CLIENT_SECRET, "token-1"):
        assert secret not in caplog.text


async def test_the_interface_is_told_what_the_consent_covers_and_may_leave_out_the_rest(
    source: HttpCaseSource, api: CaseApiServer
) -> None:
    brief = a_case_answer()
    for part in ("arrears", "charges", "payments", "facts"):
        del brief[part]
    brief["order"] = {"status": "active"}
    api.cases[CASE] = brief
    found = await source.find(CASE, {ScopeItem.ENFORCEMENT})
    assert found is not None
    assert (found.arrears, found.payments, len(found.enforcement)) == (None, (), 1)
    assert json.loads(api.lookups[0].body)["scope"] == ["enforcement"]


@pytest.mark.parametrize("part", ["arrears", "charges", "payments", "enforcement"])
async def test_a_part_that_the_consent_covers_has_to_be_in_the_answer(
    source: HttpCaseSource, api: CaseApiServer, part: str
) -> None:
    brief = a_case_answer()
    del brief[part]
    api.cases[CASE] = brief
    with pytest.raises(RecordUnusable):
        await source.find(CASE, FULL_SCOPE)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_a_busy_server_is_asked_again(
    source: HttpCaseSource, api: CaseApiServer, time: Time, status: int
) -> None:
    api.next_lookups = [Answer(status), Answer(status)]
    assert await source.find(CASE, FULL_SCOPE) is not None
    first, second = time.pauses
    assert 0.1 <= first <= 0.3
    assert 0.2 <= second <= 0.6


async def test_a_server_that_stays_busy_is_a_temporary_failure(source: HttpCaseSource, api: CaseApiServer) -> None:
    api.next_lookups = [BUSY] * 9
    await away(source)
    assert len(api.lookups) == 3


async def test_retry_after_is_honoured_within_the_time_that_is_left(
    source: HttpCaseSource, api: CaseApiServer, time: Time
) -> None:
    api.next_lookups = [Answer(429, headers=(("retry-after", "2"),))]
    assert await source.find(CASE, FULL_SCOPE) is not None
    assert time.pauses == [2.0]


async def test_a_longer_retry_after_is_waited_for_without_holding_the_consent(
    source: HttpCaseSource, api: CaseApiServer, time: Time
) -> None:
    api.next_lookups = [Answer(503, headers=(("retry-after", "40"),))]
    await away(source)
    time.now += 39
    await away(source)
    assert (len(api.lookups), time.pauses) == (1, [])
    time.now += 1
    assert await source.find(CASE, FULL_SCOPE) is not None


async def test_a_retry_after_of_a_day_is_capped(source: HttpCaseSource, api: CaseApiServer, time: Time) -> None:
    api.next_lookups = [Answer(503, headers=(("retry-after", "86400"),))]
    await away(source)
    time.now += 60
    assert await source.find(CASE, FULL_SCOPE) is not None


async def test_after_failures_in_a_row_nothing_is_sent_until_a_trial_succeeds(
    source: HttpCaseSource, api: CaseApiServer, time: Time
) -> None:
    api.next_lookups = [BUSY] * 15
    for _ in range(5):
        await away(source)
    await away(source)
    assert len(api.lookups) == 15
    time.now += 15
    assert await source.find(CASE, FULL_SCOPE) is not None
    assert len(api.lookups) == 16


async def test_records_that_cannot_be_used_do_not_open_the_circuit(source: HttpCaseSource, api: CaseApiServer) -> None:
    api.next_lookups = [told(422, error="record_unusable")] * 6
    for _ in range(6):
        with pytest.raises(RecordUnusable):
            await source.find(CASE, FULL_SCOPE)
    assert await source.find(CASE, FULL_SCOPE) is not None


async def test_a_server_that_never_answers_is_a_temporary_failure(api: CaseApiServer) -> None:
    api.hangs = True
    source = HttpCaseSource(settings_for(api), timeout_seconds=0.1)
    await away(source)
    await source.close()


async def test_redirects_are_refused(source: HttpCaseSource, api: CaseApiServer) -> None:
    api.next_lookups = [Answer(307, headers=(("location", f"{api.url}/cases/lookup"),))]
    await away(source)
    assert len(api.lookups) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b"<html>back at six</html>", kind="text/html"),
        Answer(404, b"<html>no route</html>", kind="text/html"),
        told(404, error="no_such_route"),
        told(422, detail=[]),
        told(400, error="bad_request"),
        told(403, error="forbidden"),
        told(204),
    ],
)
async def test_only_the_interfaces_own_words_decide_about_a_consent(
    source: HttpCaseSource, api: CaseApiServer, answer: Answer
) -> None:
    api.next_lookups = [answer]
    await away(source)


async def test_an_answer_without_end_is_cut_off(source: HttpCaseSource, api: CaseApiServer) -> None:
    api.next_lookups = [Answer(200, b" " * (5 * 1024 * 1024))]
    with pytest.raises(RecordUnusable):
        await source.find(CASE, FULL_SCOPE)


@pytest.mark.parametrize(
    "token",
    [
        told(200, token_type="Bearer"),
        told(200, access_token="a\nb", token_type="Bearer"),
        told(200, access_token="a", token_type="mac"),
        told(200, access_token="a", token_type="Bearer", expires_in=-1),
        Answer(200, b"<html>"),
        Answer(302, headers=(("location", "/elsewhere"),)),
    ],
)
async def test_no_usable_token_is_a_temporary_failure(
    source: HttpCaseSource, api: CaseApiServer, token: Answer
) -> None:
    api.next_tokens = [token]
    await away(source)
    assert api.lookups == []


async def test_a_token_without_an_expiry_is_kept_for_a_while_only(
    source: HttpCaseSource, api: CaseApiServer, time: Time
) -> None:
    api.tokens_last = None
    await source.find(CASE, FULL_SCOPE)
    await source.find(CASE, FULL_SCOPE)
    assert len(api.token_requests) == 1
    time.now += 300
    await source.find(CASE, FULL_SCOPE)
    assert len(api.token_requests) == 2


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"url": "http://records.example.org/v1"}, "SNAPSHOT_CASE_SOURCE_URL must start with https://"),
        ({"token_url": ""}, "SNAPSHOT_CASE_API_TOKEN_URL must start with https://"),
        ({"url": "https://user:word@records.example.org"}, "must hold no password"),
        ({"token_url": "https://records.example.org/token?key=1"}, "no question mark"),
        ({"client_secret": ""}, "SNAPSHOT_CASE_API_CLIENT_SECRET_FILE"),
        ({"authority_file": Path("/nonexistent.pem")}, "SNAPSHOT_CASE_API_AUTHORITY_FILE"),
    ],
)
def test_unsafe_or_missing_settings_are_told_by_name(changes: dict[str, Any], sentence: str) -> None:
    safe = {"url": "https://a.example.org", "token_url": "https://a.example.org/t", "client_id": "a"}
    with pytest.raises(CaseApiMisconfigured, match=sentence):
        HttpCaseSource(CaseApi(**{**safe, "client_secret": "b", **changes}), timeout_seconds=1)


async def test_a_server_without_a_trusted_certificate_gets_neither_secret_nor_case(tmp_path: Path) -> None:
    authority, tls = _own_certificate(tmp_path)
    async with case_api_server(tls) as server:
        server.cases[CASE] = a_case_answer()
        stranger = HttpCaseSource(settings_for(server), timeout_seconds=5, pause=Time().pause)
        await away(stranger)
        await stranger.close()
        assert server.token_requests == []
        trusting = HttpCaseSource(settings_for(server, authority_file=authority), timeout_seconds=5)
        assert await trusting.find(CASE, FULL_SCOPE) is not None
        await trusting.close()


def _own_certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "practice records")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    shown, kept = folder / "certificate.pem", folder / "key.pem"
    shown.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    kept.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(shown, kept)
    return shown, tls
