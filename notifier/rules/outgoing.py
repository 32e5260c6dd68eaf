"""What the senders are handed: one e-mail to one address, one call of one webhook."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from notifier.rules.message_text import MessageText


@dataclass(frozen=True)
class Mail:
    """One e-mail. The message's id makes its Message-ID, so that a second copy is recognised as the same."""

    message_id: UUID
    address: str = field(repr=False)
    content: MessageText


@dataclass(frozen=True)
class WebhookCall:
    """One call of an organization's webhook: ids, a status, reason codes and a time; nothing else.

    Attributes:
        message_id: the ``webhook-id``, the same at every attempt.
        url: where to.
        secret: ``whsec_`` and base64, of the organization.
        event_type: such as ``snapshot.ready``.
        status: of the consent when it happened.
        at: when it happened, aware.
    """

    message_id: UUID
    url: str = field(repr=False)
    secret: str = field(repr=False)
    event_type: str
    consent_id: UUID
    status: str
    reasons: tuple[str, ...]
    at: datetime
