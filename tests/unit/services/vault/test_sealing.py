"""Sealed segments: nothing that was changed, cut, moved or swapped opens; older objects do; memory stays small."""

import random
import tracemalloc
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise, permutations
from uuid import UUID

import pytest

from services.vault import sealing
from services.vault.sealing import (
    MAGIC_BYTES,
    SALT_BYTES,
    SEGMENTED,
    SEGMENTED_CASE,
    TAG_BYTES,
    WHOLE,
    WHOLE_CASE,
    Place,
    magic_of,
    opened,
    sealed,
)
from services.vault.vault import Kind, ObjectDamaged

KEY = b"k" * 32
CONSENT, OTHER = UUID(int=1), UUID(int=2)
PLACE = Place(SEGMENTED, CONSENT, Kind.DOCUMENT)
SMALL = 64
HEADER = MAGIC_BYTES + SALT_BYTES


@pytest.fixture
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "SEGMENT_BYTES", SMALL)


def seal(plain: bytes, place: Place = PLACE, key: bytes = KEY) -> bytes:
    return b"".join(sealed(key, place, plain))


def unseal(stored: bytes, place: Place = PLACE, key: bytes = KEY) -> bytes:
    source = BytesIO(stored)
    return b"".join(opened(key, Place(magic_of(source), place.consent_id, place.kind), source))


def segments(stored: bytes) -> list[bytes]:
    size = SMALL + TAG_BYTES
    return [stored[start : start + size] for start in range(HEADER, len(stored), size)]


@pytest.mark.usefixtures("small_segments")
@pytest.mark.parametrize("size", [0, 1, SMALL - 1, SMALL, SMALL + 1, 3 * SMALL, 10 * SMALL + 7])
def test_every_size_comes_back(size: int) -> None:
    plain = random.Random(size).randbytes(size)
    stored = seal(plain)
    assert unseal(stored) == plain
    assert len(stored) == HEADER + size + TAG_BYTES * max(1, -(-size // SMALL))


@pytest.mark.usefixtures("small_segments")
def test_of_a_thousand_flipped_bits_none_goes_unseen() -> None:
    stored = seal(random.Random(1).randbytes(5 * SMALL + 9))
    for bit in random.Random(2).sample(range(len(stored) * 8), 1000):
        damaged = bytearray(stored)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ObjectDamaged):
            unseal(bytes(damaged))


@pytest.mark.usefixtures("small_segments")
def test_an_object_that_was_cut_anywhere_or_grew_does_not_open() -> None:
    stored = seal(b"x" * 4 * SMALL)
    for length in range(len(stored)):
        with pytest.raises(ObjectDamaged):
            unseal(stored[:length])
    for more in (b"\0", segments(stored)[-1], segments(stored)[0]):
        with pytest.raises(ObjectDamaged):
            unseal(stored + more)


@pytest.mark.usefixtures("small_segments")
def test_segments_open_in_their_own_order_and_object_only() -> None:
    stored, other = seal(b"x" * 4 * SMALL), seal(b"x" * 4 * SMALL)
    head, own = stored[:HEADER], segments(stored)
    for order in permutations(own):
        if list(order) != own:
            with pytest.raises(ObjectDamaged):
                unseal(head + b"".join(order))
    for number in range(4):
        repeated, left_out = [*own[: number + 1], *own[number:]], [*own[:number], *own[number + 1 :]]
        swapped = [*own[:number], segments(other)[number], *own[number + 1 :]]
        for bad in (repeated, left_out, swapped):
            with pytest.raises(ObjectDamaged):
                unseal(head + b"".join(bad))
    with pytest.raises(ObjectDamaged):
        unseal(other[:HEADER] + b"".join(own))


def test_no_object_opens_as_another_consents_as_another_kind_or_with_another_key() -> None:
    for kind in Kind:
        stored = seal(b"whose?", Place(SEGMENTED, CONSENT, kind))
        for consent_id in (CONSENT, OTHER):
            for claimed in Kind:
                place = Place(SEGMENTED, consent_id, claimed)
                if (consent_id, claimed) == (CONSENT, kind):
                    assert unseal(stored, place) == b"whose?"
                    continue
                with pytest.raises(ObjectDamaged):
                    unseal(stored, place)
    with pytest.raises(ObjectDamaged):
        unseal(seal(b"x"), key=b"o" * 32)


@pytest.mark.parametrize("claimed", [WHOLE, WHOLE_CASE, SEGMENTED_CASE, b"SNPV\x05", b"SNPW\x03"])
def test_no_object_opens_as_another_version(claimed: bytes) -> None:
    with pytest.raises(ObjectDamaged):
        unseal(claimed + seal(b"x" * 100)[MAGIC_BYTES:])


def test_no_nonce_comes_twice_under_a_key() -> None:
    nonces: Iterator[bytes] = (sealing._nonce(number, last=last) for number in range(500_000) for last in (False, True))
    assert all(one < following for one, following in pairwise(nonces))  # a million, each greater than the one before
    keys = {sealing._stream_key(KEY, seal(b"x")[MAGIC_BYTES:HEADER], PLACE) for _ in range(1000)}
    assert len(keys) == 1000


OF_EARLIER_RELEASES = [
    (Place(WHOLE, UUID("11111111-2222-4333-8444-555555555555"), Kind.DOCUMENT), bytes(range(32)),
     "534e5056016e6e6e6e6e6e6e6e6e6e6e6ec6353706d938d28d4b4308308c28a3c48f9c97cc00a1019e7c8e7833af4a88"),
    (Place(WHOLE_CASE, UUID("11111111-2222-4333-8444-555555555555"), Kind.PAGE_EN), b"c" * 32,
     "534e5056026e6e6e6e6e6e6e6e6e6e6e6e732c36a53f616dbe3a90728e30c787345b359e2108a0ea7c8a85302cd59439"),
]  # fmt: skip


@pytest.mark.parametrize(("place", "key", "stored"), OF_EARLIER_RELEASES)
def test_objects_of_earlier_releases_open(place: Place, key: bytes, stored: str) -> None:
    assert unseal(bytes.fromhex(stored), place, key) == b"an older object"


def test_a_form_of_25_mib_takes_no_more_than_a_few_segments_of_memory() -> None:
    plain = bytes(25 * 1024 * 1024)
    stored = seal(plain)
    source = BytesIO(stored)
    tracemalloc.start()
    try:
        for _ in sealed(KEY, PLACE, plain):
            pass
        assert magic_of(source) == SEGMENTED
        total = sum(len(part) for part in opened(KEY, PLACE, source))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert total == len(plain)
    assert peak < 8 * sealing.SEGMENT_BYTES
