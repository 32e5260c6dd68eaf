"""The agency's case records behind its HTTP JSON interface (docs/case-api.md).

The case identifier travels in the body of a POST and never in an address, so that no log of any server on the way
holds it. Redirects are not followed: they would carry the token and the identifier elsewhere.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from case_fetcher.adapters.access_token import AccessTokens, TokenRefused
from case_fetcher.adapters.case_answer import read_answer
from case_fetcher.adapters.circuit_breaker import CircuitBreaker, CircuitOpen
from case_fetcher.adapters.retry_after import seconds_asked_for
from case_fetcher.adapters.tls import CaseApiMisconfigured, tls_context
from case_fetcher.rules.agency_case import AgencyCase, RecordUnusable
from schemas.values import ScopeItem
from services.runtime.failures import TemporarilyUnavailable
from services.runtime.structured_log import get_logger

DEPENDENCY = "case_source"
LARGEST_ANSWER = 4 * 1024 * 1024
"""Bytes. Twenty years of weekly charges and payments are below half a megabyte."""

TRIES = 3
FIRST_PAUSE_SECONDS = 0.2
TRY_AGAIN = frozenset({429, 500, 502, 503, 504})
REST_AFTER_FAILURES = 5
REST_SECONDS = 15.0

Wanted = Mapping[str, str | Sequence[str]]
"""Body of a lookup."""

LOCAL_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class CaseApi:
    """Where the interface is and how this product identifies itself: by secret, and by certificate if it has one."""

    url: str
    token_url: str
    client_id: str
    client_secret: str
    scope: str = ""
    authority_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None

    def check(self) -> None:
        """Refuse addresses that would send a token or a case identifier in clear over a network.

        Raises:
            CaseApiMisconfigured: names the setting.
        """
        for setting, value in (("CASE_SOURCE_URL", self.url), ("CASE_API_TOKEN_URL", self.token_url)):
            address = httpx.URL(value)
            if address.scheme != "https" and not (address.scheme == "http" and address.host in LOCAL_HOSTS):
                raise CaseApiMisconfigured(f"SNAPSHOT_{setting} must start with https://")
            if address.userinfo or address.query:
                raise CaseApiMisconfigured(f"SNAPSHOT_{setting} must hold no password and no question mark")
        if not self.client_id or not self.client_secret:
            raise CaseApiMisconfigured("set SNAPSHOT_CASE_API_CLIENT_ID and SNAPSHOT_CASE_API_CLIENT_SECRET_FILE")
        if self.key_file is not None and self.certificate_file is None:
            raise CaseApiMisconfigured("SNAPSHOT_CASE_API_KEY_FILE needs SNAPSHOT_CASE_API_CERTIFICATE_FILE")


class _TryLater(Exception):
    """The interface is away, busy or refuses us; ``rest_seconds`` is how long to leave it alone, if that is known."""

    def __init__(self, rest_seconds: float | None = None) -> None:
        super().__init__()
        self.rest_seconds = rest_seconds


class _Problem(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    error: str


class HttpCaseSource:
    """Reads one case at a time.

    Args:
        api: where and who.
        timeout_seconds: longest wait for one case, with all tries, pauses and a new token: the consent is locked.
        clock: seconds that only grow.
        pause: waits between tries.

    Raises:
        CaseApiMisconfigured: an address is not https, or a setting is missing.
    """

    def __init__(
        self,
        api: CaseApi,
        *,
        timeout_seconds: float,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        api.check()
        self._timeout = timeout_seconds
        self._clock = clock
        self._pause = pause
        self._lookup = f"{api.url.rstrip('/')}/cases/lookup"
        self._http = httpx.AsyncClient(
            verify=tls_context(api.authority_file, certificate_file=api.certificate_file, key_file=api.key_file),
            timeout=timeout_seconds,
            follow_redirects=False,
            trust_env=False,
            headers={"accept": "application/json", "user-agent": "child-support-snapshot"},
        )
        self._tokens = AccessTokens(
            self._http,
            url=api.token_url,
            client_id=api.client_id,
            client_secret=api.client_secret,
            scope=api.scope,
            clock=clock,
        )
        self._breaker = CircuitBreaker(failures=REST_AFTER_FAILURES, rest_seconds=REST_SECONDS, clock=clock)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def find(self, case_identifier: str, scope: Collection[ScopeItem]) -> AgencyCase | None:
        """Return what the scope opens of the case, or None when the agency has none under this identifier.

        The scope goes along, so that a server need not send the rest; what it sends all the same is dropped.

        Raises:
            TemporarilyUnavailable: the interface is away, too slow, busy, or refuses this product.
            RecordUnusable: the answer is not what docs/case-api.md says.
        """
        try:
            with self._breaker.request():
                return await self._within_the_time(case_identifier, scope)
        except CircuitOpen as error:
            raise TemporarilyUnavailable(DEPENDENCY) from error

    async def _within_the_time(self, case_identifier: str, scope: Collection[ScopeItem]) -> AgencyCase | None:
        wanted = {"case_identifier": case_identifier, "scope": [item.value for item in ScopeItem if item in scope]}
        try:
            async with asyncio.timeout(self._timeout):
                body = await self._ask_patiently(wanted)
        except (TimeoutError, _TryLater) as trouble:
            self._breaker.failed(rest_seconds=trouble.rest_seconds if isinstance(trouble, _TryLater) else None)
            raise TemporarilyUnavailable(DEPENDENCY) from None  # the cause may hold the request
        except RecordUnusable:
            self._breaker.succeeded()  # the interface works; this record does not
            raise
        self._breaker.succeeded()
        return None if body is None else read_answer(body, asked_for=case_identifier, scope=scope)

    async def _ask_patiently(self, wanted: Wanted) -> bytes | None:
        ends = self._clock() + self._timeout
        for number in range(TRIES):
            try:
                return await self._ask(wanted)
            except _TryLater as busy:
                wait = busy.rest_seconds
                if wait is None:
                    wait = FIRST_PAUSE_SECONDS * 2**number * random.uniform(0.5, 1.5)  # noqa: S311 - spreads retries
                if number == TRIES - 1 or self._clock() + wait >= ends:
                    raise
                await self._pause(wait)
        raise AssertionError  # the last try returns or raises

    async def _ask(self, wanted: Wanted) -> bytes | None:
        try:
            token = await self._tokens.current()
            status, headers, body = await self._post(wanted, token)
            if status == httpx.codes.UNAUTHORIZED:
                self._tokens.reject(token)
                status, headers, body = await self._post(wanted, await self._tokens.current())
        except TokenRefused as refused:
            get_logger().warning("case api gave no token", status=refused.status)
            raise _TryLater(None if refused.status in TRY_AGAIN else REST_SECONDS) from None
        except httpx.RequestError:
            raise _TryLater from None  # its text and its request are not for logs
        return _body_of(status, headers, body)

    async def _post(self, wanted: Wanted, token: str) -> tuple[int, httpx.Headers, bytes]:
        authorization = {"authorization": f"Bearer {token}"}
        async with self._http.stream("POST", self._lookup, json=wanted, headers=authorization) as answer:
            body = b""
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > LARGEST_ANSWER:
                    raise RecordUnusable
            return answer.status_code, answer.headers, body


def _body_of(status: int, headers: httpx.Headers, body: bytes) -> bytes | None:
    """Return the case's bytes, or None: the agency says in so many words that it has no such case.

    A gateway that is misconfigured, or shows a page about maintenance, answers 404 or 200 too. Neither may end a
    parent's consent, so only the interface's own JSON counts as an answer.
    """
    if headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json":
        if status == httpx.codes.OK:
            return body
        if status == httpx.codes.NOT_FOUND and _error_in(body) == "case_not_found":
            return None
        if status == httpx.codes.UNPROCESSABLE_ENTITY and _error_in(body) == "record_unusable":
            raise RecordUnusable
    if status in TRY_AGAIN:
        raise _TryLater(seconds_asked_for(headers.get("retry-after")))
    get_logger().warning("case api refused", status=status)  # a redirect too: none is followed
    raise _TryLater(REST_SECONDS)


def _error_in(body: bytes) -> str | None:
    try:
        return _Problem.model_validate_json(body).error
    except ValidationError:
        return None
