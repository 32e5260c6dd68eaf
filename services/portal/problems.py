"""Problem documents for the API (RFC 9457, ``application/problem+json``), in the language of Accept-Language.

Raise ``Problem(status, code)`` anywhere under ``/api/``. ``code`` is a ReasonCode (its sentence comes from
services.texts) or a PortalCode (its sentence is below, translated in texts/base). Members: ``type`` (a page of the
portal that explains the code), ``title`` (the code's sentence), ``status``, ``code``, ``detail`` where it says more.
No value that the caller sent is ever echoed.
"""

from collections.abc import Mapping
from enum import StrEnum

from fastapi import Request
from fastapi.responses import JSONResponse

from schemas.reason_codes import ReasonCode
from schemas.values import Language
from services.portal.languages import accepted_language, mark, say
from services.texts.reasons import sentence


class PortalCode(StrEnum):
    """Codes for what happens between caller and portal, before any consent is concerned."""

    KEY_MISSING = "KEY_MISSING"
    KEY_UNKNOWN = "KEY_UNKNOWN"
    NOT_FOUND = "NOT_FOUND"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    REQUEST_INVALID = "REQUEST_INVALID"
    REQUEST_TOO_LARGE = "REQUEST_TOO_LARGE"
    TOO_MANY_REQUESTS = "TOO_MANY_REQUESTS"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    ALREADY_ENDED = "ALREADY_ENDED"
    NOT_ALLOWED = "NOT_ALLOWED"
    UNEXPECTED = "UNEXPECTED"
    PART_AWAY = "PART_AWAY"


SENTENCES: Mapping[PortalCode, str] = {
    PortalCode.KEY_MISSING: mark("Send your API key in the Authorization header: Bearer, a space, then the key."),
    PortalCode.KEY_UNKNOWN: mark("This API key is not valid. It may have been revoked. Make a new one in the portal."),
    PortalCode.NOT_FOUND: mark("There is nothing here for you to see. Check the address or the id."),
    PortalCode.METHOD_NOT_ALLOWED: mark("This address does not take this kind of request."),
    PortalCode.REQUEST_INVALID: mark("Part of the request is missing or not in the right form."),
    PortalCode.REQUEST_TOO_LARGE: mark("The request is too large."),
    PortalCode.TOO_MANY_REQUESTS: mark("Too many tries. Wait a minute, then try again."),
    PortalCode.IDEMPOTENCY_KEY_REUSED: mark(
        "This Idempotency-Key was used for a different upload. Use a new one for each form."
    ),
    PortalCode.ALREADY_ENDED: mark("This consent has ended already. There is nothing left to revoke."),
    PortalCode.NOT_ALLOWED: mark("Your role does not allow this."),
    PortalCode.UNEXPECTED: mark("Something went wrong on our side. Nothing was changed. Try again in a few minutes."),
    PortalCode.PART_AWAY: mark("A part of this service is away. Nothing was changed. Try again in a few minutes."),
}

BY_STATUS: Mapping[int, PortalCode] = {
    401: PortalCode.KEY_MISSING,
    403: PortalCode.NOT_ALLOWED,
    404: PortalCode.NOT_FOUND,
    405: PortalCode.METHOD_NOT_ALLOWED,
    413: PortalCode.REQUEST_TOO_LARGE,
    429: PortalCode.TOO_MANY_REQUESTS,
    500: PortalCode.UNEXPECTED,
    503: PortalCode.PART_AWAY,
}
"""What a plain HTTP error of the framework is called; anything else is REQUEST_INVALID."""


class Problem(Exception):
    """An API call that is answered with a problem document.

    Args:
        status: HTTP status.
        code: what is wrong.
        detail: a fixed English text from the catalogue that says more; never a value the caller sent.
        fields: names of the parameters concerned (never their values).
        errors: what is wrong with each, where that is known: code and English sentence by parameter name.
        headers: further response headers.
    """

    def __init__(
        self,
        status: int,
        code: ReasonCode | PortalCode,
        *,
        detail: str | None = None,
        fields: tuple[str, ...] = (),
        errors: Mapping[str, tuple[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code.value)
        self.status = status
        self.code = code
        self.detail = detail
        self.fields = fields or tuple(errors or ())
        self.errors = dict(errors or {})
        self.headers = dict(headers or {})


def explain(code: ReasonCode | PortalCode, language: Language) -> str:
    """Return a code's sentence."""
    return say(language, SENTENCES[code]) if isinstance(code, PortalCode) else sentence(code, language)


def problem_response(request: Request, problem: Problem) -> JSONResponse:
    """Return the document of a problem."""
    language = accepted_language(request)
    portal_url = request.app.state.context.settings.portal_url
    document: dict[str, object] = {
        "type": f"{portal_url}/problems#{problem.code.value}",
        "title": explain(problem.code, language),
        "status": problem.status,
        "code": problem.code.value,
    }
    if problem.detail:
        document["detail"] = say(language, problem.detail)
    if problem.fields:
        document["fields"] = list(problem.fields)
    if problem.errors:
        document["errors"] = [
            {"field": field, "code": code, "message": say(language, text)}
            for field, (code, text) in problem.errors.items()
        ]
    headers = {**problem.headers, "Content-Language": language.value, "Vary": "Accept-Language"}
    return JSONResponse(document, problem.status, headers, media_type="application/problem+json")
