"""Grants: what a signed form allows, signed with Ed25519 by consent_intake and checked by everybody else.

Only consent_intake holds the private key. The gate opens on the signature and the register together, never on an event.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import ValidationError
from typing_extensions import override

from schemas.consent_records import ConsentGrant
from schemas.values import sha256_of
from services.register import consents
from services.register.database import Transaction
from services.register.key_files import KeyFileUnusable, generate_key_files, private_key_from, public_key_from
from services.register.tables import Grant

__all__ = [
    "GrantInvalid",
    "GrantKeyUnusable",
    "GrantSigner",
    "GrantVerifier",
    "MintedGrant",
    "generate_key_files",
    "load",
    "store",
]


class GrantInvalid(Exception):
    """A grant's hash, signature or content is not what consent_intake made."""


class GrantKeyUnusable(Exception):
    """A key file is absent, or holds no Ed25519 key of the right half."""


@dataclass(frozen=True)
class MintedGrant:
    """A signed grant. ``canonical`` holds personal data: seal it, never log or send it."""

    grant_sha256: str
    signature: str
    canonical: bytes

    @override
    def __repr__(self) -> str:
        return f"MintedGrant(grant_sha256={self.grant_sha256!r})"


class GrantSigner:
    """Signs grants; only consent_intake has one."""

    def __init__(self, private_key: Ed25519PrivateKey) -> None:
        self._private_key = private_key

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read the private key (PEM, PKCS #8, not encrypted).

        Raises:
            GrantKeyUnusable: the file is absent or holds something else.
        """
        try:
            return cls(private_key_from(path))
        except KeyFileUnusable as error:
            raise GrantKeyUnusable(f"grant key: {error}") from error

    def mint(self, grant: ConsentGrant) -> MintedGrant:
        """Sign a grant's canonical bytes."""
        canonical = grant.canonical_bytes()
        signature = urlsafe_b64encode(self._private_key.sign(canonical)).rstrip(b"=").decode()
        return MintedGrant(sha256_of(canonical), signature, canonical)


class GrantVerifier:
    """Checks grants with the public key."""

    def __init__(self, public_key: Ed25519PublicKey) -> None:
        self._public_key = public_key

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read the public key (PEM).

        Raises:
            GrantKeyUnusable: the file is absent or holds something else.
        """
        try:
            return cls(public_key_from(path))
        except KeyFileUnusable as error:
            raise GrantKeyUnusable(f"grant key: {error}") from error

    def check(self, canonical: bytes, *, grant_sha256: str, signature: str) -> ConsentGrant:
        """Return the grant behind canonical bytes.

        Raises:
            GrantInvalid: the hash or the signature does not fit, or the bytes are no grant.
        """
        if sha256_of(canonical) != grant_sha256:
            raise GrantInvalid("hash")
        try:
            # 64 bytes are 86 letters, so two are missing to a multiple of four; any other length is no signature
            self._public_key.verify(urlsafe_b64decode(signature + "=="), canonical)
        except (InvalidSignature, binascii.Error, ValueError) as error:
            raise GrantInvalid("signature") from error
        try:
            return ConsentGrant.model_validate_json(canonical)
        except ValidationError:
            raise GrantInvalid("content") from None  # the error's text quotes the input


async def store(tx: Transaction, minted: MintedGrant, *, consent_id: UUID, at: datetime) -> Grant:
    """Store a grant's hash and signature, and its period on the consent's row; the caller seals ``canonical``.

    Raises:
        consents.ConsentUnknown: there is no such consent.
    """
    allowed = ConsentGrant.model_validate_json(minted.canonical)
    consent = await consents.lock(tx, consent_id)
    consent.starts_on, consent.expires_on = allowed.starts_on, allowed.expires_on
    row = Grant(consent_id=consent_id, grant_sha256=minted.grant_sha256, signature=minted.signature, minted_at=at)
    merged = await tx.merge(row)
    await tx.flush()
    return merged


async def load(tx: Transaction, consent_id: UUID) -> Grant | None:
    """Return the stored hash and signature of a consent's grant, if it was minted."""
    return await tx.get(Grant, consent_id, populate_existing=True)
