from datetime import UTC, datetime

import pytest

from case_fetcher.adapters.retry_after import LONGEST_REST, seconds_asked_for

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("²", None),
        ("0", 0.0),
        (" 7 ", 7.0),
        ("86400", LONGEST_REST),
        ("Sun, 22 Nov 2026 12:00:20 GMT", 20.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("Mon, 23 Nov 2026 12:00:00 GMT", LONGEST_REST),
    ],
)
def test_seconds_and_dates_are_understood_and_capped(header: str | None, seconds: float | None) -> None:
    assert seconds_asked_for(header, now=NOW) == seconds
