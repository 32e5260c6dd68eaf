"""The allow-list of the log: which fields a line may have, and what a value in each may look like.

A field that is not in ``FIELDS``, or whose value has another shape, is not printed; its name is listed in the line's
``left_out``, so that whoever adds one hears of it at the first run. ``tests/architecture/test_log_calls.py`` reads the
same list beside every call.
"""

import re
from collections.abc import Callable, Mapping, MutableMapping
from enum import Enum
from typing import Any
from uuid import UUID

Shape = Callable[[object], bool]
"""Whether a value looks as a field's values do."""

MOST_LEFT_OUT = 10


class WordForWord(str):
    """A text that stands as it is in the source code of a library: nobody's data can be in it."""

    __slots__ = ()


def _text(pattern: str) -> Shape:
    wanted = re.compile(pattern)
    return lambda value: isinstance(value, str) and wanted.fullmatch(value) is not None


def _listed(one: Shape) -> Shape:
    return lambda value: isinstance(value, list | tuple) and all(one(item) for item in value)


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _word_for_word(value: object) -> bool:
    return isinstance(value, WordForWord)


MESSAGE = _text(r"[a-z][a-z ,:;'`-]{1,119}")
"""What happened, in lower-case words: neither a name nor a number nor an address fits."""

ID = _text(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CODE = _text(r"[a-z][a-z_.-]{0,59}|[A-Z][A-Z_]{0,59}")
"""One of ours, from an enumeration: no digits, so that no case number, date or amount passes for one."""

VERSION = _text(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,39}")
DAY = _text(r"\d{4}-\d{2}-\d{2}")
MOMENT = _text(r"\d{4}-\d{2}-\d{2}T[\d:.]+Z")
CLASS = _text(r"[A-Za-z_]\w{0,79}")
PLACE = _text(r"[\w.?<>]{1,119}:\d{1,6}")
ROUTE = _text(r"unmatched|/|(/(v\d|([a-z_.-]|\{[a-z_]+(:[a-z]+)?\})+))+/?")
"""As the application declares it, with names where ids and words would be."""

METHOD = _text(r"GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS")
COUNT = NUMBER = _number
FLAG = _flag

FIELDS: Mapping[str, Shape] = {
    # every line
    "event": MESSAGE, "level": CODE, "timestamp": MOMENT, "process": CODE, "left_out": _listed(_text(r"\w{1,40}|\?")),
    # every line about a record of a topic
    "stage": CODE, "topic": CODE, "partition": COUNT, "offset": COUNT, "event_id": ID, "consent_id": ID,
    # what became of it
    "outcome": CODE, "attempts": COUNT, "dependency": CODE, "code": CODE,
    # an exception: its class and where it passed, never its text
    "error": CLASS, "at": _listed(PLACE),
    # a library's line
    "logger": _text(r"[A-Za-z_][\w.]{0,79}"), "said": _word_for_word, "place": PLACE,
    # workers and their companions
    "topics": _listed(CODE), "exit": COUNT, "limit": COUNT, "companion": CODE, "sequence": COUNT, "line": COUNT,
    "count": COUNT,
    # reading, rules and trials of a policy
    "ended": COUNT, "document_opened": FLAG, "version": VERSION, "live": CODE, "trial": CODE, "rule_id": VERSION,
    "review_by": DAY,
    # messages and retention
    "message_id": ID, "kind": CODE, "channel": CODE, "failure": CODE, "consents": COUNT, "printed_forms": COUNT,
    # requests
    "method": METHOD, "route": ROUTE, "status": COUNT, "milliseconds": NUMBER,
}  # fmt: skip
"""Name of each field and the shape of its values. None is printed in every field."""


def only_named_fields(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Return the line with what the allow-list lets through; the last step before a line is written."""
    printed: dict[str, Any] = {"event": "message left out"}
    left_out = []
    for name, given in line.items():
        value = _plain(given)
        shape = FIELDS.get(name)
        if shape is not None and (value is None or shape(value)):
            printed[name] = value
        else:
            left_out.append(name if re.fullmatch(r"[a-z_]{1,40}", name) else "?")
    if left_out:
        printed["left_out"] = sorted(left_out)[:MOST_LEFT_OUT]
    return printed


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, UUID) else value
