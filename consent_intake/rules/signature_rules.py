"""Whether the signature box holds a signature: yes only on evidence, no only on emptiness, else a person looks.

Gate values: measured on 4,998 zones of 30 writers and 2,000 zones of 25 others (registered at 200 dpi, blank form
taken away); with the gate none of 1,198 unsigned zones passed.
"""

import re
import unicodedata

from consent_intake.rules.check import Check, failed, passed, unclear
from consent_intake.rules.form_reading import SignatureInk
from schemas.reason_codes import ReasonCode

LEAST_STROKE_LENGTH = 55.0
LEAST_HEIGHT = 6.0
LEAST_WIDTH = 16.0
LEAST_LARGEST_PART = 5.5
STRAIGHT = 0.75
"""At or above it, the ink is a line: a fold, a copier streak, a stroke that crosses the box out."""

NO_INK_STROKE_LENGTH = 12.0
"""Less stroke than the smallest initial: dust, dots and the remains of the printed line."""

WORD_SURE = 0.75
"""A recogniser for print is this sure of a word only when the box holds print or printed letters, not a signature."""

SOLID = 0.55
"""Ink that fills this share of its hull is a sticker, a thumb or a smudge, not a line of a pen."""

_NOT_A_SIGNATURE = frozenset(
    {
        *("void", "na", "none", "null", "nil", "sign", "signed", "signature", "here", "x", "xx", "xxx"),
        *("firme", "firma", "firmar", "aqui", "copy", "copia", "sample", "muestra", "specimen", "draft", "borrador"),
        *("pending", "pendiente", "refused", "nulo", "anulado", "onfile", "test", "unsigned", "ninguno", "ninguna"),
    }
)
_DATE = re.compile(r"\d{1,4}[/.\-]\d{1,2}[/.\-]\d{1,4}")
_PART_OF_A_DATE = re.compile(r"\d{1,4}[/.\-]\d{1,2}")
"""Believed only when the reading is sure: loops with a dot between them read as "000.220"."""
_NUMBER = re.compile(r"\d{6,8}")
"""A date or another number in the box; fewer digits than six are what a row of loops reads as."""

VERY_SURE = 0.9
LEAST_OTHER_LETTERS = 3
"""Different letters that are no loops, in all words together: every printed name has them, "qoro" does not."""

_LOOPS = frozenset("0oOcCsSuUeE5")
"""What a recogniser for print makes of the loops of a pen."""
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
_ALPHANUMERIC = _LETTERS | frozenset("0123456789")


def check_signature(ink: SignatureInk | None) -> Check:
    """Return PASSED for a signature, FAILED for an empty box, UNCLEAR for all between."""
    if ink is None:
        return unclear("signature", ReasonCode.SIGNATURE_UNCLEAR)
    if ink.stroke_length < NO_INK_STROKE_LENGTH and ink.largest_part < LEAST_LARGEST_PART:
        return failed("signature", ReasonCode.MISSING_SIGNATURE, ink.stroke_length, NO_INK_STROKE_LENGTH)
    if (weakness := _weakness(ink)) is not None:
        return unclear("signature", ReasonCode.SIGNATURE_UNCLEAR, *weakness)
    if _a_word_speaks_against(ink):
        return unclear("signature", ReasonCode.SIGNATURE_UNCLEAR)
    return passed("signature", ink.stroke_length, LEAST_STROKE_LENGTH)


def _weakness(ink: SignatureInk) -> tuple[float, float] | None:
    """Return the first measure that is no signature's, and its limit; None when all are."""
    least = (
        (ink.stroke_length, LEAST_STROKE_LENGTH),
        (ink.height, LEAST_HEIGHT),
        (ink.width, LEAST_WIDTH),
        (ink.largest_part, LEAST_LARGEST_PART),
    )
    most = ((ink.straightness, STRAIGHT), (ink.solidity, SOLID))
    too_little = [pair for pair in least if pair[0] < pair[1]]
    too_much = [pair for pair in most if pair[0] >= pair[1]]
    return next(iter(too_little + too_much), None)


def _a_word_speaks_against(ink: SignatureInk) -> bool:
    print_like = {c for word in ink.words if word.confidence >= WORD_SURE for c in _plain(word.text)}
    named = len(print_like & _LETTERS - _LOOPS) >= LEAST_OTHER_LETTERS
    return any(_is_no_signature(word.text, word.confidence, named=named) for word in ink.words)


def _is_no_signature(text: str, confidence: float, *, named: bool) -> bool:
    """Return whether a word speaks against a signature; ``named``: the words together hold a name's letters."""
    plain = _plain(text)
    letters = re.sub(r"[^a-z]", "", plain)
    if letters in _NOT_A_SIGNATURE and (len(letters) > 2 or confidence >= WORD_SURE):  # noqa: PLR2004 - "x", "na"
        return True
    date = _PART_OF_A_DATE if confidence >= WORD_SURE else _DATE
    if date.search(plain) and set(re.sub(r"\D", "", plain)) - _LOOPS:
        return True
    if confidence < WORD_SURE or not set(plain) & _ALPHANUMERIC - _LOOPS:
        return False
    if _NUMBER.search(plain) is not None:
        return True
    return len(letters) >= 3 and (named or confidence >= VERY_SURE)  # noqa: PLR2004 - shorter ones: any squiggle


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
