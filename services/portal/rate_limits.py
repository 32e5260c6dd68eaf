"""How often one address may try: signing in and what belongs to it, and API keys. Counts live in this one process."""

import math
import time

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from services.portal.problems import PortalCode, Problem

SIGN_IN = RateLimitItemPerMinute(20)
"""Sign-in tries per address: an office behind one address signs in within a minute; a guesser gets nowhere
(each account also locks after ten)."""

SIGN_UP = RateLimitItemPerHour(10)
"""Sign-up requests per address."""

INVITATION = RateLimitItemPerMinute(20)
"""Invitation links tried per address; a link holds 256 random bits, so this only keeps the noise down."""

RESET_ASKED = RateLimitItemPerHour(20)
"""Links for forgotten passwords asked for per client address: an office on a Monday morning."""

RESET_MAILED = RateLimitItemPerHour(3)
"""Links sent to one e-mail address: enough for a mail that got lost, too few to fill somebody's mailbox."""

RESET_LINK = RateLimitItemPerMinute(20)
"""Links for forgotten passwords tried per client address, as invitations."""

PASSWORD_CHANGE = RateLimitItemPerMinute(10)
"""Changes of a password tried per person; ten wrong ones also lock the account, as at sign-in."""

API_KEY_REFUSED = RateLimitItemPerMinute(30)
"""Wrong API keys per address."""

API_KEY_UNKNOWN_NOTED = RateLimitItemPerMinute(60)
"""Tries with keys that nobody has that are written into the audit log, per process and from all addresses together:
whoever guesses from a thousand addresses is seen, and can't fill the log."""

DENIAL_NOTED = RateLimitItemPerMinute(60)
"""What one person or key was denied that is written into the audit log, per process: a walk through ids is seen within
its first second, and can't fill the log."""

KEY_USE_NOTED = RateLimitItemPerMinute(1)
"""How often the use of one API key is written into the audit log, per process."""

UPLOAD = RateLimitItemPerMinute(240)
"""Forms per organization: as many as one core reads in a minute (a quarter of a second each, docs/intake-accuracy.md).
A batch from a copier's watched folder goes through, a loop that went wrong does not."""

PRINTED_FORM = RateLimitItemPerMinute(60)
"""Printed forms per organization, blank and prefilled: each costs a few tenths of a second of CPU time."""

RESOURCE_MAIL = RateLimitItemPerHour(30)
"""Resource e-mails per person: plenty for a day of clients, too few to pester somebody with."""


class RateLimits:
    """Counts tries per kind and address."""

    def __init__(self) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def allow(self, limit: RateLimitItem, kind: str, address: str) -> bool:
        """Count one try; False when this address has used up its tries of this kind."""
        return self._limiter.hit(limit, kind, address)

    def exhausted(self, limit: RateLimitItem, kind: str, address: str) -> bool:
        """Whether the next try would be refused, without counting one."""
        return not self._limiter.test(limit, kind, address)

    def count(self, limit: RateLimitItem, kind: str, address: str) -> None:
        """Count one try.

        Raises:
            Problem: 429, as ``refusal`` says, when this address has used up its tries of this kind.
        """
        if not self.allow(limit, kind, address):
            raise self.refusal(limit, kind, address)

    def refusal(self, limit: RateLimitItem, kind: str, address: str) -> Problem:
        """Return the answer 429 that says in how many whole seconds the next try is worth making."""
        free_at, _ = self._limiter.get_window_stats(limit, kind, address)
        seconds = max(1, math.ceil(free_at - time.time()))
        return Problem(429, PortalCode.TOO_MANY_REQUESTS, headers={"Retry-After": str(seconds)})
