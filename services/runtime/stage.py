"""What a stage is: a consumer group, the topics it reads, and one plain function for each."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from schemas.event import Event
from schemas.topics import Topic, Writer
from services.register.database import Transaction


@dataclass(frozen=True)
class Delivery:
    """Where the event in hand came from; handlers that need a stable id use ``event_id``."""

    event_id: UUID
    topic: str
    partition: int
    offset: int


Prepare = Callable[[Any], Awaitable[Any]]
"""``async (event) -> preparation``: slow work without a transaction (OCR, rendering); may be repeated."""

Handle = Callable[[Any, Any, Transaction], Awaitable[Sequence[Event]]]
"""``async (event, preparation, transaction) -> events``: decisions and effects, all inside one transaction.

The runtime adds the processed mark and the outgoing events to the same transaction, commits it, publishes, and then
commits the offset. A handler never publishes by itself.
"""


@dataclass(frozen=True)
class Consumer:
    """One topic and the function that handles its events. Collaborators are bound in the stage's app.py."""

    reads: Topic
    handle: Handle
    prepare: Prepare | None = None


@dataclass(frozen=True)
class Gauge:
    """A count that operators watch beside the runtime's own; read whenever the worker's status is written.

    ``name`` as Prometheus wants it; ``value`` is quick and never fails.
    """

    name: str
    meaning: str
    value: Callable[[], float]


@dataclass(frozen=True)
class Stage:
    """A consumer group.

    ``companions`` run beside the consumers for as long as the worker does (a mail sender, say); ``closing`` is called
    once the last event is done with (worker processes, connections); ``gauges`` are counts of its own that go into the
    worker's status.
    """

    name: Writer
    consumers: tuple[Consumer, ...]
    writes: tuple[Topic, ...]
    companions: tuple[Callable[[], Awaitable[None]], ...] = ()
    closing: tuple[Callable[[], Awaitable[None]], ...] = ()
    gauges: tuple[Gauge, ...] = ()
