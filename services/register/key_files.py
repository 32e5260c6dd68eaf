"""Ed25519 key pairs in PEM files: the private half is its owner's alone."""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)


class KeyFileUnusable(Exception):
    """A key file is absent, or holds no Ed25519 key of the right half."""


def private_key_from(path: Path) -> Ed25519PrivateKey:
    """Read a private key (PEM, PKCS #8, not encrypted).

    Raises:
        KeyFileUnusable: the file is absent or holds something else.
    """
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise KeyFileUnusable("no private key in the file") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileUnusable("the private key is not Ed25519")
    return key


def public_key_from(path: Path) -> Ed25519PublicKey:
    """Read a public key (PEM).

    Raises:
        KeyFileUnusable: the file is absent or holds something else.
    """
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, TypeError) as error:
        raise KeyFileUnusable("no public key in the file") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFileUnusable("the public key is not Ed25519")
    return key


def generate_key_files(private_path: Path, public_path: Path) -> None:
    """Make a new pair of keys, readable by their owner only.

    Raises:
        FileExistsError: one of the files is there already; it is left alone.
    """
    if public_path.exists():
        raise FileExistsError(public_path)
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _write_new(private_path, private)
    _write_new(public_path, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def _write_new(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
