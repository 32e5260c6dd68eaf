"""Other commands find a running `up`, and only a running one."""

import json
import os
from pathlib import Path

import pytest

from services.cli.installation import Addresses, environment
from services.cli.running import Running, adopt_environment, find_running, forget
from services.cli.settings import Settings


def test_nothing_runs_where_no_file_is(tmp_path: Path) -> None:
    assert find_running(tmp_path) is None


def test_a_file_left_by_a_killed_up_is_not_believed(tmp_path: Path) -> None:
    Running(2**22 + 1, "http://127.0.0.1:1", "", None, {}, {}).write(tmp_path)
    assert find_running(tmp_path) is None


def test_a_stranger_with_the_same_process_id_is_not_taken_for_up(tmp_path: Path) -> None:
    Running(os.getpid(), "http://127.0.0.1:1", "", None, {}, {}).write(tmp_path)
    assert find_running(tmp_path) is None


def test_a_garbled_file_is_no_up(tmp_path: Path) -> None:
    (tmp_path / "up.json").write_text(json.dumps({"pid": 1}))
    assert find_running(tmp_path) is None
    forget(tmp_path)
    assert not (tmp_path / "up.json").exists()


def test_what_the_caller_says_wins_over_what_up_told_its_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = Running(1, "", "", None, {"SNAPSHOT_KAFKA_BROKERS": "told:1", "SNAPSHOT_PORTAL_URL": "http://told"}, {})
    monkeypatch.setattr("services.cli.running.find_running", lambda _home: running)
    monkeypatch.setenv("SNAPSHOT_KAFKA_BROKERS", "mine:1")
    monkeypatch.setenv("SNAPSHOT_PORTAL_URL", "")  # so that the fixture knows to take it back
    monkeypatch.delenv("SNAPSHOT_PORTAL_URL")
    adopt_environment(tmp_path)
    assert os.environ["SNAPSHOT_KAFKA_BROKERS"] == "mine:1"
    assert os.environ["SNAPSHOT_PORTAL_URL"] == "http://told"


def test_an_existing_mail_server_is_used_instead_of_the_catcher(tmp_path: Path) -> None:
    addresses = Addresses(portal=1, monitor=2, mail_web=None, mail_smtp=None, brokers="b:9092")
    told = environment(Settings(home=tmp_path, smtp_url="smtps://mail.example.org"), addresses)
    assert "SNAPSHOT_SMTP_URL" not in told, "the caller's own environment says it already"
    assert told["SNAPSHOT_KAFKA_BROKERS"] == "b:9092"
    assert told["SNAPSHOT_PORTAL_URL"] == "http://127.0.0.1:1"
