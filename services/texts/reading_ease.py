"""How hard a text is to read, by two published formulas, with syllables counted by rule.

English: Flesch-Kincaid grade = 0.39 * words per sentence + 11.8 * syllables per word - 15.59 (Kincaid et al., 1975):
years of American school. Spanish: Fernández-Huerta = 206.84 - 60 * syllables per word - 1.02 * words per sentence
(Fernández Huerta, 1959, as it is used today): above 60 is plain, 100 is easiest. Both are averages over running text:
measure all texts of one kind together, not a heading alone. Spanish spelling gives the syllables away; English spelling
does so for most words, and the tests hold a list counted by hand.
"""

import re
from collections.abc import Callable, Iterable
from itertools import pairwise

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.?!:;]+(?=\s|$)")
_PLACEHOLDER = re.compile(r"\{\w+\}")

_MOST_INITIALS = 4
"""OCSS is spelled out; ACCESS, longer, is read as a word."""

_EN_VOWELS = re.compile(r"[aeiouy]+")
_EN_SILENT = re.compile(
    r"[^aeiouyl]e$|[aeiouy]le$|[aeiouy][^aeiouy]*[^aeiouytd]ed$|[^aeiouyscgxzhl]es$|[aeiouy]les$|[^s]hes$(?<!ches)"
)
"""Endings whose e is not spoken: pay-mente but not ta-ble, lowered but not granted, takes but not changes."""
_EN_SILENT_INSIDE = re.compile(r"[^aeiouyl]e(?:ments?|ful|less|ly|ty)$")
_EN_PARTED = re.compile(r"(?<![ctsg])i[ao](?!u)|ua[tl]|iet|[^aeiou]ying|eing|eate|[aeo]y[aeio]")

_ES_VOWELS = re.compile(r"[aeiouáéíóúü]+")
_ES_SILENT_U = re.compile(r"(?<=[gq])u(?=[eiéí])")
_ES_FINAL_Y = re.compile(r"y$")
_ES_STRONG = frozenset("aeoáéó")
_ES_STRESSED_WEAK = frozenset("íú")


def flesch_kincaid_grade(texts: Iterable[str]) -> float:
    """Return the years of American school that English texts ask for, all taken together.

    Raises:
        ZeroDivisionError: there is no word.
    """
    sentences, words, syllables = _counted(texts, english_syllables)
    return 0.39 * words / sentences + 11.8 * syllables / words - 15.59


def fernandez_huerta(texts: Iterable[str]) -> float:
    """Return the reading ease of Spanish texts, all taken together; higher is easier.

    Raises:
        ZeroDivisionError: there is no word.
    """
    sentences, words, syllables = _counted(texts, spanish_syllables)
    return 206.84 - 60 * syllables / words - 1.02 * words / sentences


def longest_sentence(text: str) -> int:
    """Return the number of words of the longest sentence; a filled placeholder is one word."""
    return max((len(_WORD.findall(sentence)) for sentence in _sentences(_PLACEHOLDER.sub("x", text))), default=0)


def english_syllables(word: str) -> int:
    """Return the syllables of an English word; of initials (DSS) the letters."""
    if _is_initials(word):
        return len(word)
    plain = word.lower().replace("\u2019", "'").removesuffix("'s").removesuffix("s'")
    count = len(_EN_VOWELS.findall(plain)) + len(_EN_PARTED.findall(plain))
    count -= bool(_EN_SILENT.search(plain)) + bool(_EN_SILENT_INSIDE.search(plain))
    return max(count, 1)


def spanish_syllables(word: str) -> int:
    """Return the syllables of a Spanish word; of initials (DSS) the letters."""
    if _is_initials(word):
        return len(word)
    plain = _ES_FINAL_Y.sub("i", _ES_SILENT_U.sub("", word.lower()))
    return max(sum(_spoken_apart(vowels) for vowels in _ES_VOWELS.findall(plain)), 1)


def _spoken_apart(vowels: str) -> int:
    """Two strong vowels are two syllables, and so is a stressed weak one beside any other."""
    return 1 + sum(
        {left, right} <= _ES_STRONG or bool({left, right} & _ES_STRESSED_WEAK) for left, right in pairwise(vowels)
    )


def _is_initials(word: str) -> bool:
    return 1 < len(word) <= _MOST_INITIALS and word.isupper()


def _counted(texts: Iterable[str], syllables: Callable[[str], int]) -> tuple[int, int, int]:
    sentences = [_WORD.findall(sentence) for text in texts for sentence in _sentences(_PLACEHOLDER.sub(" ", text))]
    said = [words for words in sentences if words]
    return len(said), sum(map(len, said)), sum(syllables(word) for words in said for word in words)


def _sentences(text: str) -> list[str]:
    return _SENTENCE_END.split(text)
