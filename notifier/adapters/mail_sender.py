"""Hand e-mails to an SMTP server."""

import ssl
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

import aiosmtplib
from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from notifier.adapters.mail_headers import AddressInvalid, HeaderUnsafe, build, one_address
from notifier.rules.outgoing import Mail
from notifier.rules.redelivery import Accepted, Failure, GiveUp, Outcome, TryAgain
from services.runtime.clock import Clock

TIMEOUT_SECONDS = 30.0
"""For each exchange with the server; RFC 5321 allows minutes, but the courier has other messages to carry."""

PERMANENT = 500
"""SMTP replies from here on are final (RFC 5321, 4.2.1)."""


class MailServerAddressInvalid(ValueError):
    """The address of the mail server is not smtp:// or smtps:// with a host."""


@dataclass(frozen=True)
class MailServer:
    """Where and how to connect.

    Attributes:
        implicit_tls: TLS from the first byte (smtps://).
        starttls: True: required; None: used if offered.
    """

    host: str
    port: int
    implicit_tls: bool
    starttls: bool | None
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def from_url(cls, url: str, *, without_tls: bool = False) -> "MailServer":
        """Read ``smtp://user:password@host:587`` (STARTTLS required) or ``smtps://host:465``.

        Without TLS only to this machine, or when ``without_tls`` says that the way to the server is protected
        otherwise; STARTTLS is used then if the server offers it.

        Raises:
            MailServerAddressInvalid: see there. The text does not quote the URL: it may hold a password.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise MailServerAddressInvalid("the mail server's address must be smtp://host:port or smtps://host:port")
        implicit = parts.scheme == "smtps"
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if implicit else 587),
            implicit_tls=implicit,
            starttls=False if implicit else (None if without_tls or _is_this_machine(parts.hostname) else True),
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )


class SmtpMailSender:
    """Sends each e-mail over a connection of its own; volumes are a few an hour, and servers close idle ones."""

    def __init__(self, server: MailServer, *, sender: str, clock: Clock) -> None:
        """Check the product's own address once.

        Raises:
            AddressInvalid: it is not exactly one address.
        """
        self._server = server
        self._sender = one_address(sender)
        self._clock = clock

    async def send(self, mail: Mail) -> Outcome:
        """Hand one e-mail over; the answer says whether the server took it."""
        try:
            content = build(mail, sender=self._sender, at=self._clock())
        except AddressInvalid:
            return GiveUp(Failure.ADDRESS_INVALID)
        except HeaderUnsafe:
            return GiveUp(Failure.MESSAGE_INVALID)
        try:
            await self._hand_over(one_address(mail.address), content)
        except (SMTPException, OSError, ssl.CertificateError) as error:
            return _judged(error)
        return Accepted()

    async def _hand_over(self, recipient: str, content: bytes) -> None:
        server = self._server
        await aiosmtplib.send(
            content,
            sender=self._sender,
            recipients=[recipient],
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.implicit_tls,
            start_tls=server.starttls,
            timeout=TIMEOUT_SECONDS,
            local_hostname="localhost",
        )


def _judged(error: Exception) -> Outcome:
    """Tell a recipient that will never work from a server that may work later.

    A refused sign-in or sender is the product's own set-up: an operator mends it, and the message waits.
    """
    if isinstance(error, SMTPRecipientsRefused):
        final = all(refused.code >= PERMANENT for refused in error.recipients)
        return GiveUp(Failure.ADDRESS_REFUSED) if final else TryAgain(Failure.MAIL_REFUSED_FOR_NOW)
    if isinstance(error, SMTPAuthenticationError | SMTPSenderRefused):
        return TryAgain(Failure.MAIL_REFUSED_FOR_NOW)
    if isinstance(error, SMTPResponseException) and not isinstance(error, OSError):
        return GiveUp(Failure.MAIL_REFUSED) if error.code >= PERMANENT else TryAgain(Failure.MAIL_REFUSED_FOR_NOW)
    return TryAgain(Failure.MAIL_SERVER_AWAY)


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
