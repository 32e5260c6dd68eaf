"""Cross-site request forgery: every POST must come from a page of ours.

Two checks, both needed. The browser's own word: ``Sec-Fetch-Site`` (or ``Origin`` where that is absent) must name this
site. And the form's ``csrf_token``: an HMAC keyed by the browser's secret cookie, so a token of one sign-in is worth
nothing in another. ``page()`` gives every template ``csrf_token``; every form carries it (macro ``csrf_field``).

``/api/`` is exempt: it takes no cookie, only a bearer key.
"""

import hmac
import secrets
from hashlib import sha256

from fastapi import Request
from starlette.datastructures import URL

from services.portal.cookies import sign_in_cookie, visitor_cookie
from services.portal.settings import PortalSettings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class ForgedRequest(Exception):
    """A form that didn't come from a page of ours, or from an older sign-in."""


def token_for(secret: str) -> str:
    """Return the form token that belongs to a browser's secret cookie."""
    return hmac.new(secret.encode(), b"form token", sha256).hexdigest()


def new_secret() -> str:
    """Return a fresh 256-bit secret, URL-safe."""
    return secrets.token_urlsafe(32)


async def form_is_ours(request: Request) -> None:
    """Application-wide dependency: refuse a forged request.

    Raises:
        ForgedRequest: another site sent it, or the token is missing or of another browser.
    """
    if request.method in SAFE_METHODS or request.url.path.startswith("/api/"):
        return
    settings: PortalSettings = request.app.state.context.settings
    if not _same_site(request, settings):
        raise ForgedRequest
    given = (await request.form()).get("csrf_token")
    known = [request.cookies.get(name) for name in (sign_in_cookie(settings), visitor_cookie(settings))]
    expected = [token_for(secret) for secret in known if secret]
    if not isinstance(given, str) or not any(_same(given, token) for token in expected):
        raise ForgedRequest


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


def _same_site(request: Request, settings: PortalSettings) -> bool:
    fetch_site = request.headers.get("sec-fetch-site")
    if fetch_site is not None:
        return fetch_site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    if origin is None or origin == "null":
        return True  # no word from the browser (no-referrer makes Origin "null" on plain http): the token decides
    return URL(origin).netloc in {URL(settings.portal_url).netloc, request.headers.get("host")}
