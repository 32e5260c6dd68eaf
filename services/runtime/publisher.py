"""Publishing: records go to the broker and are acknowledged by it, in the order given."""

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

from kafka import KafkaProducer
from kafka.errors import KafkaError

from services.runtime.broker_address import require_reachable
from services.runtime.failures import TemporarilyUnavailable
from services.runtime.record import OutgoingRecord

ACKNOWLEDGE_SECONDS = 15
"""After this an attempt counts as failed and is made again; the same record may then arrive twice, with the same id."""


class Publisher(Protocol):
    """Whatever takes records to the broker."""

    async def publish(self, records: Sequence[OutgoingRecord]) -> None:
        """Return when the broker has every record; records of one key and topic keep their order.

        Raises:
            TemporarilyUnavailable: it may have some of them; give it all of them again.
        """

    async def close(self) -> None:
        """Give up the connection."""


class KafkaPublisher:
    """A producer that waits for every in-sync replica and never reorders. Connects when first used.

    Args:
        brokers: comma-separated ``host:port``.
    """

    def __init__(self, brokers: str) -> None:
        self._brokers = brokers
        self._producer: Any = None
        self._connecting = asyncio.Lock()

    async def publish(self, records: Sequence[OutgoingRecord]) -> None:
        """Publish; see ``Publisher``."""
        if not records:
            return
        try:
            producer = await self._connected()
            await asyncio.to_thread(_send_and_wait, producer, records)
        except KafkaError:
            # A producer that lost track of its sequence numbers stays broken: the next attempt takes a new one.
            await self.close()
            raise TemporarilyUnavailable("kafka") from None

    async def close(self) -> None:
        """Close the connection; publishing again opens a new one."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await asyncio.to_thread(producer.close, 0)

    async def _connected(self) -> Any:
        async with self._connecting:
            if self._producer is None:
                self._producer = await asyncio.to_thread(self._connect)
            return self._producer

    def _connect(self) -> Any:
        require_reachable(self._brokers)
        return KafkaProducer(
            bootstrap_servers=self._brokers.split(","),
            client_id="snapshot-publisher",
            acks="all",
            enable_idempotence=True,
            allow_auto_create_topics=False,
            linger_ms=0,
            max_block_ms=ACKNOWLEDGE_SECONDS * 1000,
            request_timeout_ms=(ACKNOWLEDGE_SECONDS - 5) * 1000,
            delivery_timeout_ms=ACKNOWLEDGE_SECONDS * 1000,
            bootstrap_timeout_ms=ACKNOWLEDGE_SECONDS * 1000,
        )


def _send_and_wait(producer: Any, records: Sequence[OutgoingRecord]) -> None:
    sent = [
        producer.send(
            record.topic, value=record.value, key=record.key, partition=record.partition, headers=list(record.headers)
        )
        for record in records
    ]
    for acknowledgement in sent:
        acknowledgement.get(timeout=ACKNOWLEDGE_SECONDS)
