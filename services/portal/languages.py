"""Which language a visitor reads, and the texts in it.

English is the msgid. Spanish is ``texts/<area>/es.po``, one area per author (base, consents), merged when loaded.
Python code marks a text with ``mark("...")`` and hands it on; templates translate it: ``{{ _(text) }}``.
"""

from functools import cache
from gettext import NullTranslations
from pathlib import Path

from fastapi import Request

from schemas.values import Language
from services.portal.cookies import language_cookie
from services.texts.catalogue import translations

TEXTS = Path(__file__).parent / "texts"


def mark(msgid: str) -> str:
    """Mark an English text for the catalogue and return it unchanged; the template translates it."""
    return msgid


@cache
def texts(language: Language) -> NullTranslations:
    """Return the portal's texts in a language, all areas together."""
    merged: NullTranslations = NullTranslations()
    for area in sorted(path.parent for path in TEXTS.glob("*/es.po")):
        merged.add_fallback(translations(area, language))
    return merged


def say(language: Language, msgid: str, **values: object) -> str:
    """Return a text in a language; ``values`` fill ``%(name)s`` places."""
    return texts(language).gettext(msgid) % values if values else texts(language).gettext(msgid)


def accepted_language(request: Request) -> Language:
    """Return what Accept-Language asks for; English unless Spanish comes first."""
    for part in request.headers.get("accept-language", "").split(","):
        code = part.split(";")[0].strip().lower()[:2]
        if code in {item.value for item in Language}:
            return Language(code)
    return Language.ENGLISH


def visitor_language(request: Request) -> Language:
    """Return the language of a visitor who isn't signed in: the chosen one, else what the browser asks for."""
    chosen = request.cookies.get(language_cookie(request.app.state.context.settings))
    return Language(chosen) if chosen in {item.value for item in Language} else accepted_language(request)
