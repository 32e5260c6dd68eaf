"""What an authenticator app is set up with: an address for its camera, drawn as a code, and the key for typing."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

import segno

ISSUER = "Child Support Snapshot"
QUIET_ZONE = 4
"""Modules of white around a QR code (ISO/IEC 18004)."""


@dataclass(frozen=True)
class DrawnCode:
    """A QR code as an SVG path over a square of ``size`` modules."""

    size: int
    path: str


def app_address(seed: str, email: str) -> str:
    """Return the address that apps read: ``otpauth://totp/...`` with their usual settings, so none is named."""
    label = quote(f"{ISSUER}:{email}")
    return f"otpauth://totp/{label}?{urlencode({'secret': seed, 'issuer': ISSUER}, quote_via=quote)}"


def drawn(address: str) -> DrawnCode:
    """Return the code of an address."""
    rows = [list(row) for row in segno.make(address, error="m", micro=False).matrix_iter(border=QUIET_ZONE)]
    dark = [(x, y) for y, row in enumerate(rows) for x, module in enumerate(row) if module]
    return DrawnCode(len(rows), "".join(f"M{x} {y}h1v1h-1z" for x, y in dark))


def grouped(seed: str) -> str:
    """Return a seed in groups of four letters, as people type it."""
    return " ".join(seed[start : start + 4] for start in range(0, len(seed), 4))
