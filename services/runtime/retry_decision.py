"""What to do after an attempt failed: wait for a dependency, try again, or set the event aside."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import assert_never

from schemas.reason_codes import ReasonCode
from services.runtime.dead_letter_record import Disposition, Verdict
from services.runtime.failures import CannotBeProcessed
from services.runtime.unavailable import dependency_of

MOST_TRIES = 3
"""An error that the stage doesn't know may be a hiccup once or twice; then it is a bug that waiting won't mend."""

BUDGET = timedelta(minutes=15)
"""How long one event may keep failing while others go through."""

OWN_WORK = "runtime"
"""What an event waits for when setting it aside, or publishing what came of it, fails in a way nobody foresaw."""

OTHERS_NEEDED = 5
"""Other events of the topic that went through during the budget show that the dependency isn't away: it refuses this
one. While it is away for everybody, nothing is ever set aside."""


@dataclass
class Attempts:
    """How often and since when one event has failed."""

    made: int = 0
    unclassified: int = 0
    first_failed: datetime | None = None
    others_before: int = 0
    verdict: Verdict | None = field(default=None)


class RetryDecision:
    """Judges failures; keeps count of what goes through so as to tell an outage from a refusal.

    Args:
        clock: the time.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._gone_through: dict[str, int] = {}

    def went_through(self, topic: str) -> None:
        """An event of this topic was handled."""
        self._gone_through[topic] = self._gone_through.get(topic, 0) + 1

    def judge(self, error: Exception, topic: str, attempts: Attempts, *, judged: bool = False) -> str | None:
        """Record a failed attempt in ``attempts`` (its ``verdict``, if it is one) and return what to wait for.

        Args:
            error: what the attempt raised.
            topic: of the event.
            attempts: of the event; changed.
            judged: the event's fate is settled and only carrying it out fails: there can be no other verdict.

        Returns:
            The dependency that is away; None when none is (then there is a verdict, or another try).
        """
        now = self._clock()
        attempts.made += 1
        if judged:
            return dependency_of(error) or OWN_WORK
        if attempts.first_failed is None:
            attempts.first_failed, attempts.others_before = now, self._gone_through.get(topic, 0)
        dependency = dependency_of(error)
        if isinstance(error, CannotBeProcessed):
            self._set_aside(attempts, error, Disposition.PERMANENT)
        elif dependency is not None:
            if self._only_this_one_fails(attempts, topic, now):
                self._set_aside(attempts, error, Disposition.EXHAUSTED)
        else:
            attempts.unclassified += 1
            if attempts.unclassified >= MOST_TRIES:
                self._set_aside(attempts, error, Disposition.UNCLASSIFIED)
            elif now - attempts.first_failed >= BUDGET:
                self._set_aside(attempts, error, Disposition.EXHAUSTED)
        return dependency

    def _only_this_one_fails(self, attempts: Attempts, topic: str, now: datetime) -> bool:
        others = self._gone_through.get(topic, 0) - attempts.others_before
        return attempts.first_failed is not None and now - attempts.first_failed >= BUDGET and others >= OTHERS_NEEDED

    def _set_aside(self, attempts: Attempts, error: Exception, disposition: Disposition) -> None:
        attempts.verdict = Verdict(
            code=_code(error, disposition),
            disposition=disposition,
            parks_later_events=error.parks_later_events if isinstance(error, CannotBeProcessed) else True,
            error_class=type(error).__name__,
            first_failed=attempts.first_failed or self._clock(),
            deliveries=attempts.made,
        )


def parked(now: datetime) -> Verdict:
    """Return the verdict on an event whose consent has an open dead letter."""
    return Verdict(
        code=ReasonCode.EARLIER_EVENT_WAITS,
        disposition=Disposition.QUARANTINED,
        parks_later_events=True,
        error_class="",
        first_failed=now,
        deliveries=1,
    )


def _code(error: Exception, disposition: Disposition) -> ReasonCode:
    match disposition:
        case Disposition.PERMANENT | Disposition.QUARANTINED:
            return error.code if isinstance(error, CannotBeProcessed) else ReasonCode.UNCLASSIFIED
        case Disposition.EXHAUSTED:
            return ReasonCode.RETRY_BUDGET_SPENT
        case Disposition.UNCLASSIFIED:
            return ReasonCode.UNCLASSIFIED
    assert_never(disposition)
