import io
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
import structlog

from consent_intake.rules.consent_decision import Outcome as Decided
from notifier.rules.kinds import Kind
from notifier.rules.redelivery import Failure
from schemas.reason_codes import ReasonCode
from schemas.topics import TOPICS
from services.register.states import Channel
from services.runtime.event_processor import Outcome
from services.runtime.log_fields import CODE, FIELDS, ROUTE
from services.runtime.structured_log import bound_to_event, configure, get_logger
from services.settings import LogSettings

NAME = "Maria Example"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What a process that logs JSON prints; the test run's own logging is put back afterwards."""
    root = logging.getLogger()
    handlers, level, stderr = root.handlers[:], root.level, sys.stderr
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    sys.stderr = io.StringIO()
    configure(LogSettings(log_format="json", log_level="info"), "case_fetcher")
    yield sys.stderr
    sys.stderr = stderr
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def _read(lines: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_what_is_bound_to_an_event_is_on_every_line_of_it_and_on_no_other(lines: io.StringIO) -> None:
    consent = str(uuid4())
    with bound_to_event(consent_id=consent, offset=7):
        get_logger().info("inside")
    get_logger().info("outside")
    inside, outside = _read(lines)
    assert (inside["consent_id"], inside["offset"], inside["process"]) == (consent, 7, "case_fetcher")
    assert "consent_id" not in outside


def test_an_exception_is_logged_by_class_and_place_and_never_by_its_text(lines: io.StringIO) -> None:
    try:
        dict[str, int]()[NAME]
    except KeyError as error:
        get_logger().error("attempt failed", exc_info=error)
    (line,) = _read(lines)
    assert line["error"] == "KeyError"
    assert "test_structured_log:" in str(line["at"])
    assert NAME not in lines.getvalue()


def test_a_field_that_is_not_on_the_list_is_not_printed_and_the_line_says_so(lines: io.StringIO) -> None:
    get_logger().info("event done with", parent_name=NAME, attempts=2, **{NAME: 1})
    (line,) = _read(lines)
    assert NAME not in lines.getvalue()
    assert (line["attempts"], line["left_out"]) == (2, ["?", "parent_name"])


def test_what_is_bound_to_an_event_passes_the_list_too(lines: io.StringIO) -> None:
    with bound_to_event(case_identifier="AB12345C1", consent_id=NAME):
        get_logger().info("inside")
    (line,) = _read(lines)
    assert line["left_out"] == ["case_identifier", "consent_id"]
    assert "AB12345C1" not in lines.getvalue()


PERSONAL = (NAME, NAME.lower(), "AB12345C1", "$1,234.56", "123456", "1987-04-12x", "a@b.example", "/home/Maria",
            ["AB12345C1"], {"a": NAME}, NAME.encode())  # fmt: skip


@pytest.mark.parametrize("field", sorted(set(FIELDS) - {"event", "level", "timestamp", "left_out"}))
def test_no_named_field_takes_a_persons_data_for_a_value(lines: io.StringIO, field: str) -> None:
    taken = {
        "version",
        "rule_id",
        "logger",
        "error",
    }  # their shape lets a word with digits pass; the calls' test doesn't
    for value in PERSONAL:
        if field not in taken:
            get_logger().info("something happened", **{field: value})
    assert all("left_out" in line for line in _read(lines))
    for value in PERSONAL[:8]:
        assert str(value) not in lines.getvalue()


def test_a_message_that_is_not_in_plain_words_is_left_out(lines: io.StringIO) -> None:
    for said in (f"approved {NAME}", "case ab12345c1", "owes $12", "mail to a@b"):
        get_logger().info(said)
    assert {(line["event"], tuple(line["left_out"])) for line in _read(lines)} == {("message left out", ("event",))}  # type: ignore[arg-type]


def members(*kinds: type[Enum]) -> list[str]:
    return [member.value for kind in kinds for member in kind]


def test_every_code_of_the_product_can_be_printed() -> None:
    codes = members(Decided, Outcome, Failure, Kind, ReasonCode, Channel)
    codes += [topic.name for topic in TOPICS]
    assert [code for code in codes if not CODE(code)] == []


def test_an_id_or_a_code_is_printed_whether_it_is_text_or_not(lines: io.StringIO) -> None:
    consent_id = uuid4()
    get_logger().info("message sent", consent_id=consent_id, channel=Channel.EMAIL, kind=None)
    (line,) = _read(lines)
    assert (line["consent_id"], line["channel"], line["kind"]) == (str(consent_id), Channel.EMAIL.value, None)
    assert "left_out" not in line


def test_a_route_is_printed_as_declared_and_never_as_asked_for() -> None:
    for declared in ("unmatched", "/", "/api/v1/consents/{consent_id}", "/snapshots/{snapshot_id}/{language}.pdf",
                     "/static/{path:path}"):  # fmt: skip
        assert ROUTE(declared), declared
    for asked in (f"/consents/{NAME}", "/consents?name=x", "/c/AB12345C1", "/a b"):
        assert not ROUTE(asked)


def test_a_process_that_never_set_up_its_log_prints_the_same_fields_only(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.reset_defaults()
    try:
        int(NAME)
    except ValueError:
        get_logger().error("attempt failed", exc_info=True, parent_name=NAME)
    structlog.reset_defaults()
    said = "".join(capsys.readouterr())
    assert "ValueError" in said
    assert "parent_name" in said
    assert NAME not in said


UNCAUGHT = f"""
import threading, warnings
from services.runtime.structured_log import configure
from services.settings import LogSettings
class Fails:
    def __call__(self): raise ValueError({NAME!r})
    def __del__(self): raise KeyError({NAME!r})
configure(LogSettings(log_format="json"), "portal")
thread = threading.Thread(target=Fails()); thread.start(); thread.join(); del thread
warnings.warn({NAME!r})
raise RuntimeError({NAME!r})
"""


def test_what_nobody_caught_is_told_without_its_text_in_every_thread(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(UNCAUGHT)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[4])}
    ended = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, check=False)
    told = [json.loads(line) for line in ended.stderr.splitlines()]
    assert ended.returncode == 1
    assert {(line["event"], line.get("error"), line.get("logger")) for line in told} == {
        ("nobody caught an error", "ValueError", None),
        ("nobody caught an error", "KeyError", None),
        ("library", None, "py.warnings"),
        ("nobody caught an error", "RuntimeError", None),
    }
    assert NAME not in ended.stdout + ended.stderr


