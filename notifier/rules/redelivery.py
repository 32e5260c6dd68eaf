"""When a message is tried again, and when it is given up.

Sources: the webhook schedule is the one of the Standard Webhooks specification (ten attempts over some 75 hours). The
e-mail schedule is quick at first, so that a restart of the mail server goes unnoticed, and ends after two days: an
e-mail about a page is stale by then, and the inbox has it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Failure(StrEnum):
    """Why an attempt failed: stored and shown instead of the other side's text, which may quote an address."""

    MAIL_SERVER_AWAY = "MAIL_SERVER_AWAY"
    MAIL_REFUSED_FOR_NOW = "MAIL_REFUSED_FOR_NOW"
    MAIL_REFUSED = "MAIL_REFUSED"
    ADDRESS_REFUSED = "ADDRESS_REFUSED"
    ADDRESS_INVALID = "ADDRESS_INVALID"
    MESSAGE_INVALID = "MESSAGE_INVALID"
    SECRET_UNREADABLE = "SECRET_UNREADABLE"  # noqa: S105  (a code, not a secret)
    WEBHOOK_AWAY = "WEBHOOK_AWAY"
    WEBHOOK_TIMED_OUT = "WEBHOOK_TIMED_OUT"
    WEBHOOK_REFUSED = "WEBHOOK_REFUSED"
    WEBHOOK_REDIRECTS = "WEBHOOK_REDIRECTS"
    WEBHOOK_ADDRESS_NOT_ALLOWED = "WEBHOOK_ADDRESS_NOT_ALLOWED"
    WEBHOOK_GONE = "WEBHOOK_GONE"
    WEBHOOK_REMOVED = "WEBHOOK_REMOVED"


@dataclass(frozen=True)
class Accepted:
    """The other side took the message over."""


@dataclass(frozen=True)
class TryAgain:
    """It may work later."""

    failure: Failure


@dataclass(frozen=True)
class GiveUp:
    """It can't work, however often it is tried."""

    failure: Failure


Outcome = Accepted | TryAgain | GiveUp

EMAIL_WAITS = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
"""Wait after the first, second ... failed attempt."""

WEBHOOK_WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Wait after the first, second ... failed attempt."""


def next_attempt(waits: tuple[timedelta, ...], attempts: int, now: datetime) -> datetime | None:
    """Return when to try again after ``attempts`` failed ones (1 or more), or None: the schedule is used up."""
    return now + waits[attempts - 1] if attempts <= len(waits) else None
