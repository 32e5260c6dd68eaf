"""Every line that the code logs: a message in fixed words, and only fields that the allow-list prints."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.runtime.log_fields import FIELDS, MESSAGE

ROOT = Path(__file__).parents[2]
ROOMS = ("schemas", "services", "consent_intake", "case_fetcher", "snapshot_renderer", "notifier")
LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log", "bind"}
SPREAD = {"facts_of", "_names"}
"""Functions whose result may be spread over a line; ``_names`` is looked into below."""

CLASS_OR_CODE = ("type(", "code")

HANDLER = "services/runtime/structured_log.py"
"""It alone speaks for libraries: it takes their fields from a dictionary."""


def modules() -> Iterator[tuple[str, ast.Module]]:
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            yield str(file.relative_to(ROOT)), ast.parse(file.read_text(encoding="utf-8"))


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Every call of a method of ``get_logger()`` or of something called a log."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS:
            speaker = ast.unparse(node.func.value)
            if speaker.startswith("get_logger(") or speaker.split(".")[-1].strip("_") in {"log", "logger"}:
                yield node


def complaints(call: ast.Call) -> list[str]:
    said = call.args[0] if len(call.args) == 1 else None
    fixed = isinstance(said, ast.Constant) and MESSAGE(said.value)
    found = [] if fixed else ["its message is no fixed text"]
    for keyword in call.keywords:
        if keyword.arg is None:
            spread = keyword.value.func if isinstance(keyword.value, ast.Call) else None
            if not (isinstance(spread, ast.Name) and spread.id in SPREAD):
                found.append("it spreads a dictionary")
        elif keyword.arg not in FIELDS:
            found.append(f"{keyword.arg} is not on the list")
        elif keyword.arg == "error" and not ast.unparse(keyword.value).startswith(CLASS_OR_CODE):
            found.append("an error is told by its class or code")
        elif keyword.arg in {"said", "logger", "event", "process", "timestamp", "left_out"}:
            found.append(f"{keyword.arg} belongs to the log itself")
    return found


def test_every_line_has_a_fixed_message_and_only_fields_of_the_list() -> None:
    found = {
        f"{file}:{call.lineno}": wrong
        for file, tree in modules()
        if file != HANDLER
        for call in calls(tree)
        if (wrong := complaints(call))
    }
    assert found == {}
    assert sum(1 for _, tree in modules() for _ in calls(tree)) > 30


@pytest.mark.parametrize(
    "line",
    [
        "get_logger().info(f'approved {name}')",
        "get_logger().info(text)",
        "get_logger().info('approved %s', name)",
        "self._log.warning('approved', parent_name=name)",
        "get_logger().error('approved', **claim)",
        "log.error('approved', error=str(error))",
        "get_logger().warning('approved', said=name)",
        "get_logger().info('Approved Maria')",
    ],
)
def test_a_line_that_breaks_the_rule_is_found(line: str) -> None:
    assert [complaints(call) for call in calls(ast.parse(line))] not in ([], [[]])


def test_what_is_bound_to_a_line_or_made_for_one_is_on_the_list_too() -> None:
    names: set[str | None] = set()
    for _, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "bound_to_event":
                names |= {keyword.arg for keyword in node.keywords}
            if isinstance(node, ast.FunctionDef) and node.name == "_names":
                made = [found for found in ast.walk(node) if isinstance(found, ast.Dict)]
                names |= {str(key.value) for one in made for key in one.keys if isinstance(key, ast.Constant)}
    assert {"stage", "consent_id", "message_id"} <= names
    assert names <= set(FIELDS)


def test_nobody_logs_past_the_list() -> None:
    """Only the log itself, and who silences a library, may use the standard library's logging."""
    speaking = []
    for file, tree in modules():
        for node in ast.walk(tree):
            spoken = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            direct = spoken in {"traceback.print_exc", "traceback.format_exc", "warnings.warn"}
            if direct or (spoken.startswith("logging.") and spoken.split(".")[-1] in LEVELS):
                speaking.append(f"{file}: {spoken}")
    assert speaking == []
