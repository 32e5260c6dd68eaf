"""What the page says is measured as one text of each file; limits are the product's own promise."""

import json
from collections.abc import Iterator
from importlib.resources import files

import pytest

from services.texts.reading_ease import fernandez_huerta, flesch_kincaid_grade, longest_sentence

HIGHEST_GRADE = 7.0
LOWEST_EASE = 60.0
LONGEST_SENTENCE_WORDS = 25
RUNNING = 7
"""Words from which a text is more than a label."""

LANGUAGES = ("en", "es")

FILES = (
    ("snapshot_renderer.rules", "page_texts.json"),
    ("snapshot_renderer.rules", "rule_book.json"),
    ("snapshot_renderer.rules", "enforcement.json"),
    ("services.texts", "reasons.json"),
)


def said(value: object, language: str) -> Iterator[str]:
    """Return every text in a language of a JSON value."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == language and isinstance(inner, str):
                yield inner
            else:
                yield from said(inner, language)
    elif isinstance(value, list):
        for inner in value:
            yield from said(inner, language)


def texts(file: tuple[str, str], language: str) -> list[str]:
    room, name = file
    found = list(said(json.loads(files(room).joinpath(name).read_bytes()), language))
    assert len(found) >= 16
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file[1])
def test_the_english_texts_read_at_seventh_grade_or_below(file: tuple[str, str]) -> None:
    assert flesch_kincaid_grade(texts(file, "en")) <= HIGHEST_GRADE


@pytest.mark.parametrize("file", FILES, ids=lambda file: file[1])
def test_the_spanish_texts_are_plain(file: tuple[str, str]) -> None:
    assert fernandez_huerta(texts(file, "es")) >= LOWEST_EASE


@pytest.mark.parametrize("file", FILES, ids=lambda file: file[1])
def test_sentences_are_plain_without_the_short_labels_beside_them_too(file: tuple[str, str]) -> None:
    english, spanish = (
        [text for text in texts(file, language) if len(text.split()) >= RUNNING] for language in LANGUAGES
    )

    assert flesch_kincaid_grade(english) <= HIGHEST_GRADE
    assert fernandez_huerta(spanish) >= LOWEST_EASE


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("file", FILES, ids=lambda file: file[1])
def test_no_sentence_has_more_than_25_words(file: tuple[str, str], language: str) -> None:
    assert [text for text in texts(file, language) if longest_sentence(text) > LONGEST_SENTENCE_WORDS] == []
