"""Carry messages of one channel, one at a time: take one, send it, note what became of it.

Taking and noting are two short transactions; nothing is locked while the other side is spoken to. What can go wrong:

- The consent is revoked before a message is taken: it is cancelled and nothing is sent.
- The consent is revoked while the message is on its way: it arrives, with no personal data in it, and its link leads to
  a page on which the gate says no.
- The process dies after the other side accepted and before that was noted: the lease runs out and the message is sent
  once more, with the same Message-ID or webhook-id, by which mail programs and webhook receivers know it again. This is
  the one way in which something is sent twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import InterfaceError, OperationalError

from notifier.delivery.passing_on import pass_on
from notifier.delivery.settling import settle
from notifier.rules.kinds import STILL_TRUE_WHILE, Kind
from notifier.rules.redelivery import GiveUp, Outcome
from services.register import consents
from services.register.database import Database, Transaction
from services.register.messages import without_sealed
from services.register.states import Channel, DeliveryState
from services.register.tables import Consent, Message
from services.runtime.clock import Clock
from services.runtime.structured_log import get_logger

LEASE = timedelta(minutes=2)
"""How long a taken message is left to the courier that took it: longer than any attempt (30 s) can last."""

STOP_SECONDS = 20.0
"""How long a stop waits for the message in hand; longer than a webhook call, shorter than the grace of a deployment."""

LOOK_AGAIN_SECONDS = 1.0
"""Rest between looks when nobody nudges: the portal's messages and those due again wait at most this long."""

Parcel = TypeVar("Parcel")


@dataclass(frozen=True)
class _Taken(Generic[Parcel]):
    message_id: UUID
    consent_id: UUID | None
    parcel: Parcel | GiveUp


class Courier(Generic[Parcel]):
    """Sends the due messages of one channel.

    Args:
        channel: e-mail or webhook.
        pack: makes what is sent from a row, or says why that can't be; None when there is nothing to send to any more.
        send: speaks to the other side; answers with an outcome and does not raise.
    """

    def __init__(
        self,
        *,
        channel: Channel,
        database: Database,
        clock: Clock,
        pack: Callable[[Transaction, Message], Awaitable[Parcel | GiveUp | None]],
        send: Callable[[Parcel], Awaitable[Outcome]],
    ) -> None:
        self._channel = channel
        self._database = database
        self._clock = clock
        self._pack = pack
        self._send = send

    async def run(self, nudge: asyncio.Event) -> None:
        """Send what is due, then wait for a nudge or a second, for ever; when cancelled, finish what is in hand."""
        while True:
            nudge.clear()
            try:
                await self.send_all_due()
            except (OperationalError, InterfaceError) as away:
                get_logger().warning("register away", channel=self._channel.value, error=type(away).__name__)
            try:
                await asyncio.wait_for(nudge.wait(), LOOK_AGAIN_SECONDS)
            except TimeoutError:
                continue

    async def send_all_due(self) -> int:
        """Send until nothing is due; return how many messages were dealt with."""
        count = 0
        while await _finished(self.send_next()):
            count += 1
        return count

    async def send_next(self) -> bool:
        """Deal with the message that is due longest.

        Returns:
            False when there is none, or another process has it in hand.
        """
        found = await self._longest_due()
        if found is None:
            return False
        message_id, consent_id = found
        async with self._database.transaction() as tx:
            message = await self._locked(tx, message_id, consent_id)
            if message is None:
                return False
            taken = await self._take(tx, message)
        if taken is not None:
            outcome = taken.parcel if isinstance(taken.parcel, GiveUp) else await self._send(taken.parcel)
            async with self._database.transaction() as tx:
                await settle(tx, taken.message_id, taken.consent_id, outcome, now=self._clock())
        return True

    async def _longest_due(self) -> tuple[UUID, UUID | None] | None:
        query = (
            select(Message.id, Message.consent_id)
            .where(*self._due(self._clock()))
            .order_by(Message.next_attempt_at, Message.id)
            .limit(1)
        )
        async with self._database.reading() as tx:
            row = (await tx.execute(query)).first()
        return (row[0], row[1]) if row else None

    async def _locked(self, tx: Transaction, message_id: UUID, consent_id: UUID | None) -> Message | None:
        """Lock consent and message, in the order in which a revocation locks them."""
        if consent_id is not None:
            await consents.lock(tx, consent_id)
        query = select(Message).where(Message.id == message_id, *self._due(self._clock()))
        return await tx.scalar(query.with_for_update(skip_locked=True))

    async def _take(self, tx: Transaction, message: Message) -> _Taken[Parcel] | None:
        still_true = await _still_true(tx, message)
        parcel = await self._pack(tx, message) if still_true else None
        if parcel is None:
            if still_true:
                await pass_on(tx, message, now=self._clock())
            message.state, message.next_attempt_at = DeliveryState.CANCELLED, None
            message.parameters = without_sealed(message.parameters)
            return None
        message.attempts += 1
        message.next_attempt_at = self._clock() + LEASE
        return _Taken(message.id, message.consent_id, parcel)

    def _due(self, now: datetime) -> tuple[ColumnElement[bool], ...]:
        return (
            Message.channel == self._channel,
            Message.state == DeliveryState.PENDING,
            Message.next_attempt_at <= now,
        )


async def _finished(sending: Coroutine[Any, Any, bool]) -> bool:
    """Wait for a message in hand also when cancelled, so that a stop in its middle does not send it a second time."""
    task = asyncio.ensure_future(sending)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=STOP_SECONDS)
        raise


async def _still_true(tx: Transaction, message: Message) -> bool:
    """Whether the message is still worth sending; the consent's row is locked."""
    statuses = STILL_TRUE_WHILE.get(Kind(message.kind))
    if statuses is None or message.consent_id is None:
        return True
    consent = await tx.get_one(Consent, message.consent_id)
    return consent.status.value in statuses
