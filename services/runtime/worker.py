"""Runs a stage on Kafka until it is told to stop; ``faust_app.py`` says why Faust is held so tightly."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from enum import IntEnum
from typing import Any

from kafka.errors import KafkaError

from services.register.configurations import note_configuration
from services.register.database import Database
from services.runtime import outgoing, processed_events
from services.runtime.backoff import Backoff
from services.runtime.clock import Clock, utc_now
from services.runtime.companions import keep_running
from services.runtime.event_processor import EventProcessor, Outcome
from services.runtime.faust_app import Consumption, StageApp, new_app, run_until
from services.runtime.publisher import KafkaPublisher
from services.runtime.record import Record
from services.runtime.relay import OutgoingRelay
from services.runtime.settings import RuntimeSettings
from services.runtime.stage import Stage
from services.runtime.structured_log import configure, get_logger
from services.runtime.topic_admin import TopicsMissing, require_topics
from services.runtime.worker_status import HEARTBEAT_SECONDS, THROTTLE_SECONDS, WorkerStatus

LEFTOVER_SECONDS = 5.0
"""How often a worker publishes what a killed one of its stage left in the outbox."""

HOUSEKEEPING_SECONDS = 3600.0


class Exit(IntEnum):
    """How a worker ends."""

    STOPPED = 0
    TOPICS_MISSING = 3
    TOO_MANY_DEAD_LETTERS = 4


def run(stage: Stage, settings: RuntimeSettings, database: Database) -> None:
    """Run the stage; blocks. SIGTERM and SIGINT finish the events in hand, commit and return.

    Args:
        stage: what to run.
        settings: broker, log, home folder.
        database: the register; closed at the end.

    Raises:
        SystemExit: with one of ``Exit``'s codes when the worker can't go on.
    """
    configure(settings, stage.name.value)
    code = asyncio.run(_Worker(stage, settings, database, utc_now).run())
    if code is not Exit.STOPPED:
        raise SystemExit(int(code))


class _Worker:
    def __init__(self, stage: Stage, settings: RuntimeSettings, database: Database, clock: Clock) -> None:
        self._stage = stage
        self._settings = settings
        self._database = database
        self._clock = clock
        self._publisher = KafkaPublisher(settings.kafka_brokers)
        self._status = WorkerStatus(stage.name.value, settings.home / "status", clock)
        for gauge in stage.gauges:
            self._status.metrics.watch(gauge)
        self._relay = OutgoingRelay(database, self._publisher, stage.name, clock, poll_seconds=LEFTOVER_SECONDS)
        self._processor = EventProcessor(
            stage,
            database=database,
            relay=self._relay,
            status=self._status,
            clock=clock,
            pause=self._pause,
            dead_letter_limit=settings.dead_letter_limit,
        )
        self._stopping = asyncio.Event()
        self._leave_what_waits = asyncio.Event()
        self._exit = Exit.STOPPED
        self._log = get_logger()

    async def run(self) -> Exit:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        if not await self._topics_exist():
            return self._exit
        self._log.info("worker starts", topics=[consumer.reads.name for consumer in self._stage.consumers])
        with self._beside():
            await self._consume_until_stopped()
        for close in (*self._stage.closing, self._publisher.close, self._database.close):
            await close()
        self._status.remove()
        self._log.info("worker ended", exit=int(self._exit))
        return self._exit

    async def _consume_until_stopped(self) -> None:
        """A crash of Faust (a broker that restarts, a fenced member) costs a new application, not the process."""
        backoff = Backoff()
        while not self._stopping.is_set():
            started = time.monotonic()
            app = new_app(self._stage, self._settings.kafka_brokers, self._settings.home / "faust")
            self._connect(app)
            if not await run_until(app, self._stopping):
                self._log.error("consumer crashed and starts again")
                if time.monotonic() - started > HOUSEKEEPING_SECONDS:
                    backoff = Backoff()
                await self._wait(self._stopping, backoff.next_seconds())

    def _connect(self, app: StageApp) -> None:
        loop = asyncio.get_running_loop()

        def partitions_move() -> None:
            loop.call_soon_threadsafe(self._leave_what_waits.set)  # Faust calls this in its consumer thread

        app.partitions_move = partitions_move
        signals: Any = app  # Faust's own types refuse a bound coroutine method
        signals.on_partitions_revoked.connect(self._handed_over)
        signals.on_partitions_assigned.connect(self._assigned)
        Consumption(app, self._stage, self._process, self._status.committed)

    async def _process(self, record: Record) -> Outcome:
        outcome = await self._processor.process(record)
        if self._processor.limit_reached and self._exit is Exit.STOPPED:
            self._exit = Exit.TOO_MANY_DEAD_LETTERS
            self._log.critical(
                "too many dead letters in a row: the stage stops", limit=self._settings.dead_letter_limit
            )
            self._stop()
        return outcome

    async def _handed_over(self, _app: Any, *_: Any, **__: Any) -> None:
        """Everything in hand is done with or left; what comes next belongs to the new assignment."""
        if not self._stopping.is_set():
            self._leave_what_waits.clear()

    async def _assigned(self, _app: Any, partitions: Any, *_: Any, **__: Any) -> None:
        self._status.assigned([(partition.topic, partition.partition) for partition in partitions])

    def _stop(self) -> None:
        self._status.stops()
        self._stopping.set()
        self._leave_what_waits.set()

    async def _pause(self, seconds: float) -> bool:
        return not await self._wait(self._leave_what_waits, seconds)

    @staticmethod
    async def _wait(event: asyncio.Event, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()
        return event.is_set()

    async def _topics_exist(self) -> bool:
        """A consumer that starts before its topics would wait for them unseen, so this is checked first."""
        backoff = Backoff()
        wanted = {consumer.reads.name for consumer in self._stage.consumers}
        wanted |= {consumer.reads.dead_letters for consumer in self._stage.consumers}
        wanted |= {topic.name for topic in self._stage.writes}
        while not self._stopping.is_set():
            try:
                await asyncio.to_thread(require_topics, self._settings.kafka_brokers, wanted)
            except TopicsMissing as missing:
                self._log.critical("topics are missing: create them before the workers start", topics=missing.names)
                self._exit = Exit.TOPICS_MISSING
                return False
            except KafkaError:
                self._log.warning("worker waits", dependency="kafka")
                await self._wait(self._stopping, backoff.next_seconds())
            else:
                return True
        return False

    @contextmanager
    def _beside(self) -> Iterator[None]:
        own: dict[str, Callable[[], Awaitable[None]]] = {
            "status": self._write_status,
            "relay": self._relay.run,
            "housekeeping": self._keep_house,
            "configuration": self._note_configuration,
        }
        companions = own | {f"companion {number}": one for number, one in enumerate(self._stage.companions)}
        tasks = [asyncio.create_task(keep_running(name, companion)) for name, companion in companions.items()]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()

    async def _write_status(self) -> None:
        written = 0.0
        while True:
            if self._status.changed or time.monotonic() - written >= HEARTBEAT_SECONDS:
                self._status.write()
                written = time.monotonic()
            await asyncio.sleep(THROTTLE_SECONDS)

    async def _note_configuration(self) -> None:
        """Record what this worker was told; tried again while the register is away."""
        async with self._database.transaction() as tx:
            process = self._stage.name.value
            await note_configuration(tx, process=process, settings=self._settings, at=self._clock())
        await asyncio.Event().wait()  # a companion that ends is started again

    async def _keep_house(self) -> None:
        while True:
            async with self._database.transaction() as tx:
                before = self._clock() - timedelta(days=self._settings.processed_days)
                await processed_events.forget(tx, before=before)
                await outgoing.forget(tx, before=before)
            await asyncio.sleep(HOUSEKEEPING_SECONDS)
