import io
import json
import logging
import sys
from collections.abc import Iterator
from uuid import uuid4

import pytest
import structlog

from services.runtime.structured_log import bound_to_event, configure, get_logger
from services.settings import LogSettings

NAME = "Maria Example"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What a process that logs JSON prints; the test run's own logging is put back afterwards."""
    root = logging.getLogger()
    handlers, level, stderr = root.handlers[:], root.level, sys.stderr
    sys.stderr = io.StringIO()
    configure(LogSettings(log_format="json", log_level="info"), "case_fetcher")
    yield sys.stderr
    sys.stderr = stderr
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
    assert logged[0]["said"] == "bad value %r"
    assert logged[2]["error"] == "ValueError"
