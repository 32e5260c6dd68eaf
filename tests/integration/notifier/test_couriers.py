"""Sending, on each database: once, later, never, and never in silence."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from notifier.delivery.courier import LEASE
from notifier.delivery.resending import CannotBeSentAgain, send_again
from notifier.rules.kinds import Kind
from notifier.rules.outgoing import Mail
from notifier.rules.redelivery import EMAIL_WAITS, Accepted, Failure, GiveUp, Outcome, TryAgain
from schemas.consent_events import RevokedBy
from schemas.values import Language
from services.register import audit, consents, messages
from services.register.database import Database
from services.register.states import Channel, ConsentStatus, DeliveryState, PersonRole, PersonStatus
from services.register.tables import Consent, Message, Organization
from services.resources.catalogue import by_id
from tests.support.memory_senders import html_text, plain_text
from tests.support.notifier_world import PORTAL, NotifierWorld, rejected, rendered, review_needed


@pytest.fixture
def world(register_database: Database) -> NotifierWorld:
    return NotifierWorld(register_database)


async def revoke(world: NotifierWorld, consent: Consent) -> None:
    async with world.database.transaction() as tx:
        assert await consents.revoke(
            tx, consent.id, by=RevokedBy.PARENT, actor=audit.SYSTEM, at=world.clock(), vault=world.gates.vault
        )


async def email_of(world: NotifierWorld) -> Message:
    (row,) = await world.messages(channel=Channel.EMAIL)
    return row


async def test_an_accepted_email_delivers_the_snapshot(world: NotifierWorld) -> None:
    consent = await world.consent(ConsentStatus.RENDERED)
    await world.handle(rendered(consent))
    assert await world.status_of(consent.id) is ConsentStatus.RENDERED
    await world.send_all()
    assert await world.status_of(consent.id) is ConsentStatus.DELIVERED
    row = await email_of(world)
    assert (row.state, row.attempts, row.sent_at, row.next_attempt_at) == (
        DeliveryState.SENT, 1, world.clock(), None,
    )  # fmt: skip
    (mail,) = world.mail.taken
    assert f"{PORTAL}/consents/{consent.id}" in plain_text(mail)


async def test_a_mail_server_that_is_down_gets_the_message_once_when_it_is_back(world: NotifierWorld) -> None:
    consent = await world.consent(ConsentStatus.RENDERED)
    await world.handle(rendered(consent))
    world.mail.away = True
    await world.send_all()
    row = await email_of(world)
    assert (row.state, row.failure) == (DeliveryState.PENDING, Failure.MAIL_SERVER_AWAY)
    assert row.next_attempt_at == world.clock() + EMAIL_WAITS[0]
    world.mail.away = False
    await world.send_all()
    assert world.mail.taken == [], "not before its time"
    world.clock.now += EMAIL_WAITS[0]
    await world.send_all()
    await world.send_all()
    assert len(world.mail.taken) == 1
    row = await email_of(world)
    assert (row.state, row.attempts, row.failure) == (DeliveryState.SENT, 2, None)


async def test_what_was_revoked_before_it_was_sent_is_cancelled_and_nothing_is_sent(world: NotifierWorld) -> None:
    consent = await world.consent(ConsentStatus.RENDERED)
    await world.handle(rendered(consent))
    await revoke(world, consent)
    await world.send_all()
    assert world.mail.taken == []
    assert (await email_of(world)).state is DeliveryState.CANCELLED


async def test_a_message_that_a_revocation_missed_is_cancelled_when_it_is_taken(world: NotifierWorld) -> None:
    consent = await world.consent(ConsentStatus.RENDERED)
    await world.handle(rendered(consent))
    await world.move(consent, ConsentStatus.REVOKED)
    await world.send_all()
    assert world.mail.taken == []
    assert (await email_of(world)).state is DeliveryState.CANCELLED


async def test_a_revocation_while_the_email_is_on_its_way_leaves_the_consent_revoked(world: NotifierWorld) -> None:
    consent = await world.consent(ConsentStatus.RENDERED)
    await world.handle(rendered(consent))

    async def send(_mail: Mail) -> Outcome:
        await revoke(world, consent)  # would wait for ever if the courier held the row while sending
        return Accepted()

    await world.mail_courier(send).send_all_due()
    assert await world.status_of(consent.id) is ConsentStatus.REVOKED
    assert (await email_of(world)).state is DeliveryState.SENT, "the row says what happened"


async def test_a_failure_after_a_revocation_is_not_tried_again(world: NotifierWorld) -> None:
    consent = await world.consent(ConsentStatus.RENDERED)
    await world.handle(rendered(consent))

    async def send(_mail: Mail) -> Outcome:
        await revoke(world, consent)
        return TryAgain(Failure.MAIL_SERVER_AWAY)

    await world.mail_courier(send).send_all_due()
    row = await email_of(world)
    assert (row.state, row.next_attempt_at) == (DeliveryState.CANCELLED, None)


async def test_a_courier_that_dies_leaves_the_message_to_the_next_one_after_the_lease(world: NotifierWorld) -> None:
    consent = await world.consent(ConsentStatus.REJECTED)
    await world.handle(rejected(consent))

    async def die(_mail: Mail) -> Outcome:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await world.mail_courier(die).send_next()
    await world.send_all()
    assert world.mail.taken == [], "the lease still runs"
    world.clock.now += LEASE
    await world.send_all()
    (mail,) = world.mail.taken
    assert mail["Message-ID"] == f"<{(await email_of(world)).id}@example.org>"


async def test_two_couriers_send_a_message_once(world: NotifierWorld) -> None:
    for _ in range(4):
        await world.handle(rejected(await world.consent(ConsentStatus.REJECTED)))
    one, other = world.mail_courier(), world.mail_courier()
    for _ in range(4):
        await asyncio.gather(one.send_all_due(), other.send_all_due())
    assert len(world.mail.taken) == 4
    assert len({mail["Message-ID"] for mail in world.mail.taken}) == 4


async def test_an_email_that_never_works_ends_as_failed_and_the_inbox_delivers(world: NotifierWorld) -> None:
    consent = await world.consent(ConsentStatus.RENDERED)
    await world.handle(rendered(consent))
    world.mail.away = True
    for wait in (timedelta(), *EMAIL_WAITS):
        world.clock.now += wait
        await world.send_all()
    row = await email_of(world)
    assert (row.state, row.attempts, row.failure) == (DeliveryState.FAILED, 9, Failure.MAIL_SERVER_AWAY)
    assert await world.status_of(consent.id) is ConsentStatus.DELIVERED
    inbox = await world.messages(channel=Channel.INBOX, person_id=consent.uploaded_by)
    assert {entry.kind for entry in inbox} == {Kind.SNAPSHOT_READY.value, Kind.EMAIL_FAILED.value}
    async with world.database.reading() as tx:
        assert (await audit.verify(tx)).intact


async def test_a_refused_address_is_given_up_at_once_and_said_once_a_day(world: NotifierWorld) -> None:
    organization = await world.organization()
    person = await world.person(organization, email="refused@families.example")
    for _ in range(3):
        consent = await world.consent(ConsentStatus.REJECTED, organization=organization, person=person)
        await world.handle(rejected(consent))
    await world.send_all()
    states = {(row.state, row.failure) for row in await world.messages(channel=Channel.EMAIL)}
    assert states == {(DeliveryState.FAILED, Failure.ADDRESS_REFUSED)}
    assert len(await world.messages(kind=Kind.EMAIL_FAILED.value)) == 1


async def test_reviewers_are_not_written_to_once_the_review_is_decided(world: NotifierWorld) -> None:
    await world.person(None, role=PersonRole.REVIEWER)
    consent = await world.consent(ConsentStatus.IN_REVIEW)
    await world.handle(review_needed(consent))
    await world.move(consent, ConsentStatus.REJECTED)
    await world.send_all()
    assert world.mail.taken == []


async def test_a_webhook_tells_ids_status_and_reasons_and_nothing_else(world: NotifierWorld) -> None:
    organization = await world.organization(webhook="https://hooks.example.org/in")
    consent = await world.consent(ConsentStatus.REJECTED, organization=organization)
    await world.handle(rejected(consent))
    await world.send_all()
    (call,) = world.webhooks.tried
    assert (call.event_type, call.consent_id, call.status, call.reasons) == (
        "consent.rejected", consent.id, "rejected", ("MISSING_SIGNATURE",),
    )  # fmt: skip
    assert call.secret.startswith("whsec_")


async def test_a_webhook_that_is_gone_is_disabled_and_the_administrators_hear_of_it(world: NotifierWorld) -> None:
    organization = await world.organization(webhook="https://hooks.example.org/in")
    admin = await world.person(organization, role=PersonRole.ORGANIZATION_ADMIN)
    for _ in range(3):
        await world.handle(rejected(await world.consent(ConsentStatus.REJECTED, organization=organization)))
    world.webhooks.answer = GiveUp(Failure.WEBHOOK_GONE)
    await world.send_all()
    assert len(world.webhooks.tried) == 1
    states = sorted(row.state for row in await world.messages(channel=Channel.WEBHOOK))
    assert states == [DeliveryState.CANCELLED, DeliveryState.CANCELLED, DeliveryState.FAILED]
    async with world.database.reading() as tx:
        assert (await tx.get_one(Organization, organization.id)).webhook_disabled_at == world.clock()
    (entry,) = await world.messages(kind=Kind.WEBHOOK_DISABLED.value)
    assert (entry.channel, entry.person_id) == (Channel.INBOX, admin.id)


async def test_a_webhook_that_hangs_holds_up_no_email(world: NotifierWorld) -> None:
    organization = await world.organization(webhook="https://hooks.example.org/in")
    await world.handle(rejected(await world.consent(ConsentStatus.REJECTED, organization=organization)))
    answered = asyncio.Event()

    async def hang(_call: Any) -> Outcome:
        await answered.wait()
        return Accepted()

    calling = asyncio.create_task(world.webhook_courier(hang).send_all_due())
    await world.mail_courier().send_all_due()
    assert len(world.mail.taken) == 1
    answered.set()
    await calling


async def test_an_invitation_holds_its_token_sealed_and_only_until_it_is_sent(world: NotifierWorld) -> None:
    organization = await world.organization()
    person = await world.person(organization, status=PersonStatus.INVITED, language=Language.SPANISH)
    async with world.database.transaction() as tx:
        await messages.invite(tx, world.master, person_id=person.id, token="one-time-token", at=world.clock())
    assert "one-time-token" not in str((await email_of(world)).parameters)
    await world.send_all()
    (mail,) = world.mail.taken
    assert f"{PORTAL}/invitation?token=one-time-token" in plain_text(mail)
    assert mail["To"] == person.email
    assert mail["Content-Language"] == "es"
    assert (await email_of(world)).parameters == {}


async def test_a_link_for_a_forgotten_password_is_sealed_until_it_is_sent_and_never_sent_twice(
    world: NotifierWorld,
) -> None:
    person = await world.person(await world.organization(), language=Language.SPANISH)
    async with world.database.transaction() as tx:
        row_id = await messages.send_reset_link(
            tx, world.master, person_id=person.id, token="one-time-token", at=world.clock()
        )
    assert "one-time-token" not in str((await email_of(world)).parameters)
    await world.send_all()
    (mail,) = world.mail.taken
    assert f"{PORTAL}/password-reset?token=one-time-token" in plain_text(mail)
    assert (mail["To"], mail["Content-Language"]) == (person.email, "es")
    assert (await email_of(world)).parameters == {}
    async with world.database.transaction() as tx:
        (await tx.get_one(Message, row_id)).state = DeliveryState.FAILED
        with pytest.raises(CannotBeSentAgain):
            await send_again(tx, row_id, at=world.clock())


async def test_links_go_to_a_clients_address_that_is_forgotten_afterwards(world: NotifierWorld) -> None:
    organization = await world.organization()
    async with world.database.transaction() as tx:
        await messages.share_resources(
            tx,
            world.master,
            organization_id=organization.id,
            address="client@mail.example",
            resource_ids=["nyc_debt", "left_the_catalogue", "form_5258"],
            language=Language.SPANISH,
            at=world.clock(),
        )
    assert "client@mail.example" not in str((await email_of(world)).parameters)
    await world.send_all()
    (mail,) = world.mail.taken
    assert mail["To"] == "client@mail.example"
    for resource_id in ("nyc_debt", "form_5258"):
        assert by_id(resource_id).title(Language.SPANISH) in plain_text(mail)
        assert by_id(resource_id).url in plain_text(mail)
    assert (await email_of(world)).parameters == {"resource_ids": ["nyc_debt", "left_the_catalogue", "form_5258"],
                                                  "language": "es"}  # fmt: skip


async def test_a_client_address_that_is_refused_is_forgotten_too_and_an_administrator_hears_of_it(
    world: NotifierWorld,
) -> None:
    organization = await world.organization()
    admin = await world.person(organization, role=PersonRole.ORGANIZATION_ADMIN)
    async with world.database.transaction() as tx:
        await messages.share_resources(
            tx, world.master, organization_id=organization.id, address="refused@mail.example",
            resource_ids=["nyc_debt"], language=Language.ENGLISH, at=world.clock(),
        )  # fmt: skip
    await world.send_all()
    assert messages.SEALED_ADDRESS not in (await email_of(world)).parameters
    assert [entry.person_id for entry in await world.messages(kind=Kind.EMAIL_FAILED.value)] == [admin.id]


async def test_a_declined_organization_is_told_at_its_contact_address(world: NotifierWorld) -> None:
    organization = await world.organization()
    async with world.database.transaction() as tx:
        await messages.tell_declined(tx, organization_id=organization.id, at=world.clock())
    await world.send_all()
    (mail,) = world.mail.taken
    assert mail["To"] == organization.contact_email
    assert "http" not in plain_text(mail) + html_text(mail)


async def test_a_sealed_token_of_another_message_does_not_open(world: NotifierWorld) -> None:
    organization = await world.organization()
    person = await world.person(organization)
    async with world.database.transaction() as tx:
        await messages.invite(tx, world.master, person_id=person.id, token="first", at=world.clock())
        row_id = await messages.invite(tx, world.master, person_id=person.id, token="second", at=world.clock())
    first, second = sorted(await world.messages(), key=lambda row: row.id == row_id)
    async with world.database.transaction() as tx:
        (await tx.get_one(Message, second.id)).parameters = first.parameters
    await world.send_all()
    failures = {row.id: row.failure for row in await world.messages(channel=Channel.EMAIL)}
    assert failures == {first.id: None, second.id: Failure.SECRET_UNREADABLE}


async def test_a_running_courier_sends_when_nudged_and_finishes_what_is_in_hand_when_stopped(
    world: NotifierWorld,
) -> None:
    started, go_on = asyncio.Event(), asyncio.Event()

    async def send(mail: Mail) -> Outcome:
        started.set()
        await go_on.wait()
        return await world.mail.send(mail)

    running = asyncio.create_task(world.mail_courier(send).run(world.nudge.listener()))
    await asyncio.sleep(0)
    await world.handle(rejected(await world.consent(ConsentStatus.REJECTED)))
    await asyncio.wait_for(started.wait(), 10)
    running.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await email_of(world)).state is DeliveryState.SENT
