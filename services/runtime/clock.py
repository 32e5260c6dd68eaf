"""Time, as a collaborator: code that needs the time is given a clock, and tests give it one that they move."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
"""A legal day ends at midnight here."""

Clock = Callable[[], datetime]
"""Returns the current time, UTC and aware."""


def utc_now() -> datetime:
    """Return the current time, UTC and aware."""
    return datetime.now(UTC)


def legal_day(moment: datetime) -> date:
    """Return the New York calendar day of an aware moment."""
    return moment.astimezone(NEW_YORK).date()