def test_a_command_whose_output_goes_to_a_file_tells_an_error_without_its_text(tmp_path: Path) -> None:
    code = (
        "import services.cli.app as cli\n"
        f"def fails(home):\n    raise ValueError({NAME!r})\n"
        "cli.adopt_environment = fails\ncli.main()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, "topics", "create"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert "ValueError" in ended.stderr
    assert NAME not in ended.stdout + ended.stderr


def test_a_library_s_warning_is_logged_without_its_arguments(lines: io.StringIO) -> None:
    logging.getLogger("faust.agents").warning("bad value %r", NAME)
    logging.getLogger("aiokafka.consumer").warning(f"bad value {NAME}")  # noqa: G004 - as libraries do
    try:
        int(NAME)
    except ValueError:
        logging.getLogger("mode.services").exception("crashed: %r", NAME)
    logging.getLogger("kafka.client").info("quiet")
    logged = _read(lines)
    assert NAME not in lines.getvalue()
    assert [line["logger"] for line in logged] == ["faust.agents", "aiokafka.consumer", "mode.services"]
    assert [line.get("said") for line in logged] == ["bad value %r", None, "crashed: %r"]
    assert str(logged[1]["place"]).startswith("test_structured_log:")
    assert logged[2]["error"] == "ValueError"


def a_library(folder: Path, body: str) -> Any:
    file = folder / "some_library.py"
    file.write_text(f"import logging\nlog = logging.getLogger('some_library')\ndef speak(name):\n    {body}\n")
    library = ModuleType("some_library")
    exec(compile(file.read_text(), str(file), "exec"), library.__dict__)  # noqa: S102 - the library of this test
    return library


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("log.warning('cannot embed %s', name)", "cannot embed %s"),
        ("log.warning(f'cannot embed {name}')", None),
        ("log.warning('cannot embed ' + name)", None),
        ("log.warning(name)", None),
        ("log.warning(f'{name}: %s', 1)", None),
        ("log.warning('no font found')", "no font found"),
    ],
)
def test_a_library_is_quoted_only_with_what_stands_in_its_own_code(
    lines: io.StringIO, tmp_path: Path, body: str, said: str | None
) -> None:
    a_library(tmp_path, body).speak(NAME)
    (line,) = _read(lines)
    assert line.get("said") == said
    assert line["place"] == "some_library:4"
    assert NAME not in lines.getvalue()


def test_a_piece_of_a_text_is_no_text_of_a_library(lines: io.StringIO, tmp_path: Path) -> None:
    a_library(tmp_path, "log.warning(f'cannot embed {name}')").speak("")
    (line,) = _read(lines)
    assert "said" not in line


def test_a_library_cannot_pass_a_text_of_its_own_as_a_field(lines: io.StringIO) -> None:
    get_logger().warning("library", said=NAME)
    (line,) = _read(lines)
    assert line["left_out"] == ["said"]
