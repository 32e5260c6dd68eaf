"""Note what became of an attempt, and see that nothing ends in silence."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from notifier.delivery import contacts
from notifier.delivery.desk import Draft, Recipient, write
from notifier.rules.kinds import CARRIES_TOKEN, Kind
from notifier.rules.recipients import administrators
from notifier.rules.redelivery import (
    EMAIL_WAITS,
    WEBHOOK_WAITS,
    Accepted,
    Failure,
    GiveUp,
    Outcome,
    TryAgain,
    next_attempt,
)
from schemas.topics import Writer
from services.register import audit, consents
from services.register.database import Transaction
from services.register.messages import without_sealed
from services.register.states import Channel, ConsentStatus, DeliveryState
from services.register.tables import Message, Organization, Person
from services.runtime.clock import legal_day
from services.runtime.structured_log import get_logger

ACTOR = audit.stage_actor(Writer.NOTIFIER.value)
WAITS = {Channel.EMAIL: EMAIL_WAITS, Channel.WEBHOOK: WEBHOOK_WAITS}


async def settle(
    tx: Transaction, message_id: UUID, consent_id: UUID | None, outcome: Outcome, *, now: datetime
) -> None:
    """Note an outcome on the message's row.

    The e-mail that says a page is ready delivers it once it is accepted; when it can't be sent at all, the inbox entry
    that was written with it does. A message that was cancelled on its way is noted as sent if it was: the row says
    what happened.
    """
    if consent_id is not None:
        await consents.lock(tx, consent_id)
    query = select(Message).where(Message.id == message_id).with_for_update()
    message = (await tx.scalars(query.execution_options(populate_existing=True))).one()
    match outcome:
        case Accepted():
            await _sent(tx, message, now)
        case TryAgain(failure) if message.state is DeliveryState.PENDING:
            await _try_again(tx, message, failure, now)
        case GiveUp(failure) if message.state is DeliveryState.PENDING:
            await _give_up(tx, message, failure, now)
        case _:
            get_logger().info("message cancelled on its way", message_id=str(message_id))


async def _sent(tx: Transaction, message: Message, now: datetime) -> None:
    message.state, message.sent_at, message.next_attempt_at, message.failure = DeliveryState.SENT, now, None, None
    message.parameters = without_sealed(message.parameters)
    await _delivered(tx, message, now)
    await _record(tx, message, "message.sent", now)
    get_logger().info("message sent", **_names(message))


async def _try_again(tx: Transaction, message: Message, failure: Failure, now: datetime) -> None:
    again = next_attempt(WAITS[message.channel], message.attempts, now)
    if again is None:
        await _give_up(tx, message, failure, now)
        return
    message.next_attempt_at, message.failure = again, failure.value
    get_logger().warning("message not sent yet", failure=failure.value, **_names(message))


async def _give_up(tx: Transaction, message: Message, failure: Failure, now: datetime) -> None:
    message.state, message.next_attempt_at, message.failure = DeliveryState.FAILED, None, failure.value
    message.parameters = without_sealed(message.parameters)
    if failure is Failure.WEBHOOK_GONE:
        await _disable_webhook(tx, message, now)
    await _tell_in_inbox(tx, message, failure, now)
    await _delivered(tx, message, now)  # writes an audit entry: row locks come before the end of the chain
    await _record(tx, message, "message.failed", now)
    get_logger().error("message given up", failure=failure.value, **_names(message))


async def _delivered(tx: Transaction, message: Message, now: datetime) -> None:
    if message.consent_id is None or (message.channel, message.kind) != (Channel.EMAIL, Kind.SNAPSHOT_READY.value):
        return
    consent = await consents.get(tx, message.consent_id)
    await consents.move(tx, consent, ConsentStatus.DELIVERED, at=now)


async def _disable_webhook(tx: Transaction, message: Message, now: datetime) -> None:
    """Stop calling a webhook whose receiver says it is gone (Standard Webhooks: 410), until it is saved anew."""
    gone = (Organization.id == message.organization_id, Organization.webhook_disabled_at.is_(None))
    await tx.execute(update(Organization).where(*gone).values(webhook_disabled_at=now))
    waiting = (
        Message.organization_id == message.organization_id,
        Message.channel == Channel.WEBHOOK,
        Message.state == DeliveryState.PENDING,
    )
    cancelled = {"state": DeliveryState.CANCELLED, "next_attempt_at": None, "failure": Failure.WEBHOOK_GONE.value}
    await tx.execute(update(Message).where(*waiting).values(cancelled))


async def _tell_in_inbox(tx: Transaction, message: Message, failure: Failure, now: datetime) -> None:
    """Say in the inbox that a channel does not work: once a day to each person, however many messages fail."""
    if message.channel is Channel.WEBHOOK:
        kind = Kind.WEBHOOK_DISABLED if failure is Failure.WEBHOOK_GONE else Kind.WEBHOOK_FAILED
    else:
        kind = Kind.EMAIL_FAILED
    subject = message.person_id or message.organization_id
    draft = Draft(cause=f"{subject}/{legal_day(now).isoformat()}", kind=kind, at=now, reasons=(failure.value,))
    for person_id in await _who_hears_of_it(tx, message):
        await write(tx, draft, Recipient(Channel.INBOX, person_id=person_id))


async def _who_hears_of_it(tx: Transaction, message: Message) -> list[UUID]:
    if message.person_id is not None and Kind(message.kind) not in CARRIES_TOKEN:
        return [message.person_id]
    organization_id = message.organization_id
    if message.person_id is not None:
        organization_id = (await tx.get_one(Person, message.person_id)).organization_id
    if organization_id is None:
        return []
    return administrators(await contacts.of_organization(tx, organization_id))


async def _record(tx: Transaction, message: Message, act: str, now: datetime) -> None:
    detail = {
        "message": str(message.id),
        "kind": message.kind,
        "channel": message.channel.value,
        "attempts": message.attempts,
        "failure": message.failure,
    }
    await audit.record(tx, act=act, actor=ACTOR, at=now, consent_id=message.consent_id, detail=detail)


def _names(message: Message) -> dict[str, str | int | None]:
    return {
        "message_id": str(message.id),
        "consent_id": str(message.consent_id) if message.consent_id else None,
        "kind": message.kind,
        "channel": message.channel.value,
        "attempts": message.attempts,
    }
