"""Where the agency's seal is kept, and what is said when it can't be used."""

from dataclasses import dataclass
from pathlib import Path


class SealUnusable(Exception):
    """Key and certificate can't seal; says why and what to do, in a sentence, without a word of the key."""


@dataclass(frozen=True)
class SealFiles:
    """Where key and certificates are.

    Attributes:
        key: the private key, PEM; or key and certificates together, PKCS#12 (.p12, .pfx).
        certificates: PEM, the seal's own first, then those that vouch for it; None with PKCS#12.
        password: a file with the password of either; None: it has none.
    """

    key: Path
    certificates: Path | None
    password: Path | None
