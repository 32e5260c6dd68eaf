"""Whether two spellings name the same person: the paper, the uploader and the agency rarely agree to the letter."""

import unicodedata

from rapidfuzz import fuzz

SAME_PERSON_SIMILARITY = 86.0
"""Least similarity, 0-100, of two full names of one person.

One mistyped letter in a 12-letter name scores about 92; two unrelated names of the practice county score below 70.
Only ever used together with an exact birth date and case identifier.
"""

_PARTICLES = frozenset({"de", "del", "la", "las", "los", "y", "da", "dos", "jr", "sr", "ii", "iii"})


def name_words(name: str) -> tuple[str, ...]:
    """Return a name's words, sorted, without accents, punctuation, particles and case."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).casefold()
    words = "".join(c if c.isalnum() else " " for c in plain.replace("'", "").replace("\u2019", "")).split()
    return tuple(sorted(word for word in words if word not in _PARTICLES))


def name_similarity(one: str, other: str) -> float:
    """Return how alike two names are, 0-100, whatever the order of their words."""
    return float(fuzz.ratio(" ".join(name_words(one)), " ".join(name_words(other))))


def same_person(one: str, other: str) -> bool:
    """Return whether two spellings may name one person.

    A second surname or a middle name that only one side has is accepted when all words of the shorter name, at least
    two, are in the longer one.
    """
    shorter, longer = sorted((name_words(one), name_words(other)), key=len)
    if len(shorter) >= 2 and set(shorter) <= set(longer):  # noqa: PLR2004 - given name and surname
        return True
    return bool(shorter) and name_similarity(one, other) >= SAME_PERSON_SIMILARITY
