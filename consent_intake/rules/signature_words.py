"""What the words in the signature box say: that it holds no signature (VOID, a date), or that it can be read."""

import re
import unicodedata
from collections.abc import Sequence

from rapidfuzz.distance import LCSseq, Levenshtein

from consent_intake.rules.form_reading import ZoneWord
from consent_intake.rules.signature_thresholds import SignatureThresholds

_TAKEN_BACK = frozenset(
    {
        *("void", "voided", "na", "none", "null", "nil", "nulo", "nula", "anulado", "anulada", "ninguno", "ninguna"),
        *("pending", "pendiente", "refused", "refuses", "refusedtosign", "declined", "declines"),
        *("notsigned", "notpresent", "absent", "ausente", "senego", "senegoafirmar", "nego", "later", "signlater"),
        *("willsign", "willsignlater", "cancel", "cancelled", "canceled", "cancelado", "cancelada", "revoked"),
        *("noaplica", "aplica", "onfile", "draft", "borrador", "sample", "muestra", "specimen", "test", "sinfirma"),
    }
)
"""Says that the parent did not sign, or that the form does not count."""
NOT_A_SIGNATURE = _TAKEN_BACK | frozenset(
    {
        *("sign", "signed", "signature", "here", "x", "xx", "xxx", "date", "signhere", "firmeaqui", "signdate"),
        *("firme", "firma", "firmar", "aqui", "copy", "copia", "received", "recibido", "present", "presente"),
        *("scanned", "original", "notary", "seal", "witness", "testigo", "worker", "filecopy", "unsigned"),
    }
)
_NAMES = 2
_SHORTEST_NAME = 3
"""Letters: what is shorter may be an initial, or a loop."""
_LONG_WORD = 5
_ALIKE = 0.7
"""A scan makes "Pendina" of Pending; what is read into loops and peaks is like none of these words."""

_SLASH_S = re.compile(r"^\W*[/\\|!1il]?[s5$ec]/|^\W*[/\\|!][s5$ec][/\\|!1il]")
"""/s/, as courts' electronic filings have it, whatever a scan makes of its letter and of one of its strokes."""

_SLASH_FIRST = re.compile(r"^[/!|]")
"""All that is left of it at times, before a name; a pen's peaks read as "!!?!", without a letter anywhere."""

_SLASH_S_ALONE = re.compile(r"^\W*[1il!/|\\]?[s5$][1il!/|\\]$|^[1il]?[!/|\\]$")
"""The same as a word of its own before a name: "Is1 Ana Levy", "s! Ana Levy"."""

_INITIALS = re.compile(r"^(?=.*[a-z0])\W*[a-z0158]\W+[a-z0158](\W+[a-z0158])?\W*$")
"""Two or three single letters, with dots or apart, and nothing else in the box; some are read as digits: "K 1 0"."""

_DOTTED_INITIALS = re.compile(r"^\W*[a-z0158]\.\W*[a-z0158]\.\W*[a-z0158]{0,2}\W*$")
"""Two letters with a dot each, whatever a scan makes of the third: one pen's K. M. D. was read as "K. M. NO."."""

_DASHES = re.compile(r"-{2,}")
"""Beside a note, as in "-- N/A --"; no name has them."""

_STAMPS = ("received", "recibido", "specimen", "sample", "muestra", "cancelled", "anulado", "original", "scanned")
_CUT_WORD = 5
_CUT_ALIKE = 0.8
"""A stamp runs out of the box: its beginning is enough."""

_PRINTED_CAPITALS = 6
_PRINTED_KINDS = 4
_PRINTED_SURE = 0.4
"""So many capitals and no small letter, so surely read: printed by hand or by a machine. Peaks read as "ANNN"."""

_NOT_APPLICABLE = re.compile(r"^\W*n[\W1il|]a\W*$")
"""N/A, whatever a scan makes of its stroke."""

