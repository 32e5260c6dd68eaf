"""Seal a short secret under a standing key: a webhook secret, an address that is used once."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.vault.standing_keys import PurposeKeys
from services.vault.vault import ObjectDamaged

VERSION = b"\x01"
NONCE_BYTES = 12
"""96 bits, as NIST SP 800-38D recommends for GCM."""


def seal_text(keys: PurposeKeys, purpose: str, text: str) -> bytes:
    """Return version, nonce and ciphertext; only the same purpose opens it.

    Args:
        keys: the installation's standing keys.
        purpose: what it is for and whose, such as ``webhook-secret/<organization id>``; authenticated, not stored.
        text: the secret.
    """
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(keys.derive("sealed-text")).encrypt(nonce, text.encode(), VERSION + purpose.encode())
    return VERSION + nonce + sealed


def open_text(keys: PurposeKeys, purpose: str, sealed: bytes) -> str:
    """Return the secret.

    Raises:
        ObjectDamaged: the bytes were not sealed by ``seal_text`` with this key and purpose.
    """
    version, nonce, ciphertext = sealed[:1], sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    if version != VERSION or len(nonce) != NONCE_BYTES:
        raise ObjectDamaged
    try:
        return AESGCM(keys.derive("sealed-text")).decrypt(nonce, ciphertext, version + purpose.encode()).decode()
    except InvalidTag as error:
        raise ObjectDamaged from error
