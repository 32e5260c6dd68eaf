"""What the words in the signature box are like, as numbers for the signature model: a name, a stop word, or loops.

The words come from a recogniser of print. It reads a careful hand and every note; of quick signatures it makes a few
letters that it is not sure of.
"""

import re
from collections.abc import Sequence

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from consent_intake.rules.form_reading import ZoneWord
from consent_intake.rules.signature_words import LOOPS, NOT_A_SIGNATURE, folded

_NAME = re.compile(r"[A-Z][a-z]{2,}")
_SIGNS = frozenset("/\\|!()#:;*\"'?")
_SLASH = frozenset("/\\|!")
_BEGINNING = 4
"""Letters within which the stroke of /s/ stands."""
_LEAST = 3
"""Letters of a word that can be like a stop word."""
_SURE = 0.5
"""Letters read so surely are counted apart."""
_MOST_LETTERS = 60
"""Of what is read: a box holds no more, and a stranger's file may hold anything."""


def word_measures(words: Sequence[ZoneWord]) -> dict[str, float]:
    """Return measures of the words that were read in a box; every one is 0 where nothing was."""
    text = " ".join(word.text for word in words)[:_MOST_LETTERS]
    letters = [c for c in text if c.isalpha()]
    lower = folded(text)
    known = frozenset(c for c in lower if c.isalpha())
    count = max(len(letters), 1)
    measures = {
        "word_count": float(sum(len(word.text) > 1 for word in words)),
        "word_letters": float(len(letters)),
        "word_kinds": float(len(known - LOOPS)),
        "word_sure_kinds": float(len(_sure_letters(words) - LOOPS)),
        "word_capitals": sum(c.isupper() for c in letters) / count,
        "word_loops": sum(c in LOOPS for c in lower if c.isalpha()) / count,
        "word_digits": float(sum(c.isdigit() for c in text)),
        "word_signs": float(sum(c in _SIGNS for c in text)),
        "word_slash": float(any(c in _SLASH for c in text[:_BEGINNING])),
        "word_names": float(len(_NAME.findall(text))),
        **_confidence(words),
        **_like_stop_words(lower),
    }
    return {name: round(value, 4) for name, value in measures.items()}


def _sure_letters(words: Sequence[ZoneWord]) -> frozenset[str]:
    return frozenset(c for word in words if word.confidence >= _SURE for c in folded(word.text) if c.isalpha())


def _confidence(words: Sequence[ZoneWord]) -> dict[str, float]:
    """How sure the recogniser is: of its surest longer word, and of all words by their lengths."""
    longer = [word.confidence for word in words if len(word.text) >= _LEAST]
    length = sum(len(word.text) for word in words)
    mean = sum(len(word.text) * word.confidence for word in words) / max(length, 1)
    return {"word_best": max(longer, default=0.0), "word_mean": mean}


def _like_stop_words(lower: str) -> dict[str, float]:
    """How like a word that is no signature the whole is, its likest word, and its likest part."""
    parts = [re.sub(r"[^a-z]", "", part) for part in lower.split()]
    whole = "".join(parts)
    return {
        "word_stop_whole": _likest(whole),
        "word_stop_part": max((_likest(part) for part in parts), default=0.0),
        "word_stop_inside": max((fuzz.partial_ratio(word, whole) / 100 for word in _LONGER), default=0.0)
        if len(whole) >= _LEAST
        else 0.0,
    }


def _likest(letters: str) -> float:
    if len(letters) < _LEAST:
        return float(letters in NOT_A_SIGNATURE)
    return max(Levenshtein.normalized_similarity(letters, word) for word in NOT_A_SIGNATURE)


_LONGER = tuple(sorted(word for word in NOT_A_SIGNATURE if len(word) > _LEAST))
