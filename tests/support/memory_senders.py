"""Senders that keep what they are handed. The mail sender passes the contract suite of the real one."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from notifier.adapters.mail_headers import AddressInvalid, HeaderUnsafe, build
from notifier.rules.outgoing import Mail, WebhookCall
from notifier.rules.redelivery import Accepted, Failure, GiveUp, Outcome, TryAgain

SENDER = "child-support-snapshot@example.org"


@dataclass
class MemoryMailSender:
    """Keeps e-mails; refuses what the mail catcher refuses; ``away`` plays a server that is down."""

    away: bool = False
    taken: list[EmailMessage] = field(default_factory=list)

    async def send(self, mail: Mail) -> Outcome:
        try:
            content = build(mail, sender=SENDER, at=datetime(2026, 11, 22, tzinfo=UTC))
        except AddressInvalid:
            return GiveUp(Failure.ADDRESS_INVALID)
        except HeaderUnsafe:
            return GiveUp(Failure.MESSAGE_INVALID)
        if self.away:
            return TryAgain(Failure.MAIL_SERVER_AWAY)
        match mail.address.partition("@")[0]:
            case "refused":
                return GiveUp(Failure.ADDRESS_REFUSED)
            case "busy":
                return TryAgain(Failure.MAIL_REFUSED_FOR_NOW)
        self.taken.append(message_from_bytes(content, policy=default))
        return Accepted()


@dataclass
class MemoryWebhookSender:
    """Keeps calls, and answers as told."""

    answer: Outcome = field(default_factory=Accepted)
    tried: list[WebhookCall] = field(default_factory=list)

    async def send(self, call: WebhookCall) -> Outcome:
        self.tried.append(call)
        return self.answer


def plain_text(mail: EmailMessage) -> str:
    """Return the text part."""
    body = mail.get_body(preferencelist=("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def html_text(mail: EmailMessage) -> str:
    """Return the HTML part."""
    body = mail.get_body(preferencelist=("html",))
    assert body is not None
    return str(body.get_content())
