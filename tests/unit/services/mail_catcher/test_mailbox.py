from pathlib import Path

import pytest

from services.mail_catcher.mailbox import Mailbox, NoSuchMail


def an_email(subject: str) -> bytes:
    return f"From: a@example.org\r\nTo: b@example.net\r\nSubject: {subject}\r\n\r\nHello {subject}\r\n".encode()


def test_the_newest_email_comes_first(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path)
    for subject in ("one", "two"):
        mailbox.add(an_email(subject))
    assert [(mail.number, mail.subject) for mail in mailbox.newest_first()] == [(2, "two"), (1, "one")]


def test_emails_survive_a_restart_and_numbers_go_on(tmp_path: Path) -> None:
    Mailbox(tmp_path).add(an_email("one"))
    again = Mailbox(tmp_path)
    assert again.add(an_email("two")) == 2
    assert again.text(1) == "Hello one\n"


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path, keep=2)
    for number in range(4):
        mailbox.add(an_email(str(number)))
    assert [mail.subject for mail in mailbox.newest_first()] == ["3", "2"]


def test_after_deleting_all_there_is_none_and_no_number_is_used_again(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path)
    mailbox.add(an_email("one"))
    mailbox.clear()
    assert mailbox.newest_first() == []
    with pytest.raises(NoSuchMail):
        mailbox.content(1)
    assert mailbox.add(an_email("two")) == 2
