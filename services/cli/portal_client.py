"""Talks to the portal's API as an organization's software would."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx

FINAL = frozenset({"delivered", "rejected", "refused", "revoked", "expired", "in_review", "case_review"})
"""Statuses after which nothing more happens by itself."""

LONGEST_WAIT = 60.0
"""Seconds that a portal may ask to wait before the same request is worth another try; its limits count by the minute.
A longer wait, such as an hour's limit, is left to the caller."""

_TRIES = 5


class PortalProblem(Exception):
    """The portal refused or did not answer. The text is the portal's own sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class Claim:
    """What the uploader says the form holds, as the API takes it."""

    parent_name: str
    birth_date: str
    case_identifier: str
    role: str


class PortalClient:
    """One organization's connection. Asked to wait for less than a minute, it waits and asks again.

    Args:
        address: the portal's, without a trailing slash.
        api_key: bearer key.
        language: of sentences, ``en`` or ``es``.
        waiting: called with the seconds before each such wait.
    """

    def __init__(
        self,
        address: str,
        api_key: str,
        *,
        language: str = "en",
        waiting: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._waiting = waiting
        self._http = httpx.Client(
            base_url=address,
            headers={"Authorization": f"Bearer {api_key}", "Accept-Language": language},
            timeout=30.0,
            trust_env=False,
        )

    def upload(self, form: Path, claim: Claim, *, idempotency_key: str | None = None) -> str:
        """Upload a form and return the consent's id.

        Raises:
            PortalProblem: refused, with the portal's code and sentence.
        """
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        answer = self._ask(
            "POST",
            "/api/v1/consents",
            headers=headers,
            data=vars(claim),
            files={"form": ("form", form.read_bytes(), "application/octet-stream")},
        )
        return str(answer.json()["id"])

    def print_form(
        self, claim: Claim, language: str, *, starts_on: date | None = None, expires_on: date | None = None
    ) -> bytes:
        """Return a form as a PDF that is filled in already; its id is for this parent, case and role, and used once.

        Raises:
            PortalProblem: refused, with the portal's code and sentence.
        """
        period = {"starts_on": starts_on, "expires_on": expires_on}
        days = {name: day.isoformat() for name, day in period.items() if day is not None}
        return self._ask("POST", "/api/v1/forms", json={**vars(claim), "language": language, **days}).content

    def print_blank_form(self, language: str) -> bytes:
        """Return a blank form of the organization as a PDF.

        Raises:
            PortalProblem: refused, with the portal's code and sentence.
        """
        return self._ask("GET", "/api/v1/forms/blank.pdf", params={"language": language}).content

    def consent(self, consent_id: str) -> Mapping[str, Any]:
        """Return where a consent stands."""
        found: Mapping[str, Any] = self._ask("GET", f"/api/v1/consents/{consent_id}").json()
        return found

    def page(self, snapshot_id: str, language: str) -> bytes:
        """Return a snapshot's PDF."""
        return self._ask("GET", f"/api/v1/snapshots/{snapshot_id}.pdf", params={"language": language}).content

    def follow(
        self, consent_id: str, *, seconds: float, tell: Callable[[Mapping[str, Any]], None] = lambda _: None
    ) -> Mapping[str, Any]:
        """Ask until the consent is final or time is up; ``tell`` is called with every answer."""
        deadline = time.monotonic() + seconds
        while True:
            found = self.consent(consent_id)
            tell(found)
            if found["status"] in FINAL or time.monotonic() > deadline:
                return found
            time.sleep(0.1)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        for _ in range(_TRIES):
            try:
                answer = self._http.request(method, path, **request)
            except httpx.TransportError as error:
                raise PortalProblem("PORTAL_AWAY", "The portal does not answer. Is `snapshot up` running?") from error
            if answer.is_success:
                return answer
            seconds = _asked_to_wait(answer)
            if seconds is None:
                break
            self._waiting(seconds)
            time.sleep(seconds)
        try:
            problem = answer.json()
        except ValueError:
            problem = {}
        raise PortalProblem(str(problem.get("code", answer.status_code)), _sentence(problem))


def _asked_to_wait(answer: httpx.Response) -> float | None:
    """Return the seconds after which to try again, or None where that is not worth waiting for."""
    asked = answer.headers.get("retry-after", "")
    if answer.status_code != httpx.codes.TOO_MANY_REQUESTS or not asked.isdecimal():
        return None
    return float(asked) if float(asked) <= LONGEST_WAIT else None


def _sentence(problem: Mapping[str, Any]) -> str:
    fields = "; ".join(f"{one['field']}: {one['message']}" for one in problem.get("errors") or ())
    text = str(problem.get("detail") or problem.get("title") or "The portal gave no reason.")
    return f"{text} {fields}".strip()
