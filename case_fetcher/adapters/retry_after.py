"""The Retry-After header (RFC 9110 section 10.2.3), with a cap."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_REST = 60.0
"""Seconds. However long a service asks to be left alone, it is tried again after this: parents wait for their page."""


def seconds_asked_for(header: str | None, *, now: datetime | None = None) -> float | None:
    """Return how many seconds from now, from 0 to ``LONGEST_REST``, the header asks to wait; None when unreadable."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_REST)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    until = until.replace(tzinfo=UTC) if until.tzinfo is None else until
    wait = (until - (now or datetime.now(UTC))).total_seconds()
    return min(max(wait, 0.0), LONGEST_REST)
