from datetime import UTC, datetime, timedelta

import pytest

from services.register.one_time_codes import (
    RECOVERY_CODES,
    STEP_SECONDS,
    code_at,
    matching_step,
    new_recovery_codes,
    new_seed,
    recovery_digest,
    step_of,
)

RFC_SEED = b"12345678901234567890"
NOON = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standards_own_table(second: int, code: str) -> None:
    """RFC 6238, appendix B, SHA-1; its eight digits end in our six."""
    assert code_at(RFC_SEED, second // STEP_SECONDS) == code


@pytest.mark.parametrize(("late", "taken"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
def test_a_code_of_the_half_minute_before_or_after_is_taken_and_no_other(late: int, taken: bool) -> None:
    code = code_at(RFC_SEED, step_of(NOON + timedelta(seconds=late)))
    assert (matching_step(RFC_SEED, code, NOON, after=None) is not None) == taken


def test_a_code_is_not_taken_again_nor_an_older_one_after_it() -> None:
    now = step_of(NOON)
    for older in (now - 1, now):
        assert matching_step(RFC_SEED, code_at(RFC_SEED, older), NOON, after=now) is None
    assert matching_step(RFC_SEED, code_at(RFC_SEED, now + 1), NOON, after=now) == now + 1


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "-12345", "1" * 5000])
def test_what_is_no_code_fits_nothing(typed: str) -> None:
    assert matching_step(RFC_SEED, typed, NOON, after=None) is None


def test_a_code_may_be_typed_with_a_space() -> None:
    code = code_at(RFC_SEED, step_of(NOON))
    assert matching_step(RFC_SEED, f" {code[:3]} {code[3:]} ", NOON, after=None) == step_of(NOON)


def test_a_seed_has_160_random_bits_and_a_recovery_code_120() -> None:
    assert len({new_seed() for _ in range(200)}) == 200
    assert {len(new_seed()) * 5 for _ in range(10)} == {160}
    codes = [code for _ in range(20) for code in new_recovery_codes()]
    assert len(set(codes)) == 20 * RECOVERY_CODES
    assert {len(code.replace("-", "")) * 5 for code in codes} == {120}


def test_a_recovery_code_is_known_however_it_is_typed() -> None:
    (code, *_) = new_recovery_codes()
    assert recovery_digest(code) == recovery_digest(f" {code.lower().replace('-', ' ')} ")
    assert recovery_digest(code) != recovery_digest(code[:-1])
