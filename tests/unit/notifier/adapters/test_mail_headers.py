from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import compat32
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.adapters.mail_headers import AddressInvalid, HeaderUnsafe, build, one_address
from notifier.rules.message_text import MessageText
from notifier.rules.outgoing import Mail
from schemas.values import Language

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SENDER = "snapshot@example.org"
HEADERS = sorted([
    "Auto-Submitted", "Content-Language", "Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Subject", "To",
])  # fmt: skip

PAYLOADS = [
    "x\nBcc: evil@example.net",
    "x\r\nBcc: evil@example.net",
    "x\rBcc: evil@example.net",
    "x\u2028Bcc: evil@example.net",
    "x\x0bBcc: evil@example.net",
    "x\x00Bcc: evil@example.net",
    "=?utf-8?q?x=0D=0ABcc:=20evil@example.net?=",
    "=?utf-8?b?eA0KQmNjOiBldmlsQGV4YW1wbGUubmV0?=",
    "x\r\n\r\n<script>alert(1)</script>",
]
ADDRESSES = [
    "a@example.org, b@example.net",
    "a@example.org;b@example.net",
    "a@example.org b@example.net",
    "Anna <a@example.org>",
    '"a, b@example.net"@example.org',
    "a@[127.0.0.1]",
    "a",
    "",
    "a@",
    "ä@example.org",
]


def mail(*, subject: str = "A subject", address: str = "staff@families.example") -> Mail:
    content = MessageText(Language.SPANISH, subject, "Está listo.\n", "<p>Está listo.</p>")
    return Mail(UUID(int=7), address, content)


def headers_of(content: bytes) -> list[str]:
    return sorted(message_from_bytes(content, policy=compat32).keys())


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_subject_that_could_break_out_is_refused(payload: str) -> None:
    with pytest.raises(HeaderUnsafe):
        build(mail(subject=payload), sender=SENDER, at=AT)


@pytest.mark.parametrize("payload", PAYLOADS + ADDRESSES)
def test_an_address_that_is_not_exactly_one_is_refused(payload: str) -> None:
    with pytest.raises(AddressInvalid):
        build(mail(address=payload), sender=SENDER, at=AT)
    with pytest.raises(AddressInvalid):
        build(mail(), sender=payload, at=AT)


@settings(max_examples=1000, deadline=None)
@given(subject=st.text(max_size=200) | st.builds("{}{}{}".format, st.text(), st.sampled_from(PAYLOADS), st.text()))
def test_no_subject_adds_a_header(subject: str) -> None:
    try:
        content = build(mail(subject=subject), sender=SENDER, at=AT)
    except HeaderUnsafe:
        return
    assert headers_of(content) == HEADERS


@settings(max_examples=500, deadline=None)
@given(address=st.text(max_size=60) | st.builds("{}@{}".format, st.text(max_size=20), st.text(max_size=20)))
def test_no_address_adds_a_header_or_a_recipient(address: str) -> None:
    try:
        plain = one_address(address)
        content = build(mail(address=address), sender=SENDER, at=AT)
    except AddressInvalid:
        return
    assert plain.count("@") == 1
    assert not set(plain) & set(',;<> \r\n"')
    assert headers_of(content) == HEADERS


def test_an_ordinary_email_has_a_stable_id_and_says_that_a_machine_wrote_it() -> None:
    first, second = (build(mail(subject="Señal (1a2b3c4d)"), sender=SENDER, at=AT) for _ in range(2))
    assert first == second, "a second copy is the same to the byte"
    message = message_from_bytes(first, policy=compat32)
    assert message["Message-ID"] == f"<{UUID(int=7)}@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "es"
    assert message.get_content_type() == "multipart/alternative"
    assert first.isascii(), "no server needs 8BITMIME or SMTPUTF8"
