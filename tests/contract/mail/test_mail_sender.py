"""What a mail sender does, asked of the real one (against the mail catcher) and of the one for tests."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Protocol
from uuid import UUID

import pytest

from notifier.adapters.mail_sender import MailServer, MailServerAddressInvalid, SmtpMailSender
from notifier.rules.message_text import MessageText
from notifier.rules.outgoing import Mail
from notifier.rules.redelivery import Accepted, Failure, GiveUp, Outcome, TryAgain
from schemas.values import Language
from services.mail_catcher.mailbox import Mailbox
from services.mail_catcher.smtp_port import taking_mail
from services.runtime.clock import utc_now
from tests.support.memory_senders import SENDER, MemoryMailSender, html_text, plain_text


class MailSender(Protocol):
    async def send(self, mail: Mail) -> Outcome: ...


@dataclass
class Post:
    """A sender, and what came out at the other end."""

    sender: MailSender
    arrived: Callable[[], list[EmailMessage]]


def smtp_sender(port: int) -> SmtpMailSender:
    return SmtpMailSender(MailServer.from_url(f"smtp://127.0.0.1:{port}"), sender=SENDER, clock=utc_now)


@asynccontextmanager
async def real_post(folder: Path) -> AsyncIterator[Post]:
    mailbox = Mailbox(folder)

    def arrived() -> list[EmailMessage]:
        numbers = sorted(mail.number for mail in mailbox.newest_first())
        return [message_from_bytes(mailbox.content(number), policy=default) for number in numbers]

    async with taking_mail(mailbox, host="127.0.0.1", port=0) as port:
        yield Post(smtp_sender(port), arrived)


@pytest.fixture(params=["memory", "smtp"])
async def post(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Post]:
    if request.param == "memory":
        sender = MemoryMailSender()
        yield Post(sender, lambda: sender.taken)
    else:
        async with real_post(tmp_path / "mail") as found:
            yield found


@pytest.fixture(params=["memory", "smtp"])
async def away(request: pytest.FixtureRequest, tmp_path: Path) -> MailSender:
    if request.param == "memory":
        return MemoryMailSender(away=True)
    async with taking_mail(Mailbox(tmp_path / "mail"), host="127.0.0.1", port=0) as port:
        pass
    return smtp_sender(port)


def mail(address: str = "staff@families.example", subject: str = "Está listo (1a2b3c4d)") -> Mail:
    content = MessageText(Language.SPANISH, subject, "Ábralo.\n.\nFin.\n", "<p>Ábralo.</p>")
    return Mail(UUID(int=7), address, content)


async def test_an_accepted_email_arrives_once_as_it_was_written(post: Post) -> None:
    assert await post.sender.send(mail()) == Accepted()
    (arrived,) = post.arrived()
    assert arrived["From"] == SENDER
    assert arrived["To"] == "staff@families.example"
    assert arrived["Subject"] == "Está listo (1a2b3c4d)"
    assert arrived["Message-ID"] == f"<{UUID(int=7)}@example.org>"
    assert plain_text(arrived) == "Ábralo.\n.\nFin.\n"
    assert "<p>Ábralo.</p>" in html_text(arrived)


async def test_a_second_copy_has_the_same_message_id(post: Post) -> None:
    await post.sender.send(mail())
    await post.sender.send(mail())
    assert len({arrived["Message-ID"] for arrived in post.arrived()}) == 1
    assert len(post.arrived()) == 2


@pytest.mark.parametrize(
    ("address", "outcome"),
    [
        ("refused@families.example", GiveUp(Failure.ADDRESS_REFUSED)),
        ("busy@families.example", TryAgain(Failure.MAIL_REFUSED_FOR_NOW)),
        ("a@example.org, b@example.net", GiveUp(Failure.ADDRESS_INVALID)),
        ("a@example.org\r\nBcc: b@example.net", GiveUp(Failure.ADDRESS_INVALID)),
        ("nobody", GiveUp(Failure.ADDRESS_INVALID)),
    ],
)
async def test_a_recipient_that_can_not_be_served_gets_nothing(post: Post, address: str, outcome: Outcome) -> None:
    assert await post.sender.send(mail(address=address)) == outcome
    assert post.arrived() == []


async def test_a_subject_that_could_break_out_is_not_sent(post: Post) -> None:
    assert await post.sender.send(mail(subject="=?utf-8?q?x=0D=0ABcc:=20b@example.net?=")) == GiveUp(
        Failure.MESSAGE_INVALID
    )
    assert post.arrived() == []


async def test_a_server_that_is_away_is_tried_again(away: MailSender) -> None:
    assert await away.send(mail()) == TryAgain(Failure.MAIL_SERVER_AWAY)


async def test_a_server_that_must_offer_tls_and_does_not_gets_no_mail(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path / "mail")
    async with taking_mail(mailbox, host="127.0.0.1", port=0) as port:
        server = MailServer("127.0.0.1", port, implicit_tls=False, starttls=True)
        outcome = await SmtpMailSender(server, sender=SENDER, clock=utc_now).send(mail())
    assert isinstance(outcome, TryAgain)
    assert mailbox.newest_first() == []


@pytest.mark.parametrize(
    ("url", "port", "implicit_tls", "starttls"),
    [
        ("smtp://mail.example.org", 587, False, True),
        ("smtp://mail.example.org:25", 25, False, True),
        ("smtps://mail.example.org", 465, True, False),
        ("smtp://127.0.0.1:2525", 2525, False, None),
        ("smtp://localhost:2525", 2525, False, None),
        ("smtp://[::1]:2525", 2525, False, None),
    ],
)
def test_tls_is_required_unless_the_server_is_on_this_machine(
    url: str, port: int, implicit_tls: bool, starttls: bool | None
) -> None:
    server = MailServer.from_url(url)
    assert (server.port, server.implicit_tls, server.starttls) == (port, implicit_tls, starttls)


def test_a_user_and_password_are_read_and_never_shown() -> None:
    server = MailServer.from_url("smtp://the%40user:p%2Fss@mail.example.org")
    assert (server.user, server.password) == ("the@user", "p/ss")
    assert "p/ss" not in repr(server)


@pytest.mark.parametrize("url", ["http://mail.example.org", "smtp://", "mail.example.org:25", ""])
def test_another_kind_of_address_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(MailServerAddressInvalid) as failure:
        MailServer.from_url(url)
    assert "example" not in str(failure.value)
