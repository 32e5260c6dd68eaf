"""Which passwords are taken: long enough, and not one that everybody tries first (NIST SP 800-63B-4, 3.1.1.2).

The list of common passwords is in the package: nobody outside is asked about a password (decision record 24).
"""

import string

from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from services.portal.languages import mark
from services.register.people import PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH

TOO_SHORT = mark("Use at least 12 characters. A few unrelated words work well.")
TOO_LONG = mark("Use 256 characters or fewer.")
TOO_EASY = mark("This password is too easy to guess. Use words that have nothing to do with you or this site.")
DIFFERENT = mark("The two passwords are not the same.")
TOO_COMMON = mark("Guessers try this password early. Use four words that have nothing to do with each other.")

COMMON = frozenset(FREQUENCY_LISTS["passwords"])
"""The 30,000 commonest passwords of published breaches, lower case, as the zxcvbn project counted them."""

FEWEST_GUESSES = 10**10
"""Fewer than these and a password counts as made of common ones ("trustno1trustno1", "Rosebud2026!"): where zxcvbn
puts the line to "very unguessable". A common word with a year and a sign stays below it."""

JUDGED_CHARACTERS = 20
"""How much of a password's begin and end is estimated: one of odd signs takes a tenth of a second then, and whole
seconds at twice the length."""

FEWEST_DIFFERENT = 6
"""Different characters a password must have: "aaaaaaaaaaaa" and "121212121212" are long and worthless."""

EASY_STEMS = frozenset(
    {
        "password", "passw0rd", "contrasena", "contraseña", "qwertyuiop", "qwerty", "123456", "abcdef", "letmein",
        "iloveyou", "welcome", "bienvenido", "admin", "administrator", "childsupport", "snapshot", "newyork", "nyc",
        "changeme", "secret", "football", "baseball", "monkey", "dragon", "sunshine", "princess",
    }
)  # fmt: skip
"""What remains of an easy password once digits and punctuation at its ends are gone, alone or repeated."""


def why_unsuitable(password: str, *, email: str) -> str | None:
    """Return why a password is not taken (English, of the catalogue), or None. Slow: call it in a thread."""
    if len(password) < PASSWORD_MIN_LENGTH:
        return TOO_SHORT
    if len(password) > PASSWORD_MAX_LENGTH:
        return TOO_LONG
    plain = password.lower()
    mailbox = email.lower().partition("@")[0]
    if len(set(plain)) < FEWEST_DIFFERENT or (len(mailbox) > 3 and plain.startswith(mailbox)):  # noqa: PLR2004
        return TOO_EASY
    if _is_made_of_easy_parts(plain):
        return TOO_EASY
    return TOO_COMMON if plain in COMMON or _guesses(password, mailbox) < FEWEST_GUESSES else None


def _guesses(password: str, mailbox: str) -> float:
    """Return how many guesses find the better end of a password, by zxcvbn's count of words, years and key walks."""
    once = _without_repeats(password)
    ends = {once[:JUDGED_CHARACTERS], once[-JUDGED_CHARACTERS:]}
    return max(float(zxcvbn(end, user_inputs=[mailbox, *EASY_STEMS])["guesses"]) for end in ends)


def _without_repeats(password: str) -> str:
    """Return what a long password repeats; a cut in the middle of a repeat would hide it."""
    plain = password.strip(string.punctuation)
    unit = (plain + plain).find(plain, 1)
    return plain[:unit] if len(password) > JUDGED_CHARACTERS and 0 < unit < len(plain) else password


def _is_made_of_easy_parts(plain: str) -> bool:
    rest = plain
    for stem in sorted(EASY_STEMS, key=len, reverse=True):
        rest = rest.replace(stem, "")
    added = "".join(letter for letter in rest if letter.isalpha())
    return rest != plain and len(added) < 4  # noqa: PLR2004 - three letters on top of an easy word do not make it hard
