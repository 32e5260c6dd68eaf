"""Write the rows of messages: one for each recipient and channel, with an id that a repeat makes again."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import event as database_event

from notifier.rules.kinds import TELLS_REASONS, WEBHOOK_TYPES, Kind
from schemas.event import Event
from schemas.reason_codes import ReasonCode
from services.register import organizations
from services.register.database import Transaction
from services.register.states import Channel, DeliveryState
from services.register.tables import Message
from services.runtime.clock import Clock
from services.texts import reasons as reason_texts

MESSAGE_NAMESPACE = UUID("0f6c1c8e-6a53-5b0c-9c33-6f0a4a1f6b52")
"""Root of every message id; changing it would send everything that is replayed once more."""


class Nudge:
    """Wakes the couriers when there may be something to carry."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Event] = []

    def listener(self) -> asyncio.Event:
        """Return an event of one's own, set at every nudge and cleared by whoever waits for it."""
        listener = asyncio.Event()
        self._waiting.append(listener)
        return listener

    def after_commit_of(self, tx: Transaction) -> None:
        """Nudge as soon as this transaction has committed, and not before: an earlier look would find nothing."""
        database_event.listen(tx.sync_session, "after_commit", self._nudge, once=True)

    def _nudge(self, _session: object) -> None:
        for listener in self._waiting:
            listener.set()


@dataclass(frozen=True)
class Recipient:
    """To whom, through which channel. The key tells apart the messages that one cause makes."""

    channel: Channel
    person_id: UUID | None = None
    organization_id: UUID | None = None

    @property
    def key(self) -> str:
        """Text that is different for every recipient and channel."""
        return f"{self.channel.value}/{self.person_id or self.organization_id}"


@dataclass(frozen=True)
class Draft:
    """A message to write for each recipient."""

    cause: str
    kind: Kind
    at: datetime
    consent_id: UUID | None = None
    reasons: tuple[str, ...] = ()
    parameters: tuple[tuple[str, Any], ...] = ()


class Desk:
    """Writes messages inside the transaction of what they tell."""

    def __init__(self, clock: Clock, nudge: Nudge) -> None:
        self._clock = clock
        self._nudge = nudge

    async def tell(
        self,
        tx: Transaction,
        event: Event,
        kind: Kind,
        people: Iterable[UUID],
        *,
        organization_id: UUID | None = None,
        reasons: Sequence[ReasonCode] = (),
    ) -> None:
        """Write the inbox entry and the e-mail of each person, and the webhook call of the organization if it has one.

        The ids come from what happened to which consent, and each such thing happens to a consent once: a second
        event about it, whatever it says, writes the same rows, which are there already then.

        Args:
            tx: the transaction that handles the event.
            event: what happened.
            kind: what to tell about it.
            people: whom.
            organization_id: whose webhook is called; None for none.
            reasons: told only by kinds that tell reasons, and in the form that may be shown.
        """
        told = tuple(reason_texts.shown(code).value for code in reasons) if kind in TELLS_REASONS else ()
        cause = f"{event.event_type}/{event.consent_id}"
        draft = Draft(cause, kind, self._clock(), event.consent_id, tuple(dict.fromkeys(told)))
        for person_id in people:
            await write(tx, draft, Recipient(Channel.INBOX, person_id=person_id))
            await write(tx, draft, Recipient(Channel.EMAIL, person_id=person_id))
        if organization_id is not None and kind in WEBHOOK_TYPES and await _has_webhook(tx, organization_id):
            await write(tx, draft, Recipient(Channel.WEBHOOK, organization_id=organization_id))
        self._nudge.after_commit_of(tx)


async def write(tx: Transaction, draft: Draft, recipient: Recipient) -> bool:
    """Write one message unless it is there already; an inbox entry is delivered by being written.

    Returns:
        Whether it was new.
    """
    message_id = uuid5(MESSAGE_NAMESPACE, f"{draft.cause}/{draft.kind.value}/{recipient.key}")
    if await tx.get(Message, message_id) is not None:
        return False
    in_inbox = recipient.channel is Channel.INBOX
    tx.add(
        Message(
            id=message_id,
            consent_id=draft.consent_id,
            organization_id=recipient.organization_id,
            person_id=recipient.person_id,
            channel=recipient.channel,
            kind=draft.kind.value,
            reasons=list(draft.reasons),
            parameters=dict(draft.parameters),
            state=DeliveryState.SENT if in_inbox else DeliveryState.PENDING,
            attempts=0,
            next_attempt_at=None if in_inbox else draft.at,
            created_at=draft.at,
            sent_at=draft.at if in_inbox else None,
        )
    )
    await tx.flush()
    return True


async def _has_webhook(tx: Transaction, organization_id: UUID) -> bool:
    organization = await organizations.get(tx, organization_id)
    return organization.webhook_url is not None and organization.webhook_disabled_at is None
