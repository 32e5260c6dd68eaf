from datetime import timedelta

import pytest
from kafka.errors import KafkaTimeoutError
from sqlalchemy.exc import OperationalError

from schemas.reason_codes import ReasonCode
from services.runtime.backoff import Backoff
from services.runtime.dead_letter_record import Disposition
from services.runtime.failures import CannotBeProcessed, TemporarilyUnavailable
from services.runtime.retry_decision import OWN_WORK, Attempts, RetryDecision
from tests.support.register_builders import MovableClock

TOPIC = "consent.uploaded"
AWAY = TemporarilyUnavailable("case_source")


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def decision(clock: MovableClock) -> RetryDecision:
    return RetryDecision(clock)


def test_a_dependency_that_is_away_for_everybody_is_waited_for_without_end(
    decision: RetryDecision, clock: MovableClock
) -> None:
    attempts = Attempts()
    for _ in range(500):
        assert decision.judge(AWAY, TOPIC, attempts) == "case_source"
        clock.now += timedelta(minutes=10)
    assert attempts.verdict is None


def test_an_event_that_alone_is_refused_for_its_whole_budget_is_set_aside(
    decision: RetryDecision, clock: MovableClock
) -> None:
    attempts = Attempts()
    decision.judge(AWAY, TOPIC, attempts)
    for _ in range(5):
        decision.went_through(TOPIC)
    clock.now += timedelta(minutes=14)
    decision.judge(AWAY, TOPIC, attempts)
    assert attempts.verdict is None
    clock.now += timedelta(minutes=1)
    decision.judge(AWAY, TOPIC, attempts)
    assert attempts.verdict is not None
    assert attempts.verdict.disposition is Disposition.EXHAUSTED
    assert attempts.verdict.code is ReasonCode.RETRY_BUDGET_SPENT
    assert attempts.verdict.parks_later_events


def test_events_that_went_through_before_the_first_failure_or_on_another_topic_prove_nothing(
    decision: RetryDecision, clock: MovableClock
) -> None:
    attempts = Attempts()
    for _ in range(50):
        decision.went_through(TOPIC)
    decision.judge(AWAY, TOPIC, attempts)
    for _ in range(50):
        decision.went_through("consent.reviewed")
    clock.now += timedelta(days=1)
    decision.judge(AWAY, TOPIC, attempts)
    assert attempts.verdict is None


@pytest.mark.parametrize(
    ("error", "dependency"),
    [
        (AWAY, "case_source"),
        (OperationalError("SELECT", {}, OSError()), "register"),
        (KafkaTimeoutError(), "kafka"),
    ],
)
def test_an_error_of_the_register_or_the_broker_means_that_it_is_away(
    decision: RetryDecision, error: Exception, dependency: str
) -> None:
    assert decision.judge(error, TOPIC, Attempts()) == dependency


@pytest.mark.parametrize("parks", [True, False])
def test_an_event_that_cannot_be_processed_is_set_aside_at_once(decision: RetryDecision, *, parks: bool) -> None:
    attempts = Attempts()
    error = CannotBeProcessed(ReasonCode.DOCUMENT_CHANGED, parks_later_events=parks)
    assert decision.judge(error, TOPIC, attempts) is None
    assert attempts.verdict is not None
    assert attempts.verdict.code is ReasonCode.DOCUMENT_CHANGED
    assert attempts.verdict.disposition is Disposition.PERMANENT
    assert attempts.verdict.parks_later_events is parks


def test_an_unknown_error_gets_three_tries(decision: RetryDecision) -> None:
    attempts = Attempts()
    verdicts = []
    for _ in range(3):
        assert decision.judge(LookupError("a person's name"), TOPIC, attempts) is None
        verdicts.append(attempts.verdict)
    assert verdicts[:2] == [None, None]
    assert verdicts[2] is not None
    assert (verdicts[2].code, verdicts[2].error_class) == (ReasonCode.UNCLASSIFIED, "LookupError")


def test_unknown_errors_in_between_outages_spend_the_budget(decision: RetryDecision, clock: MovableClock) -> None:
    attempts = Attempts()
    decision.judge(LookupError(), TOPIC, attempts)
    clock.now += timedelta(minutes=15)
    decision.judge(LookupError(), TOPIC, attempts)
    assert attempts.verdict is not None
    assert attempts.verdict.code is ReasonCode.RETRY_BUDGET_SPENT


def test_a_judged_event_gets_no_second_verdict_when_carrying_out_the_first_fails(decision: RetryDecision) -> None:
    attempts = Attempts()
    for _ in range(10):
        assert decision.judge(LookupError(), TOPIC, attempts, judged=True) == OWN_WORK
    assert attempts.verdict is None


def test_waits_are_drawn_from_nothing_to_a_ceiling_that_doubles_up_to_half_a_minute() -> None:
    ceilings: list[float] = []

    def draw(least: float, most: float) -> float:
        assert least == 0
        ceilings.append(most)
        return most / 2

    backoff = Backoff(draw)
    waits = [backoff.next_seconds() for _ in range(10)]
    assert ceilings == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30.0, 30.0]
    assert waits[0] == 0.1
