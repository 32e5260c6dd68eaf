"""Every text of the portal exists in both languages, and no template says anything outside the catalogue."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from typing_extensions import override

from services.portal.languages import TEXTS

PORTAL = TEXTS.parent
KEYWORDS = {"_": None, "gettext": None, "mark": None, "ngettext": (1, 2)}
SAME_IN_BOTH = {"Child Support Snapshot", "Webhook", "English", "Español", "TTY", "API"}
PLACE = re.compile(r"%\((\w+)\)[sd]")


def _texts_used() -> set[str | tuple[str, ...]]:
    methods = [("**.py", "python"), ("**.html", "jinja2")]
    options = {"**.html": {"silent": "false", "extensions": "jinja2.ext.do"}}
    found = extract_from_dir(PORTAL, methods, options, KEYWORDS)
    return {message for _name, _line, message, _comments, _context in found}


def _catalogue() -> dict[str, object]:
    entries: dict[str, object] = {}
    for file in sorted(TEXTS.glob("*/es.po")):
        with file.open("rb") as opened:
            for message in read_po(opened, locale="es", abort_invalid=True):
                if message.id:
                    key = message.id if isinstance(message.id, str) else message.id[0]
                    entries[key] = None if message.fuzzy else message.string
    return entries


def test_every_text_has_a_spanish_translation() -> None:
    catalogue = _catalogue()
    singulars = {text if isinstance(text, str) else text[0] for text in _texts_used()}
    untranslated = {text for text in singulars if not catalogue.get(text)}
    assert untranslated == set()


def test_a_translation_keeps_the_places_of_its_text() -> None:
    for text, spanish in _catalogue().items():
        for form in (spanish,) if isinstance(spanish, str) else tuple(spanish or ()):  # type: ignore[call-overload]
            assert set(PLACE.findall(form)) == set(PLACE.findall(text)), text


def test_no_spanish_text_is_the_english_one() -> None:
    same = {text for text, spanish in _catalogue().items() if spanish == text and len(text.split()) > 1}
    assert same <= SAME_IN_BOTH


class _LooseText(HTMLParser):
    """Collects words in elements and in attributes that people read or hear."""

    SPOKEN = frozenset({"alt", "title", "aria-label", "placeholder"})

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    @override
    def handle_data(self, data: str) -> None:
        self.words += [word for word in re.findall(r"[^\W\d_]{2,}", data) if word not in SAME_IN_BOTH]

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in self.SPOKEN and value:
                self.handle_data(value)


def _templates() -> Iterator[Path]:
    yield from sorted((PORTAL / "templates").rglob("*.html"))


@pytest.mark.parametrize("template", [str(path.relative_to(PORTAL)) for path in _templates()])
def test_a_template_says_nothing_outside_the_catalogue(template: str) -> None:
    source = (PORTAL / template).read_text()
    without_jinja = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", source, flags=re.DOTALL)
    parser = _LooseText()
    parser.feed(without_jinja)
    assert parser.words == []
