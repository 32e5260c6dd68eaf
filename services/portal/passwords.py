"""Which passwords are taken: long enough, and not one that everybody tries first (NIST SP 800-63B-4, 3.1.1.2)."""

from services.portal.languages import mark
from services.register.people import PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH

TOO_SHORT = mark("Use at least 12 characters. A few unrelated words work well.")
TOO_LONG = mark("Use 256 characters or fewer.")
TOO_EASY = mark("This password is too easy to guess. Use words that have nothing to do with you or this site.")

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
    """Return why a password is not taken (English, of the catalogue), or None."""
    if len(password) < PASSWORD_MIN_LENGTH:
        return TOO_SHORT
    if len(password) > PASSWORD_MAX_LENGTH:
        return TOO_LONG
    plain = password.lower()
    mailbox = email.lower().partition("@")[0]
    if len(set(plain)) < FEWEST_DIFFERENT or (len(mailbox) > 3 and plain.startswith(mailbox)):  # noqa: PLR2004
        return TOO_EASY
    return TOO_EASY if _is_made_of_easy_parts(plain) else None


def _is_made_of_easy_parts(plain: str) -> bool:
    rest = plain
    for stem in sorted(EASY_STEMS, key=len, reverse=True):
        rest = rest.replace(stem, "")
    added = "".join(letter for letter in rest if letter.isalpha())
    return rest != plain and len(added) < 4  # noqa: PLR2004 - three letters on top of an easy word do not make it hard
