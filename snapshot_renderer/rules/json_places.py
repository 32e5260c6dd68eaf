"""On which line of a JSON file each value stands, so that a fault can be shown where an editor has to look."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

Path = tuple[str | int, ...]
"""Keys and indexes from the outermost value inwards: ("rules", 3, "title", "es")."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


@dataclass(frozen=True)
class Places:
    """Lines (from 1) by path, and keys that an object holds twice (JSON readers silently keep only the last)."""

    lines: Mapping[Path, int]
    doubled: tuple[tuple[Path, int], ...]

    def line_of(self, path: Path) -> int:
        """Return the line of a value or, where there is none, of the innermost value around it."""
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]


def places_of(text: str) -> Places:
    """Find every value of a JSON text that is known to be valid; a member's line is the line of its key."""
    return _Walk(text).places()


class _Walk:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._coming, self._line = next(self._tokens)
        self._lines: dict[Path, int] = {}
        self._doubled: list[tuple[Path, int]] = []

    def places(self) -> Places:
        self._value((), self._line)
        return Places(self._lines, tuple(self._doubled))

    def _value(self, path: Path, line: int) -> None:
        self._lines[path] = line
        opening = self._take()
        if opening == "{":
            self._members(path)
        elif opening == "[":
            self._elements(path)

    def _members(self, path: Path) -> None:
        while self._coming != "}":
            line = self._line
            member = (*path, cast("str", json.loads(self._take())))
            if member in self._lines:
                self._doubled.append((member, line))
            self._take()  # the colon
            self._value(member, line)
            if self._coming == ",":
                self._take()
        self._take()

    def _elements(self, path: Path) -> None:
        index = 0
        while self._coming != "]":
            self._value((*path, index), self._line)
            index += 1
            if self._coming == ",":
                self._take()
        self._take()

    def _take(self) -> str:
        taken = self._coming
        self._coming, self._line = next(self._tokens, ("", self._line))
        return taken


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    line, seen = 1, 0
    for found in _TOKEN.finditer(text):
        line += text.count("\n", seen, found.start())
        seen = found.start()
        yield found.group(), line
