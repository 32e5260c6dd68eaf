"""A program that guesses without a pause gets nowhere."""

import secrets

import pytest
from limits import RateLimitItem

from services.portal.api_keys import KEY_PREFIX
from services.portal.rate_limits import API_KEY_REFUSED, INVITATION, SIGN_IN, RateLimits
from services.portal.sign_ins import digest
from tests.support.still_rate_limits import MID_WINDOW, hold_the_rate_limits_clock

GUESSES = 1_000_000
LETTERS_OF_256_BITS = 43


def test_of_a_million_guesses_at_keys_a_handful_is_looked_up_and_none_fits() -> None:
    known = {digest(KEY_PREFIX + secrets.token_urlsafe(32)) for _ in range(1000)}
    limits, looked_up, found = RateLimits(), 0, 0
    for _ in range(GUESSES):
        if limits.allow(API_KEY_REFUSED, "api_key", "203.0.113.7"):
            looked_up += 1
            found += digest(KEY_PREFIX + secrets.token_urlsafe(32)) in known
    assert looked_up == API_KEY_REFUSED.amount
    assert found == 0
    assert limits.exhausted(API_KEY_REFUSED, "api_key", "203.0.113.7")
    assert limits.allow(API_KEY_REFUSED, "api_key", "203.0.113.8"), "another office is not shut out"


def test_each_kind_of_try_is_counted_for_itself() -> None:
    limits = RateLimits()
    for limit, kind in ((SIGN_IN, "sign_in"), (INVITATION, "invitation")):
        assert _let_through(limits, limit, kind) == limit.amount
        assert not limits.allow(limit, kind, "203.0.113.7")


def test_who_waits_may_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = RateLimits()
    _let_through(limits, SIGN_IN, "sign_in")
    told = int(limits.refusal(SIGN_IN, "sign_in", "203.0.113.7").headers["Retry-After"])
    for waited, allowed in ((told - 1, False), (told, True)):
        hold_the_rate_limits_clock(monkeypatch, at=MID_WINDOW + waited)
        assert limits.allow(SIGN_IN, "sign_in", "203.0.113.7") is allowed


def _let_through(limits: RateLimits, limit: RateLimitItem, kind: str) -> int:
    return sum(limits.allow(limit, kind, "203.0.113.7") for _ in range(limit.amount * 5))


def test_a_key_has_256_random_bits() -> None:
    made = {secrets.token_urlsafe(32) for _ in range(1000)}
    assert len(made) == 1000
    assert {len(token) for token in made} == {LETTERS_OF_256_BITS}
