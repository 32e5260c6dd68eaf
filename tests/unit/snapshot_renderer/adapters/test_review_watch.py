import asyncio
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from services.runtime.stage import Gauge
from services.runtime.worker_status import WorkerStatus
from snapshot_renderer.adapters.packaged_data import packaged_editorial
from snapshot_renderer.adapters.review_watch import ReviewWatch
from snapshot_renderer.rules.rule_book import RuleBook
from tests.support.register_builders import MovableClock

NOON = datetime(2027, 6, 1, 16, 0, tzinfo=UTC)


def book() -> RuleBook:
    """Two rules, one of them to be read again by the last day of May."""
    first, second = packaged_editorial().book.rules[:2]
    dated = (
        first.model_copy(update={"review_by": date(2027, 5, 31)}),
        second.model_copy(update={"review_by": date(2027, 6, 30)}),
    )
    return RuleBook(edition="test", rules=dated)


@pytest.mark.parametrize(
    ("now", "withheld"),
    [
        (datetime(2027, 6, 1, 3, 59, tzinfo=UTC), 0),  # still May in New York
        (datetime(2027, 6, 1, 4, 0, tzinfo=UTC), 1),
        (datetime(2027, 7, 1, 4, 0, tzinfo=UTC), 2),
    ],
)
def test_a_rule_is_withheld_from_the_new_york_day_after_its_review_by_day(now: datetime, withheld: int) -> None:
    assert ReviewWatch(book(), lambda: now).withheld() == withheld


async def test_withheld_rules_are_logged_by_id_once_a_day() -> None:
    clock = MovableClock(NOON)
    looks = 0

    async def an_hour_later(_seconds: float) -> None:
        nonlocal looks
        looks += 1
        if looks == 30:
            raise asyncio.CancelledError
        clock.now += timedelta(hours=1)

    with capture_logs() as lines, suppress(asyncio.CancelledError):
        await ReviewWatch(book(), clock, an_hour_later).run()

    assert [(line["event"], line["rule_id"], line["review_by"]) for line in lines] == [
        ("rule withheld", "N01", "2027-05-31")
    ] * 2


def test_the_count_is_in_the_status_of_the_worker() -> None:
    status = WorkerStatus("snapshot_renderer", None, MovableClock(NOON))
    watch = ReviewWatch(book(), MovableClock(NOON))

    status.metrics.watch(Gauge("snapshot_rules_withheld", "Rules past their review-by day", watch.withheld))

    assert status.as_json()["metrics"]["snapshot_rules_withheld{stage=snapshot_renderer}"] == 1.0
