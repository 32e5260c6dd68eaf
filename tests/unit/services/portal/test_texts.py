from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2 import Environment

from services.portal.consent_progress import STATUS_WORDS, STEP_LABELS, TIMELINE_WORDS, WHAT_HAPPENED
from services.portal.languages import TEXTS
from services.portal.reviews import REJECTION_LABELS
from services.register.states import ConsentStatus

PORTAL = TEXTS.parent


def _in_templates() -> Iterator[str]:
    environment = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True)
    for path in sorted((PORTAL / "templates").rglob("*.html")):
        for _line, _function, message in environment.extract_translations(path.read_text()):
            first = message if isinstance(message, str) else next((text for text in message or () if text), None)
            if first:
                yield first


def _marked(path: Path) -> Iterator[str]:
    for _line, message, _comments, _context in extract("python", BytesIO(path.read_bytes()), {"mark": None}):
        yield message if isinstance(message, str) else message[0]


def _spanish() -> set[str]:
    found: set[str] = set()
    for path in TEXTS.rglob("es.po"):
        with path.open("rb") as file:
            for message in read_po(file, locale="es", abort_invalid=True):
                if message.id and message.string and not message.fuzzy:
                    found.add(message.id if isinstance(message.id, str) else message.id[0])
    return found


def test_every_text_of_every_page_exists_in_spanish() -> None:
    used = set(_in_templates()).union(*(_marked(path) for path in PORTAL.rglob("*.py")))
    for words in (STATUS_WORDS, WHAT_HAPPENED, TIMELINE_WORDS, REJECTION_LABELS):
        used.update(words.values())  # type: ignore[attr-defined]
    used.update(STEP_LABELS)
    assert len(used) > 200
    assert used - _spanish() == set()


def test_every_state_has_its_words() -> None:
    for words in (STATUS_WORDS, WHAT_HAPPENED, TIMELINE_WORDS):
        assert set(words) == set(ConsentStatus)
    assert len(set(STATUS_WORDS.values())) == len(ConsentStatus)
