"""How a process' log is set up: level, form, libraries, what nobody caught, and where an error passed."""

import io
import json
import logging
import runpy
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, Literal

import pytest
import structlog
from typing_extensions import override

from services.runtime import log_fields
from services.runtime.structured_log import LIBRARIES_AT_WARNING, configure, facts_of, get_logger, places
from services.settings import LogSettings

NAME = "Maria Example"


class Terminal(io.StringIO):
    """Somebody watches."""

    @override
    def isatty(self) -> bool:
        return True


@contextmanager
def process_log(
    log_format: Literal["json", "console"] = "json",
    level: Literal["debug", "info", "warning", "error"] = "info",
    on: io.StringIO | None = None,
) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, before, stderr = root.handlers[:], root.level, sys.stderr
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    sys.stderr = lines = on or io.StringIO()
    try:
        configure(LogSettings(log_format=log_format, log_level=level), "notifier")
        yield lines
    finally:
        sys.stderr = stderr
        sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
        logging.captureWarnings(False)
        root.handlers[:] = handlers
        root.setLevel(before)
        structlog.reset_defaults()


def read(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def an_error() -> ValueError:
    try:
        int(NAME)
    except ValueError as error:
        return error
    raise AssertionError


HOOKS: tuple[Callable[[ValueError], object], ...] = (
    lambda error: sys.excepthook(ValueError, error, error.__traceback__),
    lambda error: threading.excepthook(threading.ExceptHookArgs((ValueError, error, error.__traceback__, None))),
    lambda error: sys.unraisablehook(SimpleNamespace(exc_value=error, exc_type=ValueError)),  # type: ignore[arg-type]
)


@pytest.mark.parametrize("hook", HOOKS)
def test_what_nobody_caught_is_one_line_by_class_and_place(hook: Callable[[ValueError], object]) -> None:
    with process_log() as lines:
        hook(an_error())
    (line,) = read(lines)
    assert (line["event"], line["level"], line["error"]) == ("nobody caught an error", "critical", "ValueError")
    assert line["at"][0].startswith(f"{__name__}:")
    assert NAME not in lines.getvalue()


@pytest.mark.parametrize("wish", [KeyboardInterrupt(), SystemExit(1)])
def test_a_wish_to_stop_is_no_error(wish: BaseException) -> None:
    with process_log() as lines:
        sys.excepthook(type(wish), wish, None)
    assert lines.getvalue() == ""


def test_a_line_of_json_is_in_order_and_says_when_in_utc() -> None:
    with process_log() as lines:
        get_logger().warning("worker waits", dependency="kafka")
    (line,) = read(lines)
    assert lines.getvalue() == json.dumps(line, sort_keys=True) + "\n"
    assert (line["level"], line["process"]) == ("warning", "notifier")
    assert str(line["timestamp"]).endswith("Z")
    assert "T" in str(line["timestamp"])


def test_a_console_line_is_for_people_and_has_colours_only_on_a_terminal() -> None:
    with process_log("console") as lines:
        get_logger().info("worker waits", dependency="kafka")
    assert "worker waits" in lines.getvalue()
    assert "dependency=kafka" in lines.getvalue()
    assert "\x1b" not in lines.getvalue()
    assert not lines.getvalue().startswith("{")
    with process_log("console", on=Terminal()) as lines:
        get_logger().info("worker waits", dependency="kafka")
    assert "\x1b" in lines.getvalue()


def test_a_log_in_use_keeps_its_steps_whatever_is_set_up_behind_its_back() -> None:
    with process_log() as lines:
        logger = get_logger()
        logger.info("worker waits")
        structlog.configure(processors=[structlog.processors.JSONRenderer()])
        logger.info("worker waits", parent_name=NAME)
    assert [line.get("left_out") for line in read(lines)] == [None, ["parent_name"]]


def test_less_than_the_level_is_not_printed() -> None:
    with process_log(level="warning") as lines:
        get_logger().info("worker waits")
        logging.getLogger("some.library").info("quiet")
        get_logger().warning("worker waits")
    assert [line["level"] for line in read(lines)] == ["warning"]
    with process_log(level="debug") as lines:
        get_logger().debug("worker waits")
        logging.getLogger("some.library").debug("never: libraries debug with values")
    assert [line["event"] for line in read(lines)] == ["worker waits"]


@pytest.mark.parametrize("library", LIBRARIES_AT_WARNING)
def test_talkative_libraries_are_heard_from_warnings_on(library: str) -> None:
    with process_log() as lines:
        logging.getLogger(library).info("quiet")
        logging.getLogger(library).warning("loud")
    assert [line["logger"] for line in read(lines)] == [library]


def test_another_library_is_heard_from_the_level_on() -> None:
    with process_log() as lines:
        logging.getLogger("some.library").info("heard")
    assert [line["logger"] for line in read(lines)] == ["some.library"]


def told(number: int, error: Any = None) -> dict[str, Any]:
    """What is printed of a library's line."""
    record = logging.LogRecord("some.library", number, __file__, 7, "not a text of this file " + NAME, None, error)
    with process_log(level="debug") as lines:
        logging.getLogger().handle(record)
    (line,) = read(lines)
    assert NAME not in lines.getvalue()
    return line


@pytest.mark.parametrize(
    ("number", "level"),
    [(10, "debug"), (20, "info"), (30, "warning"), (40, "error"), (50, "critical"), (5, "info"), (25, "info")],
)
def test_a_library_s_line_keeps_its_level_and_one_of_its_own_making_is_information(number: int, level: str) -> None:
    line = told(number)
    assert (line["event"], line["level"], line["logger"]) == ("library", level, "some.library")
    assert line["place"] == "test_log_setup:7"
    assert not {"error", "at", "said", "left_out"} & set(line)


def test_a_library_s_error_is_told_by_class_and_place() -> None:
    error = an_error()
    line = told(logging.ERROR, (ValueError, error, error.__traceback__))
    assert (line["error"], line["at"]) == ("ValueError", places(error.__traceback__))
    assert told(logging.ERROR, (ValueError, None, None))["error"] == "ValueError"
    assert "error" not in told(logging.ERROR, (None, None, None))


def test_the_list_as_its_source_says_it() -> None:
    fields = runpy.run_path(log_fields.__file__)["FIELDS"]
    for name, fits, does_not in (
        ("code", "CONSENT_REVOKED", "AB12345C1"),
        ("consent_id", "0" * 8 + "-0000-0000-0000-" + "0" * 12, "x"),
        ("topics", ["consent.approved"], ["consent.approved", "Maria Example"]),
        ("topics", ("consent.approved",), "consent.approved"),
        ("event", "worker waits", 5),
    ):
        assert fields[name](fits) is True, name
        assert fields[name](does_not) is False, name


def test_a_shape_takes_a_whole_text_and_a_list_only_what_fits_throughout() -> None:
    """Called here and not only where the module is read: else nobody would miss what a shape looks at."""
    text = log_fields._text(r"[a-z]+")
    assert [text(value) for value in ("word", "two words", "", 5, None)] == [True, False, False, False, False]
    several = log_fields._listed(text)
    assert [several(value) for value in (["one", "two"], ("one",), [])] == [True, True, True]
    assert [several(value) for value in (["one", "Two"], "one", {"one": 1}, None)] == [False] * 4


def test_a_warning_of_python_is_a_line_without_its_text() -> None:
    with process_log() as lines, warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)  # pytest catches warnings itself; what counts is that ``configure`` did so
        warnings.warn(NAME, stacklevel=1)
    assert [line["logger"] for line in read(lines)] == ["py.warnings"]
    assert NAME not in lines.getvalue()