_YEAR = re.compile(r"202[1-9]|^[2z][0oq][2z][1-9lizsgbq|]$")
"""As a hand writes it, too: one 2021 was read as "202l"."""
_DAY = re.compile(r"[2-46-9]|[12][0-9]|3[01]")
_DAY_SURE = 0.9
"""A day of the month as a word of its own, read so surely: one date on a form was read as "Mas. 4 202l"."""
_MONTHS = frozenset(
    {
        *("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
        *("ene", "abr", "ago", "set", "dic"),
    }
)
_DATE = re.compile(r"\d{1,4}[/.\-]\d{1,2}[/.\-]\d{1,4}")
_PART_OF_A_DATE = re.compile(r"\d{1,4}[/.\-]\d{1,2}")
"""Believed only when the reading is sure: loops with a dot between them read as "000.220"."""
_NUMBER = re.compile(r"\d{6,8}")
"""A date or another number in the box; fewer digits than six are what a row of loops reads as."""

_LEAST_OTHER_LETTERS = 3
"""Different letters that are no loops, in all words together: every printed name has them, "qoro" does not."""
_LETTERS_OF_TEXT = ((0.5, 7), (0.35, 8))
"""So many different letters, in all words that are read at least so surely, are text."""
_MANY_LETTERS = 5
"""Different letters in one word that a pen's loops and peaks do not make: they read as "Mmmn" and "Cleee"."""
_HARDLY_ANY = 3
"""Different letters."""
_AS_LETTERS = str.maketrans("0158", "oisb")
_INITIALS_COUNT = (2, 3, 4)
"""Letters read: of two or three, one may be read as two."""
_SHORT = 2
_WORD = 3

LOOPS = frozenset("0oOcCsSuUeE5")
"""What a recogniser for print makes of the loops of a pen."""
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
_ALPHANUMERIC = _LETTERS | frozenset("0123456789")


def words_speak_against(words: Sequence[ZoneWord], thresholds: SignatureThresholds, *, convinced: bool = False) -> bool:
    """Return whether the words say that the box is not signed: VOID, /s/, a date, a number, where to sign.

    Args:
        words: as read.
        thresholds: of the policy.
        convinced: trees and network are as sure of a signature as they never were of a mark; then single strokes that
            look like initials or a /s/, and that are not read surely, say nothing: a pen makes such peaks.
    """
    if _is_a_spelled_date(words) or _is_one_of(_joined(words), NOT_A_SIGNATURE, sure=False):
        return True
    if _are_printed_capitals(words) or any(_is_no_signature(word.text, word.confidence, thresholds) for word in words):
        return True
    unsure = all(word.confidence < thresholds.word_sure for word in words)
    return not (convinced and unsure) and _are_initials_or_a_slash_s(words)


def _are_initials_or_a_slash_s(words: Sequence[ZoneWord]) -> bool:
    plain = [folded(word.text) for word in words]
    joined = " ".join(plain)
    if _INITIALS.search(joined) or _DOTTED_INITIALS.search(joined) or any(_SLASH_S.search(text) for text in plain):
        return True
    if len(words) > 1 and len(words[1].text) >= _WORD and _SLASH_S_ALONE.search(plain[0]):
        return True
    return any(_SLASH_FIRST.search(word.text) for word in words) and bool(_letters_of(words, 0.0))


def words_take_back(words: Sequence[ZoneWord]) -> bool:
    """Return whether the words say that the parent did not sign or does not want to: no other signature mends that."""
    plain = [folded(word.text) for word in words]
    return any(
        _is_one_of(letters, _TAKEN_BACK, sure=True)
        for letters in (_joined(words), *(re.sub(r"[^a-z]", "", text) for text in plain))
    ) or any(_NOT_APPLICABLE.search(text) for text in plain)


def words_are_a_whole_name(words: Sequence[ZoneWord], thresholds: SignatureThresholds) -> bool:
    """Return whether a first and a last name can be read, and each surely."""
    named = [word.confidence for word in words if sum(c.isalpha() for c in word.text) >= _SHORTEST_NAME]
    return len(named) >= _NAMES and min(named) >= thresholds.name_sure


def words_are_hardly_any(words: Sequence[ZoneWord]) -> bool:
    """Return whether next to nothing can be read: peaks and loops read as "WTW" and "el", notes and names do not."""
    return len(_letters_of(words, 0.0)) <= _HARDLY_ANY


def words_are_few_capitals(words: Sequence[ZoneWord]) -> bool:
    """Return whether two to four capitals, digits in place of some, and nothing else is read: it may be initials."""
    read = [character for word in words for character in word.text if character.isalnum()]
    return len(read) in _INITIALS_COUNT and all(one.isupper() or one.isdigit() for one in read)


def words_are_initials_of(words: Sequence[ZoneWord], name: str) -> bool:
    """Return whether few capitals are all that is read, and two of them the person's initials, in their order.

    The last name may come first; digits count as the letters that they look like.
    """
    if not words_are_few_capitals(words):
        return False
    read = re.sub(r"[\W_]", "", folded("".join(word.text for word in words))).translate(_AS_LETTERS)
    initials = "".join(part[0] for part in re.split(r"[\W_]+", folded(name)) if part)
    return max(LCSseq.similarity(read, order) for order in (initials, initials[-1:] + initials[:-1])) >= _SHORT


def words_are_legible(words: Sequence[ZoneWord], thresholds: SignatureThresholds) -> bool:
    """Return whether a name, or other text, can be read: print, printed letters, or a careful hand."""
    print_like = {c for word in words if word.confidence >= thresholds.word_sure for c in folded(word.text)}
    named = len(print_like & _LETTERS - LOOPS) >= _LEAST_OTHER_LETTERS
    if any(len(_letters_of(words, sure)) >= count for sure, count in _LETTERS_OF_TEXT):
        return True
    return any(_is_legible(word, thresholds, named=named) for word in words)


def _joined(words: Sequence[ZoneWord]) -> str:
    return re.sub(r"[^a-z]", "", "".join(folded(word.text) for word in words))


def _letters_of(words: Sequence[ZoneWord], confidence: float) -> frozenset[str]:
    """Return the different letters of all words that are read with at least this confidence."""
    read = "".join(folded(word.text) for word in words if word.confidence >= confidence)
    return frozenset(read) & _LETTERS


def _is_a_spelled_date(words: Sequence[ZoneWord]) -> bool:
    """Return whether a year is there, a day beside something, or a month beside a number: "Oct 22 2026"."""
    plain = [folded(word.text) for word in words]
    if any(_YEAR.search(text) for text in plain):
        return True
    if len(words) > 1 and any(_DAY.fullmatch(word.text) and word.confidence >= _DAY_SURE for word in words):
        return True
    return any(text[:3] in _MONTHS for text in plain) and any(re.search(r"\d\d", text) for text in plain)


def _is_no_signature(text: str, confidence: float, thresholds: SignatureThresholds) -> bool:
    plain, sure = folded(text), confidence >= thresholds.word_sure
    if _is_one_of(re.sub(r"[^a-z]", "", plain), NOT_A_SIGNATURE, sure=sure) or _is_a_date(plain, sure=sure):
        return True
    if _NOT_APPLICABLE.search(plain) or _is_a_cut_stamp(re.sub(r"[^a-z]", "", plain)):
        return True
    if sure and _DASHES.fullmatch(plain):
        return True
    return sure and bool(set(plain) & _ALPHANUMERIC - LOOPS) and _NUMBER.search(plain) is not None


def _is_legible(word: ZoneWord, thresholds: SignatureThresholds, *, named: bool) -> bool:
    """Return whether a word is read as text; ``named``: the words together hold a name's letters."""
    plain = folded(word.text)
    letters = re.sub(r"[^a-z]", "", plain)
    if word.confidence >= thresholds.word_likely and len(set(letters)) >= _MANY_LETTERS:
        return True
    if word.confidence < thresholds.word_sure or not set(plain) & _ALPHANUMERIC - LOOPS:
        return False
    return len(letters) >= _WORD and (named or word.confidence >= thresholds.very_sure)


def _is_one_of(letters: str, listed: frozenset[str], *, sure: bool) -> bool:
    """Return whether letters are a listed word, or nearly a long one."""
    if letters in listed and (len(letters) > _SHORT or sure):
        return True
    return len(letters) >= _LONG_WORD and any(
        Levenshtein.normalized_similarity(letters, word) >= _ALIKE for word in listed if len(word) >= _LONG_WORD
    )


def _is_a_cut_stamp(letters: str) -> bool:
    return len(letters) >= _CUT_WORD and any(
        Levenshtein.normalized_similarity(letters, stamp[: len(letters)]) >= _CUT_ALIKE for stamp in _STAMPS
    )


def _are_printed_capitals(words: Sequence[ZoneWord]) -> bool:
    letters = [letter for word in words for letter in word.text if letter.isalpha()]
    if len(letters) < _PRINTED_CAPITALS or not all(letter.isupper() for letter in letters):
        return False
    length = sum(len(word.text) for word in words)
    sure = sum(len(word.text) * word.confidence for word in words) / length
    return sure >= _PRINTED_SURE and len(set(letters) - LOOPS) >= _PRINTED_KINDS


def _is_a_date(plain: str, *, sure: bool) -> bool:
    date = _PART_OF_A_DATE if sure else _DATE
    return date.search(plain) is not None and bool(set(re.sub(r"\D", "", plain)) - LOOPS)


def folded(text: str) -> str:
    """Return a text in small letters without accents."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
