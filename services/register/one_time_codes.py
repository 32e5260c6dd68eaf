"""The six digits of an authenticator app (RFC 6238), and recovery codes. Pure."""

import hmac
import re
import secrets
from base64 import b32encode
from datetime import datetime
from hashlib import sha256

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

SEED_BYTES = 20
"""160 bits, as RFC 4226 recommends."""

DIGITS = 6
STEP_SECONDS = 30
DRIFT_STEPS = 1
"""A code of the half minute before or after is taken, too: phones and people are late (RFC 6238, 5.2)."""

RECOVERY_CODES = 8
RECOVERY_BYTES = 15
"""120 bits: enough that a plain hash of a code can't be searched (ASVS 5, 6.5.2: 112)."""

_DIGITS = re.compile(r"[0-9]{6}")


def new_seed() -> str:
    """Return a random seed in base 32, as apps and people type it."""
    return b32encode(secrets.token_bytes(SEED_BYTES)).decode()


def code_at(seed: bytes, step: int) -> str:
    """Return the code of a half minute. HMAC-SHA1 is what every app does; collisions of SHA-1 don't matter to it."""
    totp = TOTP(seed, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303  # nosec B303
    return totp.generate(step * STEP_SECONDS).decode()


def step_of(at: datetime) -> int:
    """Return the number of the half minute."""
    return int(at.timestamp()) // STEP_SECONDS


def matching_step(seed: bytes, typed: str, at: datetime, *, after: int | None) -> int | None:
    """Return the half minute that a code belongs to; None when it fits none, or none after the last one used."""
    code = "".join(typed.split())
    if not _DIGITS.fullmatch(code):
        return None
    now = step_of(at)
    fitting = [
        step
        for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1)
        if hmac.compare_digest(code_at(seed, step), code) and (after is None or step > after)
    ]
    return fitting[0] if fitting else None


def new_recovery_codes() -> list[str]:
    """Return fresh codes in groups of four letters, such as ``ABCD-EFGH-...``."""
    return [_grouped(b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode()) for _ in range(RECOVERY_CODES)]


def recovery_digest(typed: str) -> str:
    """Return what is stored of a recovery code, however it was typed."""
    return sha256("".join(letter for letter in typed.upper() if letter.isalnum()).encode()).hexdigest()


def _grouped(text: str) -> str:
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))
