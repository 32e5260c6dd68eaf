"""Closing expired consents on a register of its own."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from notifier.delivery.closing import REST_SECONDS, close_expired
from services.register import consents
from services.register.database import Database
from services.register.states import ConsentStatus
from services.vault.vault import Kind, ObjectMissing
from tests.support.register_builders import GateWorld


class Stopped(Exception):
    """Ends the endless loop."""


async def test_a_consent_is_closed_and_its_key_destroyed_once_its_last_day_is_over(sqlite_register: Database) -> None:
    gates = GateWorld()
    async with sqlite_register.transaction() as tx:
        today = gates.clock().date()
        ending = await gates.approved_consent(tx, status=ConsentStatus.DELIVERED, expires_on=today)
        lasting = await gates.approved_consent(tx, status=ConsentStatus.DELIVERED, expires_on=date(2027, 1, 1))
    seen = []

    async def rest(_seconds: float) -> None:
        async with sqlite_register.reading() as tx:
            rows = [await consents.get(tx, one.id) for one in (ending, lasting)]
        seen.append([row.status for row in rows])
        gates.clock.now += timedelta(days=1)
        if len(seen) == 2:
            raise Stopped

    with pytest.raises(Stopped):
        await close_expired(sqlite_register, vault=gates.vault, clock=gates.clock, rest=rest)

    delivered, expired = ConsentStatus.DELIVERED, ConsentStatus.EXPIRED
    assert seen == [[delivered, delivered], [expired, delivered]]
    async with sqlite_register.transaction() as tx:
        with pytest.raises(ObjectMissing):
            await gates.vault.open(tx, ending.id, Kind.GRANT)
        await gates.vault.open(tx, lasting.id, Kind.GRANT)


async def test_a_register_that_is_away_is_asked_again_after_the_rest(tmp_path: Path) -> None:
    without_tables = Database(f"sqlite:///{tmp_path / 'new.db'}")
    gates = GateWorld()
    rests = []

    async def rest(seconds: float) -> None:
        rests.append(seconds)
        if len(rests) == 2:
            raise Stopped

    with pytest.raises(Stopped):
        await close_expired(without_tables, vault=gates.vault, clock=gates.clock, rest=rest)
    await without_tables.close()
    assert rests == [REST_SECONDS, REST_SECONDS]
