"""From a record in hand to being done with it; knows no broker. Every worker and the in-memory broker use it.

Order of things: decode, look whether it is a repeat or has to park, prepare (slow, no transaction), then ONE
transaction of effects + processed mark + outgoing events, then publish, and only then may the offset be committed. A
crash between any two of these repeats the event, and the repeat publishes what was not published and does nothing else.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum

from schemas.topics import Writer
from services.register.database import Database
from services.runtime import dead_letters, processed_events
from services.runtime.backoff import Backoff
from services.runtime.clock import Clock
from services.runtime.dead_letter_record import REPLAY_GROUP, Disposition, Verdict
from services.runtime.incoming import Incoming, event_id_of, read_event
from services.runtime.outgoing import queue
from services.runtime.record import Record
from services.runtime.relay import OutgoingRelay
from services.runtime.retry_decision import OWN_WORK, Attempts, RetryDecision, parked
from services.runtime.stage import Consumer, Stage
from services.runtime.structured_log import bound_to_event, facts_of, get_logger
from services.runtime.worker_status import InHand, WorkerStatus


class Outcome(StrEnum):
    """What became of a record. After all but ``LEFT`` its offset is to be committed."""

    HANDLED = "handled"
    REPEATED = "repeated"
    DEAD_LETTERED = "dead_lettered"
    PARKED = "parked"
    FOR_ANOTHER_GROUP = "for_another_group"
    LEFT = "left"
    """Given up while waiting, because the worker stops or hands its partitions over; it will be delivered again."""


Pause = Callable[[float], Awaitable[bool]]
"""``async (seconds) -> go on``: waits; False when the worker should rather leave the event."""


@dataclass
class _Work:
    record: Record
    in_hand: InHand
    attempts: Attempts = field(default_factory=Attempts)
    effect: Outcome | None = None
    """Set once the transaction has committed; what remains is publishing."""


class EventProcessor:
    """Processes the records of one stage. One instance a worker; different partitions may be in hand at the same time.

    Args:
        stage: its consumers.
        database: the register.
        relay: publishes the stage's outbox.
        status: what operators see.
        clock: the time.
        pause: waits between attempts.
        dead_letter_limit: dead letters in a row after which ``limit_reached`` turns true.
        new_backoff: makes the waits of one event.
    """

    def __init__(
        self,
        stage: Stage,
        *,
        database: Database,
        relay: OutgoingRelay,
        status: WorkerStatus,
        clock: Clock,
        pause: Pause,
        dead_letter_limit: int,
        new_backoff: Callable[[], Backoff] = Backoff,
    ) -> None:
        self._group: Writer = stage.name
        self._consumers: dict[str, Consumer] = {consumer.reads.name: consumer for consumer in stage.consumers}
        self._database = database
        self._relay = relay
        self._status = status
        self._clock = clock
        self._pause = pause
        self._limit = dead_letter_limit
        self._new_backoff = new_backoff
        self._decision = RetryDecision(clock)
        self._dead_letters_in_a_row = 0
        self._log = get_logger()

    @property
    def limit_reached(self) -> bool:
        """Whether so many dead letters followed each other that the stage has to stop and be looked at."""
        return self._dead_letters_in_a_row >= self._limit

    async def process(self, record: Record) -> Outcome:
        """See a record through. Never raises: whatever a handler raises ends as a retry or a dead letter."""
        started = time.monotonic()
        event_id = event_id_of(record)
        work = _Work(record, self._status.taken(record, event_id))
        with bound_to_event(
            stage=self._group.value,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            event_id=str(event_id) if event_id else None,
            consent_id=str(record.consent_id) if record.consent_id else None,
        ):
            outcome = await self._until_done(work)
            self._status.released(work.in_hand)
            self._status.metrics.done(outcome.value, time.monotonic() - started)
            self._count(outcome)
            self._log.info("event done with", outcome=outcome.value, attempts=work.attempts.made + 1)
        return outcome

    async def _until_done(self, work: _Work) -> Outcome:
        backoff = self._new_backoff()
        while True:
            try:
                return await self._attempt(work)
            except Exception as error:  # noqa: BLE001 - the only one: an exception that left here would lose the event
                judged = work.effect is not None or work.attempts.verdict is not None
                dependency = self._decision.judge(error, work.record.topic, work.attempts, judged=judged)
                self._report(error, dependency, work)
                if work.attempts.verdict is not None and not judged:
                    continue
                self._status.waits(work.in_hand, dependency)
            if not await self._pause(backoff.next_seconds()):
                return Outcome.LEFT

    async def _attempt(self, work: _Work) -> Outcome:
        record, verdict = work.record, work.attempts.verdict
        if record.header(REPLAY_GROUP) not in {None, self._group.value}:
            return Outcome.FOR_ANOTHER_GROUP
        if work.effect is None:
            work.effect = await self._settled_before(record) or (
                await self._set_aside(record, verdict) if verdict else await self._handle(record)
            )
        await self._relay.publish_waiting(keys={record.key or b""})
        return work.effect

    async def _settled_before(self, record: Record) -> Outcome | None:
        event_id = event_id_of(record)
        async with self._database.reading() as tx:
            if await dead_letters.is_set_aside(tx, record, group=self._group, event_id=event_id):
                return Outcome.REPEATED
            if event_id and await processed_events.is_processed(tx, group=self._group, event_id=event_id):
                return Outcome.REPEATED
            return None

    async def _handle(self, record: Record) -> Outcome:
        consumer = self._consumers[record.topic]
        incoming = read_event(record, consumer.reads)
        if await self._has_to_park(record):
            return await self._set_aside(record, parked(self._clock()))
        preparation = await consumer.prepare(incoming.event) if consumer.prepare else None
        try:
            await self._take_effect(consumer, incoming, preparation)
        except processed_events.AlreadyProcessed:
            return Outcome.REPEATED
        self._decision.went_through(record.topic)
        return Outcome.HANDLED

    async def _take_effect(self, consumer: Consumer, incoming: Incoming, preparation: object) -> None:
        async with self._database.transaction() as tx:
            at = self._clock()
            await processed_events.mark(tx, group=self._group, event_id=incoming.event_id, at=at)
            events = await consumer.handle(incoming.event, preparation, tx)
            await queue(tx, writer=self._group, parent=incoming.event_id, events=events, at=at)

    async def _has_to_park(self, record: Record) -> bool:
        async with self._database.reading() as tx:
            return await dead_letters.is_parked(tx, record, group=self._group)

    async def _set_aside(self, record: Record, verdict: Verdict) -> Outcome:
        async with self._database.transaction() as tx:
            await dead_letters.set_aside(tx, record, verdict, group=self._group, at=self._clock())
        waits_for_another = verdict.disposition is Disposition.QUARANTINED
        return Outcome.PARKED if waits_for_another else Outcome.DEAD_LETTERED

    def _report(self, error: Exception, dependency: str | None, work: _Work) -> None:
        self._status.metrics.retried(dependency or type(error).__name__)
        if dependency == OWN_WORK:
            self._log.error("event waits", dependency=dependency, attempts=work.attempts.made, **facts_of(error))
        elif work.attempts.verdict is not None:
            self._log.error("event set aside", code=work.attempts.verdict.code.value, **facts_of(error))
        elif dependency is not None:
            self._log.warning("event waits", dependency=dependency, attempts=work.attempts.made)
        else:
            self._log.error("attempt failed", attempts=work.attempts.made, **facts_of(error))

    def _count(self, outcome: Outcome) -> None:
        if outcome is Outcome.DEAD_LETTERED:
            self._dead_letters_in_a_row += 1
        elif outcome is Outcome.HANDLED:
            self._dead_letters_in_a_row = 0
