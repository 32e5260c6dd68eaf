"""Put a message into an e-mail without letting anything escape from a header.

Python before 3.11.10 decodes an encoded word in a header value and writes what it holds, line breaks included (measured
on 3.11.7: a subject added a Bcc header). So no value with ``=?`` or a control character comes near a header.
"""

import unicodedata
from datetime import datetime
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from email_validator import EmailNotValidError, validate_email

from notifier.rules.outgoing import Mail

HEADER_LIMIT = 250
"""Characters; every text of the product is far shorter."""

_BREAKING = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})
"""Unicode categories of control, format, line and paragraph separator, and surrogate characters."""


class AddressInvalid(Exception):
    """Not exactly one plain e-mail address."""


class HeaderUnsafe(Exception):
    """A header value could break out of its header."""


def one_address(text: str) -> str:
    """Return a plain address, its domain in lower case.

    Raises:
        AddressInvalid: it is none, several, quoted, with a display name, or not plain ASCII before the ``@``.
    """
    try:
        safe = safe_value(text)
        found = validate_email(
            safe, allow_smtputf8=False, allow_quoted_local=False, allow_domain_literal=False,
            allow_display_name=False, check_deliverability=False, globally_deliverable=False,
        )  # fmt: skip
    except (EmailNotValidError, HeaderUnsafe) as error:
        raise AddressInvalid from error
    if found.ascii_email is None:
        raise AddressInvalid
    return found.ascii_email


def safe_value(text: str) -> str:
    """Return the text if it can stand in a header.

    Raises:
        HeaderUnsafe: it holds ``=?`` or a control, format or line-breaking character, or is too long.
    """
    breaks = any(unicodedata.category(character) in _BREAKING for character in text)
    if breaks or "=?" in text or len(text) > HEADER_LIMIT:
        raise HeaderUnsafe
    return text


def build(mail: Mail, *, sender: str, at: datetime) -> bytes:
    """Return the e-mail, as it goes over the wire.

    Args:
        mail: to whom and what.
        sender: the product's own address.
        at: the Date header.

    Raises:
        AddressInvalid: see ``one_address``; for sender or recipient.
        HeaderUnsafe: the subject could break out of its header.
    """
    from_address = one_address(sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = from_address
    message["To"] = one_address(mail.address)
    message["Subject"] = safe_value(mail.content.subject)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{mail.message_id}@{from_address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    # Quoted-printable keeps every byte ASCII, so that a server without 8BITMIME takes it too.
    message.set_content(mail.content.text, cte="quoted-printable")
    message.add_alternative(mail.content.html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = mail.content.language.value  # setting the content drops an earlier one
    # Boundaries are random by default; from the id, two copies are the same to the byte but for their date.
    message.set_boundary(f"=_{mail.message_id.hex}")
    try:
        return message.as_bytes()
    except MessageError as error:
        raise HeaderUnsafe from error
