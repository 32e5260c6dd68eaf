"""The Faust application of a stage, set so that it loses nothing.

Faust 0.15 loses events in ordinary situations: an agent raises; one event in the middle is never acknowledged; more
than one event of a partition is in hand and the worker is killed; a stop does not wait for what is in hand. Hence:
nothing raises into an agent, an event is acknowledged when it is done with and not before, nothing behind an event that
was left is acknowledged, each partition has one event in hand at a time, and a stop waits.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import faust
from typing_extensions import override

from services.runtime.event_processor import Outcome
from services.runtime.record import Record, received_headers
from services.runtime.stage import Stage

SESSION_SECONDS = 10.0
"""A killed worker's partitions are taken over after this; Faust's default of 60 s is a long silence."""

HEARTBEAT_SECONDS = 3.0
REBALANCE_SECONDS = 60.0
"""The broker waits this long for a worker to finish what it has in hand; work is limited to 45 s (child_pool)."""

BUFFERED_EVENTS = 8
"""Records read ahead for each agent; Faust's default of 4,096 took 350 MB with records of 100 kB."""

COMMIT_SECONDS = 0.5
"""A net under the commit after each event."""

CRASH_CHECK_SECONDS = 0.2


class StageApp(faust.App):
    """A Faust application that says when its partitions are about to move."""

    logger = logging.getLogger("faust.stage")  # otherwise Faust logs in this module's name
    partitions_move: Callable[[], None]

    @override
    def on_rebalance_start(self) -> None:
        """Tell the worker first: events that only wait are left, so that nobody waits for them."""
        self.partitions_move()
        super().on_rebalance_start()


def new_app(stage: Stage, brokers: str, folder: Path) -> StageApp:
    """Return an application without agents.

    Args:
        stage: its name is the consumer group.
        brokers: comma-separated ``host:port``.
        folder: Faust wants one; nothing is kept in it.
    """
    return StageApp(
        stage.name.value,
        broker=";".join(f"kafka://{broker}" for broker in brokers.split(",")),
        store="memory://",
        datadir=folder,
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        key_serializer="raw",
        value_serializer="raw",
        processing_guarantee="at_least_once",
        consumer_auto_offset_reset="earliest",
        stream_wait_empty=True,
        stream_buffer_maxsize=BUFFERED_EVENTS,
        broker_max_poll_records=BUFFERED_EVENTS,
        broker_session_timeout=SESSION_SECONDS,
        broker_heartbeat_interval=HEARTBEAT_SECONDS,
        broker_rebalance_timeout=REBALANCE_SECONDS,
        broker_commit_interval=COMMIT_SECONDS,
        broker_request_timeout=SESSION_SECONDS * 2,
    )


class Consumption:
    """Feeds every record of the stage's topics to ``process``, and commits its offset afterwards.

    Args:
        app: the application; this adds its agents.
        stage: whose topics.
        process: sees a record through; never raises.
        committed: called after each commit.
    """

    def __init__(
        self,
        app: StageApp,
        stage: Stage,
        process: Callable[[Record], Awaitable[Outcome]],
        committed: Callable[[], None],
    ) -> None:
        self._app = app
        self._process = process
        self._committed = committed
        self._left: dict[Any, int] = {}
        for consumer in stage.consumers:
            topic = app.topic(consumer.reads.name, key_serializer="raw", value_serializer="raw", internal=False)
            name = f"{stage.name.value}.{consumer.reads.name}"
            app.agent(topic, name=name, concurrency=1, isolated_partitions=True)(self._consume)

    async def _consume(self, stream: Any) -> None:
        stream.enable_acks = False
        async for event in stream.events():
            await self._see_through(stream, event)

    async def _see_through(self, stream: Any, event: Any) -> None:
        message = event.message
        if self._is_behind_one_that_was_left(message.tp, message.offset):
            self._leave(message)
            return
        outcome = await self._process(
            Record(
                topic=message.topic,
                partition=message.partition,
                offset=message.offset,
                key=message.key,
                value=message.value,
                headers=received_headers(message.headers),
            )
        )
        if outcome is Outcome.LEFT:
            self._left[message.tp] = message.offset
            self._leave(message)
            return
        await stream.ack(event)
        await self._app.consumer.commit()
        self._committed()

    def _leave(self, message: Any) -> None:
        """Neither acknowledged nor waited for; it is read again from the committed offset."""
        self._app.consumer.unacked.discard(message)

    def _is_behind_one_that_was_left(self, partition: Any, offset: int) -> bool:
        """Acknowledging it would move the commit past the one that was left, and so lose that one."""
        left = self._left.get(partition)
        if left is None:
            return False
        consumer: Any = self._app.consumer
        committed = consumer._committed_offset.get(partition)  # noqa: SLF001 - as read from the broker
        if offset <= left or (committed is not None and committed > left):
            del self._left[partition]  # delivered again, or another worker has seen to it
            return False
        return True


async def run_until(app: StageApp, stopping: asyncio.Event) -> bool:
    """Run the application until told to stop, finish what is in hand, and return True; False when it crashed."""
    starting = asyncio.ensure_future(app.start())
    told = asyncio.ensure_future(stopping.wait())
    while not told.done() and not app.should_stop and not _failed(starting):
        await asyncio.wait({told}, timeout=CRASH_CHECK_SECONDS)
    crashed = not told.done()
    await app.stop()
    for task in (starting, told):
        task.cancel()
    await asyncio.wait({starting, told})
    return not crashed


def _failed(starting: "asyncio.Future[Any]") -> bool:
    return starting.done() and (starting.cancelled() or starting.exception() is not None)
