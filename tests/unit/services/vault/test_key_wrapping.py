"""Keys that earlier releases wrapped still open, and a wrapped key opens for its purpose and subject only."""

import os

import pytest

from services.vault.key_wrapping import AesKeyWrapper, BoundTo
from services.vault.master_key import MasterKey
from services.vault.vault import ObjectDamaged

CONSENT = "11111111-2222-4333-8444-555555555555"
DATA_KEY, CASE_KEY = bytes(range(32)), b"c" * 32

WRAPPED_BEFORE = {
    "data-key": "016e6e6e6e6e6e6e6e6e6e6e6e16b6839cf84363a168d2c88b23bbd22d2ee6333273c5a9e7831765f5e02f422b1ca3cb"
    "05378ddcf3e88d98a97012f220",
    "case-key": "016e6e6e6e6e6e6e6e6e6e6e6ec438740ad63fd49c084f09398a28b4ed9c1d8d5f413ba292b3bdbcc8d18081c88bb120"
    "22520d259369b60f6892372427",
}
"""Written by the first release: a data key under the master key of 32 times ``k``, a case key under that data key."""


def test_keys_that_the_first_release_wrapped_still_open() -> None:
    master = AesKeyWrapper(MasterKey(b"k" * 32).derive("wrap-data-key"))
    data_key = master.unwrap(bytes.fromhex(WRAPPED_BEFORE["data-key"]), BoundTo("data-key", CONSENT))
    assert data_key == DATA_KEY
    case_key = AesKeyWrapper(data_key).unwrap(bytes.fromhex(WRAPPED_BEFORE["case-key"]), BoundTo("case-key", CONSENT))
    assert case_key == CASE_KEY


def test_a_wrapped_key_opens_for_its_own_purpose_subject_and_wrapper_only() -> None:
    wrapper, bound_to = AesKeyWrapper(b"w" * 32), BoundTo("data-key", CONSENT)
    wrapped = wrapper.wrap(DATA_KEY, bound_to)
    assert wrapper.unwrap(wrapped, bound_to) == DATA_KEY
    assert wrapper.wrap(DATA_KEY, bound_to) != wrapped
    for other, elsewhere in [
        (wrapper, BoundTo("case-key", CONSENT)),
        (wrapper, BoundTo("data-key", CONSENT[::-1])),
        (AesKeyWrapper(b"o" * 32), bound_to),
    ]:
        with pytest.raises(ObjectDamaged):
            other.unwrap(wrapped, elsewhere)


def test_every_damaged_byte_and_every_cut_of_a_wrapped_key_is_noticed() -> None:
    wrapper, bound_to = AesKeyWrapper(os.urandom(32)), BoundTo("data-key", CONSENT)
    wrapped = wrapper.wrap(DATA_KEY, bound_to)
    for position in range(len(wrapped)):
        damaged = bytearray(wrapped)
        damaged[position] ^= 1
        for bad in (bytes(damaged), wrapped[:position]):
            with pytest.raises(ObjectDamaged):
                wrapper.unwrap(bad, bound_to)
