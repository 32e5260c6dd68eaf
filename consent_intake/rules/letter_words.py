"""Words of other organizations' consent letters, English and Spanish: a hint where to look, never a decision."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from schemas.values import Language

SIGNATURE_ANCHORS: Final = frozenset(
    {"signature", "signed", "sign", "firma", "firmado", "firmada", "firme", "firmante"}
)
DATE_ANCHORS: Final = frozenset({"date", "dated", "fecha"})
WITNESS_WORDS: Final = frozenset({"witness", "testigo", "notary", "notario", "interpreter", "interprete", "staff"})

_CONSENT: Final = (
    r"(?:give|giving|provide|my|informed|written|voluntary|this|your) consent",
    r"consent(?:s|ing)? to",
    r"consent (?:form|for|is|may|will|expires)",
    r"(?:hereby|i|we|freely) consent",
    r"(?:i|we|hereby|and|you) authori[sz]e",
    r"authori[sz]ation (?:to|for|expires|is|may|will|form)",
    r"(?:this|written|signed) authori[sz]ation",
    r"releas(?:e|ing) (?:of )?(?:my |the |any |all )?(?:\w+ )?(?:information|records?)",
    r"(?:disclos\w+|shar(?:e|ing)) (?:of )?(?:my |the |any |all )?(?:\w+ )?(?:information|records?)",
    r"(?:give|my|grant) permission",
    r"permission to",
    r"revoke (?:this|my) (?:consent|authori[sz]ation|permission)",
    r"(?:yo|por la presente|presente|y|les?) autorizo",
    r"autorizo (?:a|al|la|el|que)",
    r"(?:esta|mi|la) autorizacion",
    r"autorizacion (?:para|de)",
    r"(?:mi|este|doy|el|su) consentimiento",
    r"consentimiento (?:para|informado|libremente|por)",
    r"doy (?:mi )?(?:permiso|consentimiento|autorizacion)",
    r"(?:divulg\w+|compartir|revelar) (?:de )?(?:\w+ ){0,2}(?:informacion|expedientes?|datos|registros?)",
    r"divulgacion de",
    r"sin mi permiso",
    r"revocar (?:este|mi|esta) (?:consentimiento|autorizacion|permiso)",
)
# allowed: no-pattern-from-text - our own phrases, which are patterns
_PHRASES: Final = tuple(re.compile(rf"\b{phrase}\b") for phrase in _CONSENT)

ENOUGH_PHRASES: Final = 2
"""An ordinary letter may ask for permission once; a consent says in several ways what it is."""


def _set_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


_COMMON: Final = {
    Language.ENGLISH: _set_of("the of to and in my is this that for may it be with or from have i you"),
    Language.SPANISH: _set_of("de la el que y en los mi para con por una las del se no su es o a"),
}


def plain(text: str) -> str:
    """Return lower-case letters and digits without accents; everything else is a space."""
    parts = unicodedata.normalize("NFD", text.lower())
    bare = "".join(part for part in parts if not unicodedata.combining(part))
    return re.sub(r"[^a-z0-9]+", " ", bare).strip()


def consent_phrases(words: Iterable[str]) -> int:
    """Return how many different consent phrases are in a text, given word by word."""
    text = plain(" ".join(words))
    return sum(phrase.search(text) is not None for phrase in _PHRASES)


def common_words(words: Iterable[str]) -> int:
    """Return how many words are of the commonest of either language: text that stands on its head has next to none."""
    every = frozenset[str]().union(*_COMMON.values())
    return sum(len(bare) > 1 and bare in every for bare in map(plain, words))


def language_of(words: Sequence[str]) -> Language:
    """Return the language of most of the words; English when nothing can be told."""
    bare = [plain(word) for word in words]
    counts = {language: sum(word in common for word in bare) for language, common in _COMMON.items()}
    return max(Language, key=lambda language: counts[language])
