"""What reaches the processor from a Kafka client; Faust itself is played by the few parts that are touched."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from services.runtime.event_processor import Outcome
from services.runtime.faust_app import Consumption
from services.runtime.incoming import event_id_of
from services.runtime.record import Record
from tests.support.echo_stage import echo_stage


@dataclass
class SmallConsumer:
    commits: int = 0

    async def commit(self) -> None:
        self.commits += 1


@dataclass
class SmallApp:
    """Keeps the agents that are added."""

    consumer: SmallConsumer = field(default_factory=SmallConsumer)
    agents: list[Callable[[Any], Awaitable[None]]] = field(default_factory=list)

    def topic(self, name: str, **_settings: Any) -> str:
        return name

    def agent(self, _topic: str, **_settings: Any) -> Callable[[Any], None]:
        return self.agents.append


@dataclass
class SmallStream:
    message: Any
    acknowledged: int = 0

    async def events(self) -> AsyncIterator[Any]:
        yield SimpleNamespace(message=self.message)

    async def ack(self, _event: Any) -> None:
        self.acknowledged += 1


async def test_a_header_without_a_value_is_an_empty_one_and_stops_nothing(tmp_path: Any) -> None:
    seen: list[Record] = []

    async def process(record: Record) -> Outcome:
        assert event_id_of(record) is None
        seen.append(record)
        return Outcome.DEAD_LETTERED

    app: Any = SmallApp()
    Consumption(app, echo_stage(tmp_path), process, lambda: None)
    headers = [("ce_specversion", b"1.0"), ("ce_id", None)]
    stream = SmallStream(
        SimpleNamespace(
            topic="consent.uploaded", partition=0, offset=7, tp=("consent.uploaded", 0), key=b"k", value=b"v",
            headers=headers,
        )
    )  # fmt: skip
    await app.agents[0](stream)

    assert [record.headers for record in seen] == [(("ce_specversion", b"1.0"), ("ce_id", b""))]
    assert (stream.acknowledged, app.consumer.commits) == (1, 1)
