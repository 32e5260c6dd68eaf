"""Draw a page: ``return page(request, "consents/list.html", signed_in, consents=rows)``.

A template extends ``base.html`` and finds, besides its own values: ``signed_in`` (or None), ``language`` ("en"/"es"),
``csrf_token``, ``_()`` (newstyle gettext: ``{{ _("Hello, %(name)s", name=name) }}``), ``asset("portal.css")``,
``navigation``, ``path``, the filters ``day`` and ``moment`` (long dates in New York), and ``mistake`` (a field's error:
``errors | mistake("email")``). Undefined names are errors, everything is escaped. Components: the macros
of macros.html, as ``ui``.

Every page is ``Cache-Control: no-store``. After a POST that changed something: ``return see("/consents")``; to say so
on the next page: ``see("/people", notice="person_invited")`` and list the notice in notices.py.
"""

from datetime import date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

from babel.dates import format_date, format_datetime
from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from schemas.values import Language
from services.portal.context import PortalContext
from services.portal.cookies import set_cookie, visitor_cookie
from services.portal.csrf import new_secret, token_for
from services.portal.identity import SignedIn
from services.portal.languages import say, texts, visitor_language
from services.portal.navigation import navigation
from services.portal.notices import NOTICES
from services.runtime.clock import NEW_YORK

HERE = Path(__file__).parent
LOCALES = {Language.ENGLISH: "en_US", Language.SPANISH: "es_US"}


def page(
    request: Request, template: str, signed_in: SignedIn | None, *, status_code: int = 200, **values: object
) -> Response:
    """Return a page in the reader's language.

    Args:
        request: the request, for path, cookies and context.
        template: file below templates/.
        signed_in: who reads, or None on public pages.
        status_code: 422 for a form with mistakes.
        values: further names for the template.
    """
    context: PortalContext = request.app.state.context
    language = signed_in.language if signed_in else visitor_language(request)
    secret = None if signed_in else request.cookies.get(visitor_cookie(context.settings)) or new_secret()
    given = {
        "signed_in": signed_in,
        "language": language.value,
        "csrf_token": signed_in.csrf_token if signed_in else token_for(secret or ""),
        "navigation": navigation(signed_in),
        "path": request.url.path,
        "practice_mode": context.settings.practice_mode,
        "notice": NOTICES.get(request.query_params.get("notice", "")),
    }
    body = environment(language).get_template(template).render({**given, **values})
    headers = {"Cache-Control": "no-store", "Content-Language": language.value}
    response = HTMLResponse(body, status_code=status_code, headers=headers)
    # allowed: secrets-in-constant-time - the secret is the one that this very cookie brought, or a new one
    if secret is not None and request.cookies.get(visitor_cookie(context.settings)) != secret:
        set_cookie(response, context.settings, visitor_cookie(context.settings), secret)
    return response


def see(path: str, *, notice: str | None = None) -> RedirectResponse:
    """Return the redirect after a POST; ``notice`` names an entry of notices.py to show there."""
    location = f"{path}?{urlencode({'notice': notice})}" if notice else path
    return RedirectResponse(location, status_code=303, headers={"Cache-Control": "no-store"})


@cache
def environment(language: Language) -> Environment:
    """Return the template environment of a language."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_translations(texts(language), newstyle=True)  # type: ignore[attr-defined]
    made.globals["asset"] = asset
    made.filters["mistake"] = lambda errors, name: say(language, errors[name]) if name in errors else None
    made.filters["day"] = lambda value: long_day(value, language)
    made.filters["moment"] = lambda value: long_moment(value, language)
    return made


@cache
def asset(name: str) -> str:
    """Return the address of a file below static/, with its content's hash so that it can be cached for ever."""
    digest = sha256((HERE / "static" / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def long_day(value: date | datetime, language: Language) -> str:
    """Return "November 22, 2026" or "22 de noviembre de 2026" (the New York day of a moment)."""
    day = value.astimezone(NEW_YORK).date() if isinstance(value, datetime) else value
    return format_date(day, format="long", locale=LOCALES[language])


def long_moment(value: datetime, language: Language) -> str:
    """Return day and time of day in New York."""
    pattern = "MMMM d, y, h:mm a" if language is Language.ENGLISH else "d 'de' MMMM 'de' y, h:mm a"
    return format_datetime(value, pattern, tzinfo=NEW_YORK, locale=LOCALES[language])
