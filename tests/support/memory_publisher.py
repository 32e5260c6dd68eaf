"""A publisher that keeps what it is given, and refuses when told to."""

from collections.abc import Sequence

from services.runtime.failures import TemporarilyUnavailable
from services.runtime.record import OutgoingRecord


class MemoryPublisher:
    def __init__(self) -> None:
        self.records: list[OutgoingRecord] = []
        self.away = False
        self.refuses = 0

    async def publish(self, records: Sequence[OutgoingRecord]) -> None:
        if self.away or self.refuses > 0:
            self.refuses -= 1
            raise TemporarilyUnavailable("kafka")
        self.records.extend(records)

    async def close(self) -> None:
        pass
