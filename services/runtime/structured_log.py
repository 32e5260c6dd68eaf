"""Structured logs: one JSON object a line (or colours on a console) on standard error.

What belongs to every line of an event (stage, consent_id, event_id, topic, partition, offset) is bound once, with
``bound_to_event``. An exception is logged as its class and the places it passed through, never as its text, which may
quote a person's data.
"""

import logging
import sys
from collections.abc import MutableMapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import FilteringBoundLogger
from typing_extensions import override

from services.settings import LogSettings

LIBRARIES_AT_WARNING = (
    "faust", "mode", "aiokafka", "kafka", "asyncio", "sqlalchemy", "alembic", "httpx", "httpcore", "weasyprint"
)  # fmt: skip
"""Their information and debug lines print records and queries; their warnings are printed without arguments."""


def get_logger() -> FilteringBoundLogger:
    """Return a logger. Its messages are fixed; everything variable is a keyword: ids, codes, counts, times."""
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
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _name_the_process(process),
            _exception_without_its_text,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers[:] = [_WithoutArguments()]
    root.setLevel(max(level, logging.INFO))
    for library in LIBRARIES_AT_WARNING:
        logging.getLogger(library).setLevel(logging.WARNING)


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
    """Passes on what a library says, without the arguments it filled in: they may be a record's value."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        details: dict[str, Any] = {"logger": record.name, "said": str(record.msg)[:200]}
        if not record.args and record.name.partition(".")[0] in LIBRARIES_AT_WARNING:
            # Formatted before it was logged, so that text and arguments can't be told apart.
            details["said"] = f"{record.module}:{record.lineno}"
        if record.exc_info and record.exc_info[0]:
            details |= {"error": record.exc_info[0].__name__, "at": places(record.exc_info[2])}
        level = record.levelname.lower()
        log = getattr(get_logger(), level if level in {"debug", "info", "warning", "error", "critical"} else "info")
        log("library", **details)


def _name_the_process(process: str) -> structlog.types.Processor:
    def add(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        line.setdefault("process", process)
        return line

    return add


def _exception_without_its_text(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    error = line.pop("exc_info", None)
    if error is True:
        error = sys.exception() if hasattr(sys, "exception") else sys.exc_info()[1]
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        for name, value in facts_of(error).items():
            line[name] = value
    return line
