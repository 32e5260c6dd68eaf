"""How an object is sealed: in segments, so that no more than two of them are in memory, whatever its size.

``SNPV``, version, salt, then segments of 64 KiB, each with its own tag (AES-256-GCM). The construction is STREAM (Hoang
and others 2015) with a key for each object, derived by HKDF-SHA256 from the consent's key and 32 random bytes, the
salt. A segment's nonce is its number and whether it is the last: no nonce comes twice under a key, and segments that
were cut off, moved, repeated or taken from another object do not open. Version, consent and kind are authenticated with
each of them. Versions 1 and 2, one nonce and one ciphertext, are still opened.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.vault.object_store import ReadableObject
from services.vault.vault import Kind, ObjectDamaged

MAGIC_BYTES: Final = 5
WHOLE, WHOLE_CASE = b"SNPV\x01", b"SNPV\x02"
"""Objects of earlier releases: sealed as a whole with the consent's data key, or with its case key."""

SEGMENTED, SEGMENTED_CASE = b"SNPV\x03", b"SNPV\x04"
"""Objects in segments, under the data key or the case key."""

OF_A_CASE_KEY: Final = frozenset({WHOLE_CASE, SEGMENTED_CASE})

NONCE_BYTES: Final = 12
SALT_BYTES: Final = 32
TAG_BYTES: Final = 16
SEGMENT_BYTES: Final = 64 * 1024


@dataclass(frozen=True)
class Place:
    """Where an object belongs: the first bytes of its file, its consent, its kind."""

    magic: bytes
    consent_id: UUID
    kind: Kind

    @property
    def authenticated(self) -> bytes:
        """What is authenticated with every segment."""
        return self.magic + f"|{self.consent_id}|{self.kind.value}".encode()


def magic_of(source: ReadableObject) -> bytes:
    """Read an object's first bytes.

    Raises:
        ObjectDamaged: they are none that this release knows.
    """
    magic = _read(source, MAGIC_BYTES)
    if magic not in {WHOLE, WHOLE_CASE, SEGMENTED, SEGMENTED_CASE}:
        raise ObjectDamaged
    return magic


def sealed(key: bytes, place: Place, plain: bytes) -> Iterator[bytes]:
    """Yield the object part by part.

    Args:
        key: the consent's, 32 bytes.
        place: one of the segmented versions.
        plain: what to seal; it is not copied.
    """
    salt, view = os.urandom(SALT_BYTES), memoryview(plain)
    cipher = AESGCM(_stream_key(key, salt, place))
    yield place.magic + salt
    count = max(1, -(-len(view) // SEGMENT_BYTES))
    for number in range(count):
        segment = view[number * SEGMENT_BYTES : (number + 1) * SEGMENT_BYTES]
        yield cipher.encrypt(_nonce(number, last=number == count - 1), segment, place.authenticated)


def opened(key: bytes, place: Place, source: ReadableObject) -> Iterator[bytes]:
    """Yield what was sealed, part by part; the source stands behind the magic.

    Only a run to the end shows that nothing was cut off: whoever uses parts before has to be ready for the error.

    Raises:
        ObjectDamaged: the object is not what was sealed for this place with this key.
    """
    if place.magic in {WHOLE, WHOLE_CASE}:
        yield _opened_whole(key, place, source)
        return
    salt = _read(source, SALT_BYTES)
    cipher = AESGCM(_stream_key(key, salt, place))
    number, segment = 0, _read(source, SEGMENT_BYTES + TAG_BYTES)
    while True:
        following = _read(source, SEGMENT_BYTES + TAG_BYTES)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), segment, place.authenticated)
        except InvalidTag as error:
            raise ObjectDamaged from error
        if not following:
            return
        number, segment = number + 1, following


def _opened_whole(key: bytes, place: Place, source: ReadableObject) -> bytes:
    nonce, ciphertext = _read(source, NONCE_BYTES), _read_all(source)
    if not ciphertext:
        raise ObjectDamaged
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, place.authenticated)
    except InvalidTag as error:
        raise ObjectDamaged from error


def _stream_key(key: bytes, salt: bytes, place: Place) -> bytes:
    return HKDF(SHA256(), len(key), salt=salt, info=b"nyc.snapshot/stream|" + place.authenticated).derive(key)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(NONCE_BYTES - 1, "big") + bytes([last])


def _read(source: ReadableObject, size: int) -> bytes:
    """Read so many bytes, less only at the end."""
    found = source.read(size)
    while 0 < len(found) < size and (more := source.read(size - len(found))):
        found += more
    return found


def _read_all(source: ReadableObject) -> bytes:
    parts = []
    while part := source.read(SEGMENT_BYTES):
        parts.append(part)
    return b"".join(parts)
