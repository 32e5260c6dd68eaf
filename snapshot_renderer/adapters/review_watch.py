"""Tells operators which rules are withheld because nobody has read their source again."""

import asyncio
from collections.abc import Awaitable, Callable

from services.runtime.clock import Clock, legal_day
from services.runtime.structured_log import get_logger
from snapshot_renderer.rules.rule_book import RuleBook

LOOK_SECONDS = 600.0


class ReviewWatch:
    """Counts withheld rules, and logs each of them once a New York day.

    Args:
        book: the rule book in force.
        clock: gives the day.
        pause: waits some seconds between two looks.
    """

    def __init__(self, book: RuleBook, clock: Clock, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._pause = pause
        self._book = book
        self._clock = clock

    def withheld(self) -> int:
        """Return how many rules are withheld now."""
        return len(self._book.overdue(legal_day(self._clock())))

    def report(self) -> None:
        """Log every rule that is withheld now."""
        for rule in self._book.overdue(legal_day(self._clock())):
            get_logger().warning("rule withheld", rule_id=rule.id, review_by=rule.review_by.isoformat())

    async def run(self) -> None:
        """Report at once and then at every change of day, until cancelled."""
        reported = None
        while True:
            if (today := legal_day(self._clock())) != reported:
                reported = today
                self.report()
            await self._pause(LOOK_SECONDS)
