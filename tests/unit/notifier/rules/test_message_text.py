import re
from html.parser import HTMLParser
from pathlib import Path
from uuid import UUID

import pytest
from babel.messages.pofile import read_po
from typing_extensions import override

from notifier.rules import message_text
from notifier.rules.kinds import CARRIES_TOKEN, Kind
from notifier.rules.message_text import TEMPLATES, Facts, compose
from schemas.reason_codes import ReasonCode
from schemas.values import Language
from services.texts.reasons import sentence
from tests.support.notifier_world import PORTAL, TEXTS, strict_texts

CONSENT = UUID("1a2b3c4d-0000-4000-8000-000000000001")
WITHOUT_CONSENT = CARRIES_TOKEN | {Kind.PASSWORD_CHANGED, Kind.ORGANIZATION_DECLINED, Kind.RESOURCE}
EVERY = [(kind, language) for kind in TEMPLATES for language in Language]
PLACEHOLDER = re.compile(r"\{\w+\}")


def facts_of(kind: Kind, language: Language) -> Facts:
    return Facts(
        kind=kind,
        language=language,
        portal_url=PORTAL,
        consent_id=None if kind in WITHOUT_CONSENT else CONSENT,
        reasons=(sentence(ReasonCode.MISSING_SIGNATURE, language),) if kind is Kind.CONSENT_REJECTED else (),
        token="a-token&<b>" if kind in CARRIES_TOKEN else None,
        links=(("Pay It Off & more", "https://www.nyc.gov/pay?a=1&b=2"),) if kind is Kind.RESOURCE else (),
    )


class Reader(HTMLParser):
    """Reads a page as a screen reader does: its words, its links, its language."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.language: str | None = None

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        values = dict(attrs)
        if tag == "html":
            self.language = values.get("lang")
        if tag == "a":
            self.links.append(values.get("href") or "")

    @override
    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_text_and_html_say_the_same_in_the_readers_language(kind: Kind, language: Language) -> None:
    message = compose(facts_of(kind, language), strict_texts(language))
    page = Reader()
    page.feed(message.html)
    assert page.language == language.value
    for block in message.text.strip().split("\n"):
        is_address = block.startswith("http")
        assert block.rstrip(":") in (page.links if is_address else "\n".join(page.words)), block
    assert not page.tags & {"img", "script", "iframe", "form", "style", "object", "svg"}


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_a_message_has_a_subject_and_no_open_placeholder(kind: Kind, language: Language) -> None:
    message = compose(facts_of(kind, language), strict_texts(language))
    assert 10 < len(message.subject) <= 90
    assert "\n" not in message.subject
    assert not PLACEHOLDER.search(message.subject + message.text + message.html)
    assert "!" not in message.text


@pytest.mark.parametrize("kind", TEMPLATES)
def test_spanish_differs_from_english(kind: Kind) -> None:
    english = compose(facts_of(kind, Language.ENGLISH), strict_texts(Language.ENGLISH))
    spanish = compose(facts_of(kind, Language.SPANISH), strict_texts(Language.SPANISH))
    assert english.subject != spanish.subject
    assert english.text != spanish.text


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_link_but_an_official_one_leads_to_the_portal(kind: Kind, language: Language) -> None:
    facts = facts_of(kind, language)
    links = re.findall(r"^https?://\S+$", compose(facts, strict_texts(language)).text, re.MULTILINE)
    if kind is Kind.RESOURCE:
        assert links == ["https://www.nyc.gov/pay?a=1&b=2"]
    elif kind is Kind.ORGANIZATION_DECLINED:
        assert links == []
    else:
        assert len(links) == 1
        assert links[0].startswith(PORTAL + "/")


def test_a_message_about_a_consent_names_its_short_reference_and_links_to_its_page() -> None:
    message = compose(facts_of(Kind.SNAPSHOT_READY, Language.ENGLISH), strict_texts(Language.ENGLISH))
    assert "(1a2b3c4d)" in message.subject
    assert f"{PORTAL}/consents/{CONSENT}" in message.text


def test_an_invitations_token_is_quoted_in_its_link() -> None:
    message = compose(facts_of(Kind.INVITATION, Language.ENGLISH), strict_texts(Language.ENGLISH))
    assert f"{PORTAL}/invitation?token=a-token%26%3Cb%3E" in message.text
    assert "<b>" not in message.html


def test_a_rejection_says_what_to_do() -> None:
    message = compose(facts_of(Kind.CONSENT_REJECTED, Language.SPANISH), strict_texts(Language.SPANISH))
    assert sentence(ReasonCode.MISSING_SIGNATURE, Language.SPANISH) in message.text


def test_the_catalogue_has_no_text_that_nothing_says_and_keeps_every_placeholder() -> None:
    said = {message_text.PRODUCT, message_text.SIGNED_IN_ONLY, message_text.NO_REPLY, message_text.REFERENCE}
    for template in TEMPLATES.values():
        said |= {template.subject, *template.paragraphs}
        said |= {template.button} if template.button else set()
    with Path(TEXTS / "es.po").open("rb") as file:
        catalogue = {str(entry.id): str(entry.string) for entry in read_po(file) if entry.id}
    assert set(catalogue) == said
    for english, spanish in catalogue.items():
        assert PLACEHOLDER.findall(english) == PLACEHOLDER.findall(spanish)
