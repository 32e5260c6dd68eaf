"""What people and programs see when a request can't be answered: a page, or under /api/ a problem document."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from schemas.values import Language
from services.portal.csrf import ForgedRequest
from services.portal.denials import Denial, note_denial
from services.portal.identity import NotAllowed, SignedIn, SignInNeeded, anybody
from services.portal.languages import mark
from services.portal.pages import page
from services.portal.problems import BY_STATUS, PortalCode, Problem, explain, problem_response
from services.portal.security_headers import HEADERS
from services.runtime.failures import TemporarilyUnavailable
from services.runtime.structured_log import get_logger

Handler = Callable[[Request, Any], Awaitable[Response]]

TITLES = {
    403: mark("You may not open this page"),
    404: mark("There is no such page"),
    422: mark("Something is missing"),
    429: mark("Too many tries"),
    500: mark("Something went wrong"),
    503: mark("A part of this service is away"),
}
"""Headings of error pages; any other status has that of 422."""

NOT_FOUND = 404
UNEXPECTED = 500

RETRY_LATER = {"Retry-After": "60"}
"""Seconds; whoever mends a key server needs longer than that, and a client may ask again."""

FORGED = mark("This form was open too long, or came from another place. Go back, reload the page and try again.")


def add_handlers(app: FastAPI) -> None:
    """Register the handlers on an application."""
    handlers: dict[int | type[Exception], Handler] = {
        Problem: _problem,
        SignInNeeded: _sign_in_needed,
        NotAllowed: _not_allowed,
        ForgedRequest: _forged,
        HTTPException: _http,
        RequestValidationError: _invalid,
        TemporarilyUnavailable: _away,
        500: _unexpected,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


async def error_page(request: Request, status: int, sentence: str | None = None) -> Response:
    """Return the error page of a status; ``sentence`` (English, of the catalogue) replaces the usual one."""
    reader = await _reader(request) if status != UNEXPECTED else None
    code = BY_STATUS.get(status, PortalCode.REQUEST_INVALID)
    return page(
        request,
        "error.html",
        reader,
        status_code=status,
        title=TITLES.get(status, TITLES[422]),
        sentence=sentence or explain(code, Language.ENGLISH),
    )


async def _reader(request: Request) -> SignedIn | None:
    return await anybody(request, request.app.state.context)


async def _problem(request: Request, problem: Problem) -> Response:
    if problem.status == NOT_FOUND:
        await note_denial(request, Denial.NOT_THEIRS)
    if _is_api(request):
        return problem_response(request, problem)
    return await error_page(request, problem.status)


async def _sign_in_needed(_request: Request, needed: SignInNeeded) -> Response:
    return RedirectResponse(needed.location, status_code=303)


async def _not_allowed(request: Request, _error: NotAllowed) -> Response:
    await note_denial(request, Denial.ROLE)
    return await error_page(request, 403)


async def _forged(request: Request, _error: ForgedRequest) -> Response:
    answer = await error_page(request, 403, FORGED)  # which looks who it is: this is refused before any route asks
    await note_denial(request, Denial.FORGED_REQUEST)
    return answer


async def _http(request: Request, error: HTTPException) -> Response:
    code = BY_STATUS.get(error.status_code, PortalCode.REQUEST_INVALID)
    if error.status_code == NOT_FOUND:
        await note_denial(request, Denial.NOT_THEIRS)
    if _is_api(request):
        return problem_response(request, Problem(error.status_code, code, headers=error.headers))
    return await error_page(request, error.status_code)


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    fields = tuple(sorted({str(item["loc"][-1]) for item in error.errors()}))
    if _is_api(request):
        return problem_response(request, Problem(422, PortalCode.REQUEST_INVALID, fields=fields))
    return await error_page(request, 422)


async def _away(request: Request, away: TemporarilyUnavailable) -> Response:
    """Keys or objects can't be reached: nothing was shown and nothing was stored."""
    get_logger().warning("request not served", dependency=away.dependency)
    if _is_api(request):
        return problem_response(request, Problem(503, PortalCode.PART_AWAY, headers=RETRY_LATER))
    return await error_page(request, 503)


async def _unexpected(request: Request, _error: Exception) -> Response:
    answer = (
        problem_response(request, Problem(500, PortalCode.UNEXPECTED))
        if _is_api(request)
        else await error_page(request, 500)
    )
    answer.headers.update(HEADERS)  # this answer is sent outside the middleware that sets them
    return answer


def _is_api(request: Request) -> bool:
    return request.url.path.startswith("/api/")
