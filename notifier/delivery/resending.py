"""List messages and send a failed one again, at an operator's wish."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from notifier.delivery.settling import ACTOR
from notifier.rules.kinds import CARRIES_TOKEN, Kind
from services.register import audit
from services.register.database import Transaction
from services.register.states import DeliveryState
from services.register.tables import Message

ONCE_ONLY = CARRIES_TOKEN | {Kind.RESOURCE}
"""Their token or address was erased when they were given up: they must be asked for anew in the portal."""


class CannotBeSentAgain(Exception):
    """The message is not a failed one, or what it needs is erased."""


async def in_state(tx: Transaction, state: DeliveryState, *, limit: int = 100) -> Sequence[Message]:
    """Return messages in a state, newest first."""
    query = select(Message).where(Message.state == state).order_by(Message.created_at.desc(), Message.id)
    return (await tx.scalars(query.limit(limit))).all()


async def send_again(tx: Transaction, message_id: UUID, *, at: datetime) -> None:
    """Put a failed message back to the start of its schedule; it keeps its id, so the receiver knows a repeat.

    Raises:
        CannotBeSentAgain: there is no such message, it has not failed, or its token or address is erased.
    """
    query = select(Message).where(Message.id == message_id).with_for_update()
    message = await tx.scalar(query.execution_options(populate_existing=True))
    if message is None or message.state is not DeliveryState.FAILED or Kind(message.kind) in ONCE_ONLY:
        raise CannotBeSentAgain
    message.state, message.attempts, message.next_attempt_at, message.failure = DeliveryState.PENDING, 0, at, None
    await audit.record(
        tx,
        act="message.resent",
        actor=ACTOR,
        at=at,
        consent_id=message.consent_id,
        detail={"message": str(message.id), "kind": message.kind, "channel": message.channel.value},
    )
