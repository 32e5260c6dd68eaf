from datetime import timedelta
from uuid import uuid4

from sqlalchemy import select

from services.register.database import Database
from services.register.tables import OutgoingEvent
from services.runtime import outgoing
from tests.support.register_builders import NOON


async def test_published_records_are_forgotten_and_waiting_ones_and_dead_letters_are_not(
    register_database: Database,
) -> None:
    before = NOON - timedelta(days=45)
    rows = {
        "old": ("nyc.snapshot.consent.uploaded.v1", before - timedelta(seconds=1)),
        "new": ("nyc.snapshot.consent.uploaded.v1", before),
        "waiting": ("nyc.snapshot.consent.uploaded.v1", None),
        "dead": ("dlq.nyc.snapshot.consent.uploaded.v1", before - timedelta(days=9)),
    }
    async with register_database.transaction() as tx:
        for name, (topic, published_at) in rows.items():
            tx.add(
                OutgoingEvent(
                    event_id=uuid4(), writer="portal", topic=topic, partition=None, key=name.encode(), value=b"",
                    headers=[], created_at=before - timedelta(days=10), published_at=published_at,
                )
            )  # fmt: skip
    async with register_database.transaction() as tx:
        assert await outgoing.forget(tx, before=before) == 1
    async with register_database.reading() as tx:
        assert set(await tx.scalars(select(OutgoingEvent.key))) == {b"new", b"waiting", b"dead"}
