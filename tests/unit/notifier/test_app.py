from functools import partial
from pathlib import Path

import pytest

from notifier.adapters.mail_headers import AddressInvalid
from notifier.adapters.mail_sender import MailServerAddressInvalid
from notifier.app import couriers, stage
from notifier.settings import Settings
from schemas.topics import Writer, topics_read_by
from services.register.database import Database
from services.register.key_files import KeyFileUnusable, generate_key_files
from services.vault.master_key import MasterKey, generate_master_key_file


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    generate_master_key_file(tmp_path / "keys" / "master.key")
    for name in ("grant", "audit"):
        generate_key_files(tmp_path / "keys" / f"{name}_private.pem", tmp_path / "keys" / f"{name}_public.pem")
    return Settings(home=tmp_path)


def test_the_stage_reads_every_topic_that_names_it_and_writes_none(settings: Settings) -> None:
    built = stage(settings, Database(settings.register_url))
    assert {consumer.reads.name for consumer in built.consumers} == {
        topic.name for topic in topics_read_by(Writer.NOTIFIER)
    }
    assert built.writes == ()
    assert {name_of(companion) for companion in built.companions} == {
        "run", "close_expired", "erase_kept_long_enough", "keep_signing", "keep_shred_list",
    }  # fmt: skip


def test_where_another_program_signs_the_audit_log_no_key_for_it_is_needed(settings: Settings) -> None:
    (settings.home / "keys" / "audit_private.pem").unlink()
    with pytest.raises(KeyFileUnusable):
        stage(settings, Database(settings.register_url))
    elsewhere = Settings(home=settings.home, audit_checkpoint_seconds=0)
    built = stage(elsewhere, Database(settings.register_url))
    assert "keep_signing" not in {name_of(companion) for companion in built.companions}


def name_of(companion: object) -> str:
    assert isinstance(companion, partial)
    return str(companion.func.__name__)


def test_a_wrong_mail_server_or_sender_stops_the_start(settings: Settings) -> None:
    master = MasterKey(b"m" * 32)
    database = Database(settings.register_url)
    with pytest.raises(MailServerAddressInvalid):
        couriers(Settings(home=settings.home, smtp_url="mail.example.org"), database, master)
    with pytest.raises(AddressInvalid):
        couriers(Settings(home=settings.home, mail_from="a@example.org, b@example.org"), database, master)


def test_the_mail_servers_password_is_not_shown(settings: Settings) -> None:
    with_password = Settings(home=settings.home, smtp_url="smtp://me:hunter2@mail.example.org")
    assert "hunter2" not in repr(with_password)
