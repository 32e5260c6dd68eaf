"""Wrapping one key with another, bound to what the key is for and whose it is; in memory by AES-256-GCM."""

import os
from dataclasses import dataclass
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.vault.vault import ObjectDamaged

WRAP_VERSION: Final = b"\x01"
NONCE_BYTES: Final = 12


@dataclass(frozen=True)
class BoundTo:
    """What a wrapped key is for, and whose it is: authenticated with it, so that none can pass for another's.

    Attributes:
        purpose: ``data-key``, ``case-key`` or another fixed word.
        subject: an id or a fixed word; never a person's data.
    """

    purpose: str
    subject: str


class KeyWrapper(Protocol):
    """A version of the master key, wherever it is: what wraps the keys that are stored."""

    @property
    def id(self) -> str:
        """A name of at most 40 characters that gives nothing away; stored beside what this version wrapped."""

    @property
    def is_remote(self) -> bool:
        """Whether a call goes over the network, so that it belongs into a thread."""

    def wrap(self, key: bytes, bound_to: BoundTo) -> bytes:
        """Return the wrapped key; it never looks the same twice.

        Raises:
            TemporarilyUnavailable: the master key can't be reached, or may not be used now.
        """

    def unwrap(self, wrapped: bytes, bound_to: BoundTo) -> bytes:
        """Return the key.

        Raises:
            ObjectDamaged: the bytes are not what was wrapped with this version for this purpose and subject.
            TemporarilyUnavailable: the master key can't be reached, or may not be used now.
        """


class AesKeyWrapper:
    """Wraps keys with a 32-byte key in memory."""

    def __init__(self, wrapping_key: bytes) -> None:
        self._cipher = AESGCM(wrapping_key)

    def wrap(self, key: bytes, bound_to: BoundTo) -> bytes:
        """Return the wrapped key; it never looks the same twice."""
        nonce = os.urandom(NONCE_BYTES)
        return WRAP_VERSION + nonce + self._cipher.encrypt(nonce, key, _authenticated(bound_to))

    def unwrap(self, wrapped: bytes, bound_to: BoundTo) -> bytes:
        """Return the key.

        Raises:
            ObjectDamaged: the bytes are not what was wrapped with this key for this purpose and subject.
        """
        version, nonce, ciphertext = wrapped[:1], wrapped[1 : 1 + NONCE_BYTES], wrapped[1 + NONCE_BYTES :]
        if version != WRAP_VERSION or not ciphertext:
            raise ObjectDamaged
        try:
            return self._cipher.decrypt(nonce, ciphertext, _authenticated(bound_to))
        except InvalidTag as error:
            raise ObjectDamaged from error


def _authenticated(bound_to: BoundTo) -> bytes:
    return WRAP_VERSION + f"|{bound_to.purpose}|{bound_to.subject}".encode()
