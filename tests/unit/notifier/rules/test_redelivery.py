from datetime import UTC, datetime, timedelta

import pytest

from notifier.rules.redelivery import EMAIL_WAITS, WEBHOOK_WAITS, next_attempt

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_a_webhook_is_tried_ten_times_over_seventy_five_hours() -> None:
    assert len(WEBHOOK_WAITS) + 1 == 10
    assert timedelta(hours=75) < sum(WEBHOOK_WAITS, timedelta()) < timedelta(hours=76)


def test_an_email_is_tried_nine_times_over_two_days() -> None:
    assert len(EMAIL_WAITS) + 1 == 9
    assert timedelta(hours=44) < sum(EMAIL_WAITS, timedelta()) < timedelta(hours=48)


@pytest.mark.parametrize("waits", [EMAIL_WAITS, WEBHOOK_WAITS])
def test_waits_grow_and_end(waits: tuple[timedelta, ...]) -> None:
    assert list(waits) == sorted(waits)
    assert next_attempt(waits, 1, NOW) == NOW + timedelta(seconds=5)
    assert next_attempt(waits, len(waits), NOW) == NOW + waits[-1]
    assert next_attempt(waits, len(waits) + 1, NOW) is None
    assert next_attempt(waits, 10_000, NOW) is None