def test_warnings_are_captured_from_the_set_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(logging, "captureWarnings", asked.append)
    with process_log():
        assert asked == [True]


def test_an_error_that_is_being_handled_is_found_whichever_way_it_is_passed() -> None:
    error = an_error()
    with process_log() as lines:
        try:
            raise error
        except ValueError:
            get_logger().error("attempt failed", exc_info=True)
        get_logger().error("attempt failed", exc_info=(ValueError, error, error.__traceback__))
        get_logger().error("attempt failed", exc_info=None)
    assert [line.get("error") for line in read(lines)] == ["ValueError", "ValueError", None]


def test_no_error_has_no_facts() -> None:
    assert facts_of(None) == {}
    assert set(facts_of(an_error())) == {"error", "at"}


def fails_deep(depth: int) -> None:
    if depth:
        fails_deep(depth - 1)
    int(NAME)


def raised(by: Callable[[], object]) -> ValueError:
    with pytest.raises(ValueError, match="invalid literal") as caught:
        by()
    return caught.value


def test_the_six_innermost_places_are_kept_in_order() -> None:
    trace = raised(lambda: fails_deep(9)).__traceback__
    found = places(trace)
    assert places(trace, most=2) == found[-2:]
    assert len(found) == 6
    assert found == [f"{__name__}:{found[0].rpartition(':')[2]}"] * 5 + [found[5]]
    assert found[5] != found[4]
    assert places(None) == []


def test_a_place_without_a_module_says_so() -> None:
    error = raised(lambda: exec("int('x')", {}))  # noqa: S102 - code without a module
    assert places(error.__traceback__)[-1] == "?:1"


def test_a_process_that_never_set_up_its_log_is_plain_on_stderr_from_info_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    structlog.reset_defaults()
    try:
        get_logger().debug("quiet")
        get_logger().info("worker waits", dependency="kafka")
        first = get_logger()
        with process_log() as lines:
            first.info("told by the log that was set up later")
    finally:
        structlog.reset_defaults()
    said = capsys.readouterr()
    assert said.out == ""
    assert "worker waits" in said.err
    assert "process=unnamed" in said.err
    assert "\x1b" not in said.err
    assert "quiet" not in said.err
    assert len(read(lines)) == 1
