"""An operator sends a failed message again."""

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from notifier.commands import app
from notifier.delivery.resending import CannotBeSentAgain, in_state, send_again
from schemas.values import Language
from services.register import audit, messages
from services.register.database import Database
from services.register.states import Channel, ConsentStatus, DeliveryState
from services.register.tables import AuditEntry, Person
from tests.support.notifier_world import NotifierWorld, rejected


@pytest.fixture
def world(sqlite_register: Database) -> NotifierWorld:
    return NotifierWorld(sqlite_register)


async def test_a_failed_message_is_sent_again_with_its_old_id(world: NotifierWorld) -> None:
    organization = await world.organization()
    person = await world.person(organization, email="refused@families.example")
    consent = await world.consent(ConsentStatus.REJECTED, organization=organization, person=person)
    await world.handle(rejected(consent))
    await world.send_all()
    async with world.database.reading() as tx:
        (failed,) = await in_state(tx, DeliveryState.FAILED)
    async with world.database.transaction() as tx:
        (await tx.get_one(Person, person.id)).email = "right@families.example"
        await send_again(tx, failed.id, at=world.clock())
    await world.send_all()
    (mail,) = world.mail.taken
    assert (mail["To"], mail["Message-ID"]) == ("right@families.example", f"<{failed.id}@example.org>")
    async with world.database.reading() as tx:
        assert (await audit.verify(tx)).intact
        query = select(AuditEntry).where(AuditEntry.act.startswith("message.")).order_by(AuditEntry.sequence)
        entries = list(await tx.scalars(query))
    assert [entry.act for entry in entries] == ["message.failed", "message.resent", "message.sent"]
    assert {(entry.consent_id, entry.detail["message"]) for entry in entries} == {(consent.id, str(failed.id))}


async def test_a_message_that_was_sent_is_not_sent_again(world: NotifierWorld) -> None:
    await world.handle(rejected(await world.consent(ConsentStatus.REJECTED)))
    await world.send_all()
    (sent,) = await world.messages(channel=Channel.EMAIL)
    with pytest.raises(CannotBeSentAgain):
        async with world.database.transaction() as tx:
            await send_again(tx, sent.id, at=world.clock())


async def test_a_message_whose_address_is_erased_must_be_asked_for_anew(world: NotifierWorld) -> None:
    organization = await world.organization()
    async with world.database.transaction() as tx:
        message_id = await messages.share_resources(
            tx, world.master, organization_id=organization.id, address="refused@mail.example",
            resource_ids=["nyc_debt"], language=Language.ENGLISH, at=world.clock(),
        )  # fmt: skip
    await world.send_all()
    with pytest.raises(CannotBeSentAgain):
        async with world.database.transaction() as tx:
            await send_again(tx, message_id, at=world.clock())


def test_the_command_lists_failures_and_refuses_an_unknown_id(sqlite_register_url: str) -> None:
    runner = CliRunner(env={"SNAPSHOT_DATABASE_URL": sqlite_register_url})
    listed = runner.invoke(app, ["list"])
    assert listed.exit_code == 0
    assert "Failure" in listed.output
    refused = runner.invoke(app, ["resend", "00000000-0000-0000-0000-000000000001"])
    assert refused.exit_code == 1
