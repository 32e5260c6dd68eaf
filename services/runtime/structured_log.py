"""Structured logs: one JSON object a line (or colours on a console) on standard error.

What belongs to every line of an event (stage, consent_id, event_id, topic, partition, offset) is bound once, with
``bound_to_event``. Only the fields of ``log_fields.FIELDS`` are printed, in the shape that each has there. An exception
is logged as its class and the places it passed through, never as its text, which may quote a person's data; the same
holds for what nobody caught, for libraries and for warnings.
"""

import ast
import logging
import sys
import threading
from collections.abc import MutableMapping
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import FilteringBoundLogger
from typing_extensions import override

from services.runtime.log_fields import WordForWord, only_named_fields
from services.settings import LogSettings

LIBRARIES_AT_WARNING = (
    "faust", "mode", "aiokafka", "kafka", "asyncio", "sqlalchemy", "alembic", "httpx", "httpcore", "weasyprint"
)  # fmt: skip
"""Their information and debug lines tell of every record and query."""

MOST_OF_A_TEXT = 200


def get_logger() -> FilteringBoundLogger:
    """Return a logger. Its messages are fixed; everything variable is a keyword: ids, codes, counts, times.

    In a process that has not called ``configure`` the same fields are printed, for a console.
    """
    if not structlog.is_configured():
        structlog.configure(
            processors=_steps("unnamed", structlog.dev.ConsoleRenderer(colors=False)),
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
            logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
        )
    logger: FilteringBoundLogger = structlog.get_logger()
    return logger


def configure(settings: LogSettings, process: str) -> None:
    """Set up logging for this process; call it once, first.

    Args:
        settings: format and level.
        process: name on every line, such as ``"consent_intake"``.
    """
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    renderer: Any = (
        structlog.processors.JSONRenderer(sort_keys=True)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=_steps(process, renderer),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers[:] = [_WithoutArguments()]
    root.setLevel(max(level, logging.INFO))
    for library in LIBRARIES_AT_WARNING:
        logging.getLogger(library).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    tell_what_nobody_caught()


def tell_what_nobody_caught() -> None:
    """From now on an exception that nobody caught is a line like any other, in every thread: no text, no values."""
    sys.excepthook = lambda _kind, error, _trace: _tell_uncaught(error)
    threading.excepthook = lambda told: _tell_uncaught(told.exc_value)
    sys.unraisablehook = lambda told: _tell_uncaught(told.exc_value)


def bound_to_event(**names: object) -> AbstractContextManager[None]:
    """Add these names to every line logged inside the ``with`` block (also from functions called there)."""
    return structlog.contextvars.bound_contextvars(**names)


def facts_of(error: BaseException | None) -> dict[str, object]:
    """Return what may be logged of an exception: its class, and where it passed.

    Prefer this to ``exc_info``, which a process that has not called ``configure`` prints with every local variable.
    """
    return {} if error is None else {"error": type(error).__name__, "at": places(error.__traceback__)}


def places(trace: TracebackType | None, *, most: int = 6) -> list[str]:
    """Return where an exception passed, innermost last, as ``module:line``; no text, no values."""
    found: list[str] = []
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "?")
        found.append(f"{module}:{trace.tb_lineno}")
        trace = trace.tb_next
    return found[-most:]


class _WithoutArguments(logging.Handler):
    """Passes on what a library says as far as it stands in the library's own code; the rest may be a record's value."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        _pass_on(record)


def _pass_on(record: logging.LogRecord) -> None:
    details: dict[str, Any] = {"logger": record.name, "place": f"{record.module}:{record.lineno}"}
    if (said := str(record.msg)) in _texts_of(record.pathname):
        details["said"] = WordForWord(said[:MOST_OF_A_TEXT])
    if record.exc_info and record.exc_info[0]:
        details |= {"error": record.exc_info[0].__name__, "at": places(record.exc_info[2])}
    level = record.levelname.lower()
    log = getattr(get_logger(), level if level in {"debug", "warning", "error", "critical"} else "info")
    log("library", **details)


@cache
def _texts_of(file: str) -> frozenset[str]:
    return _texts_in(file)


def _texts_in(file: str) -> frozenset[str]:
    """Return every text that stands in a module's source; none when it can't be read."""
    try:
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return frozenset()
    in_pieces = {id(piece) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for piece in node.values}
    return frozenset(
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in in_pieces
    )


def _tell_uncaught(error: BaseException | None) -> None:
    if not isinstance(error, KeyboardInterrupt | SystemExit):
        get_logger().critical("nobody caught an error", **facts_of(error))


def _steps(process: str, renderer: Any) -> list[structlog.types.Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _name_the_process(process),
        _exception_without_its_text,
        only_named_fields,  # last, so that nothing can be added behind it
        renderer,
    ]


def _name_the_process(process: str) -> structlog.types.Processor:
    def add(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        line.setdefault("process", process)
        return line

    return add


def _exception_without_its_text(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    error = line.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        for name, value in facts_of(error).items():
            line[name] = value
    return line
