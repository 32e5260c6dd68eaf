"""How alike a name on paper and a claimed one are, word by word, as a recogniser misreads and people write names.

A whole-name ratio is not enough: with two long surnames in common, Ana and Eva score above 90. So no single word may
be far off, while letters, spaces, accents, the order, initials and a second surname may.
"""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import combinations, permutations

from rapidfuzz.distance import Levenshtein

from services.parent_names import name_words

Words = tuple[str, ...]

MOST_WRONG_IN_WORD = 0.4
"""Share of a word's letters that may be misread; one letter of three may."""

_MOST_WORDS = 5
_FULL_NAME = 2
"""Words that make a name: a given name and a surname."""


def name_likeness(read: str, claimed: str) -> float:
    """Return how alike two names are, 0-100; 0 when a word of the shorter one has nothing to match."""
    ours, theirs = _words(claimed), _words(read)
    if not ours or not theirs:
        return 0.0
    pairs = [(order, theirs) for part in _parts(ours) for order in permutations(part)]
    pairs += [(order, part) for order in permutations(ours) for part in _parts(theirs)]
    return max(_alike(order, "".join(part)) for order, part in dict.fromkeys(pairs))


def _words(name: str) -> Words:
    """Return a name's words in alphabetical order without initials, at most five."""
    words = name_words(name)
    long = tuple(word for word in words if len(word) > 1)
    return (long if len(long) >= _FULL_NAME else words)[:_MOST_WORDS]


def _parts(words: Words) -> Iterator[Words]:
    """Yield all words, and every choice of at least two of them."""
    yield words
    for count in range(_FULL_NAME, len(words)):
        yield from combinations(words, count)


def _alike(order: Words, read: str) -> float:
    """Compare claimed words in an order with what was read, spaces left out."""
    claimed = "".join(order)
    edits = Levenshtein.editops(claimed, read)
    starts, at = [], 0
    for word in order:
        starts.append(at)
        at += len(word)
    wrong = [0] * len(order)
    for edit in edits:
        place = min(edit.src_pos, len(claimed) - 1)
        wrong[bisect_right(starts, place) - 1] += 1
    if any(errors > MOST_WRONG_IN_WORD * len(word) for errors, word in zip(wrong, order, strict=True)):
        return 0.0
    return 100.0 * (1 - len(edits) / max(len(claimed), len(read)))
