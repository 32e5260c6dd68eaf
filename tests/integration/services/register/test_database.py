from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError

from schemas.values import Party
from services.register.database import Database
from services.register.states import ConsentStatus
from services.register.tables import Consent, ProcessedEvent
from tests.support.register_builders import NOON, a_consent, a_person, an_organization


async def test_times_come_back_aware_and_in_utc_wherever_they_came_from(register_database: Database) -> None:
    event_id = uuid4()
    in_new_york = datetime(2026, 11, 16, 12, 0, 0, 123_456, timezone(timedelta(hours=-5)))
    async with register_database.transaction() as tx:
        tx.add(ProcessedEvent(group="g", event_id=event_id, processed_at=in_new_york))
    async with register_database.reading() as tx:
        stored = await tx.scalar(select(ProcessedEvent.processed_at))
    assert stored == in_new_york
    assert stored.tzinfo is UTC


async def test_a_time_without_a_zone_is_refused(register_database: Database) -> None:
    async with register_database.transaction() as tx:
        tx.add(ProcessedEvent(group="g", event_id=uuid4(), processed_at=NOON.replace(tzinfo=None)))
        with pytest.raises(StatementError, match="aware"):
            await tx.flush()
        await tx.rollback()


async def test_words_come_back_as_members_and_an_unknown_word_is_an_error(register_database: Database) -> None:
    async with register_database.transaction() as tx:
        organization = await an_organization(tx)
        await a_consent(tx, organization, await a_person(tx, organization))
    async with register_database.reading() as tx:
        row = (await tx.execute(select(Consent.status, Consent.party))).one()
        assert (type(row.status), type(row.party)) == (ConsentStatus, Party)
    async with register_database.transaction() as tx:
        await tx.execute(text("UPDATE consents SET status = 'opened'"))
    async with register_database.reading() as tx:
        with pytest.raises(ValueError, match="opened"):
            await tx.scalar(select(Consent.status))


async def test_an_error_does_not_quote_what_was_to_be_stored(register_database: Database) -> None:
    async with register_database.transaction() as tx:
        organization = await an_organization(tx)
        organization.contact_email = "secret-value"
        organization.status = None  # type: ignore[assignment]
        with pytest.raises(IntegrityError) as caught:
            await tx.flush()
        await tx.rollback()
    assert "secret-value" not in f"{caught.value} {caught.value.orig} {caught.value!r} {caught.value.orig!r}"


async def test_what_is_read_in_a_reading_is_never_committed(register_database: Database) -> None:
    async with register_database.reading() as tx:
        tx.add(ProcessedEvent(group="g", event_id=uuid4(), processed_at=NOON))
        await tx.flush()
    async with register_database.reading() as tx:
        assert await tx.scalar(select(ProcessedEvent.event_id)) is None


def test_only_the_two_databases_that_are_tested_are_accepted() -> None:
    with pytest.raises(ValueError, match="sqlite"):
        Database("mysql://localhost/register")
