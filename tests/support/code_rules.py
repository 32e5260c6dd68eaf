"""Rules about the product's source, each a walk over a syntax tree (docs/decisions/0021).

A line that a rule is wrong about says so itself, at its end or right above: ``# allowed: RULE - why``. An exception
that excuses nothing fails.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ALLOWED = re.compile(r"# allowed: ([a-z-]+) - \S+")

Finder = Callable[[ast.AST], Iterator[ast.AST]]


@dataclass(frozen=True)
class Rule:
    """What must not be in the source. ``rejected`` and ``accepted`` are examples that a test runs."""

    name: str
    why: str
    finds: Finder
    rejected: tuple[str, ...]
    accepted: tuple[str, ...]
    exempt: tuple[str, ...] = ()
    """Files, or folders with their slash, that exist to do just this."""


@dataclass(frozen=True)
class Breach:
    """A line that breaks a rule."""

    rule: str
    place: str
    line: int

    def __str__(self) -> str:
        """Return it as a compiler would."""
        return f"{self.place}:{self.line} {self.rule}"


def breaches(source: str, place: str, rules: tuple[Rule, ...]) -> tuple[list[Breach], list[Breach]]:
    """Return what breaks a rule, and exceptions that excuse nothing."""
    excused = set(_exceptions(source))
    used: set[tuple[str, int]] = set()
    broken: list[Breach] = []
    tree = ast.parse(source)
    for rule in rules:
        for node in () if place.startswith(rule.exempt or "-") else rule.finds(tree):
            first, last = getattr(node, "lineno", 1), getattr(node, "end_lineno", 1)
            here = {(rule.name, number) for number in range(first, last + 1)} & excused
            used |= here
            if not here:
                broken.append(Breach(rule.name, place, first))
    known = {rule.name for rule in rules}
    idle = [Breach(name, place, number) for name, number in sorted(excused - used) if name in known]
    return broken, idle


def _exceptions(source: str) -> Iterator[tuple[str, int]]:
    """Yield each rule that is excused, and the number of the line."""
    for number, line in enumerate(source.splitlines(), 1):
        if found := ALLOWED.search(line):
            yield found.group(1), number + line.lstrip().startswith("#")


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Yield each call with the dotted name of what is called ("" where it has none)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield dotted(node.func), node


def dotted(node: ast.AST) -> str:
    """Return ``a.b.c`` of a name or attribute; of ``f().b``, ``f().b`` too."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return f"{dotted(node.func)}()" if isinstance(node, ast.Call) else ""


def imported(tree: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield every imported module, and every ``module.name``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((one.name, node) for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node
            yield from ((f"{node.module}.{one.name}", node) for one in node.names)


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Return the value of a keyword argument, or None."""
    return next((given.value for given in call.keywords if given.arg == name), None)


def is_constant(node: ast.AST | None, value: object) -> bool:
    """Whether a node is just this literal."""
    return isinstance(node, ast.Constant) and node.value is value


def is_literal_text(node: ast.AST) -> bool:
    """Whether a node is a text that the source spells out, in one piece or joined by ``+``."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return is_literal_text(node.left) and is_literal_text(node.right)
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def is_put_together(node: ast.AST) -> bool:
    """Whether a text is built from parts that are not literals: f-string, ``%``, ``+`` or ``.format()``."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return not is_literal_text(node)
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"


def python_files(root: Path, folders: tuple[str, ...]) -> Iterator[Path]:
    """Yield the source files of these folders."""
    for folder in folders:
        yield from sorted((root / folder).rglob("*.py"))
