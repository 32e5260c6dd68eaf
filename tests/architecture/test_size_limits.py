"""A reader can hold each piece in the head: files, functions and handlers stay small, and names say what they do."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("schemas", "services", "consent_intake", "case_fetcher", "snapshot_renderer", "notifier")
FILE_LINES, FUNCTION_LINES, HANDLER_LINES = 300, 40, 25
MEANINGLESS = {"utils", "util", "helpers", "helper", "manager", "managers", "base", "common", "misc"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def code() -> Iterator[Path]:
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            if "versions" not in file.parts:  # migrations are written by Alembic and never edited
                yield file


def functions(file: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            yield node


def lines(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def place(file: Path, node: ast.AST) -> str:
    return f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def test_there_is_code_to_check() -> None:
    assert len(list(code())) > 100


def test_no_file_is_longer_than_its_limit() -> None:
    sizes = {str(file.relative_to(ROOT)): file.read_text(encoding="utf-8").count("\n") for file in code()}
    assert {file: size for file, size in sizes.items() if size > FILE_LINES} == {}


def test_no_function_is_longer_than_its_limit() -> None:
    long = {
        place(file, node): lines(node) for file in code() for node in functions(file) if lines(node) > FUNCTION_LINES
    }
    # A command's options are its documentation: typer's declarations don't count as logic.
    assert {where: size for where, size in long.items() if "/commands.py" not in where and "/cli/" not in where} == {}


def test_no_handler_of_an_event_is_longer_than_its_limit() -> None:
    long = [
        f"{place(file, node)} {node.name}"
        for file in code()
        if file.name == "stage.py" and file.parent.name != "runtime"
        for node in functions(file)
        if not node.name.startswith("_") and _body_lines(node) > HANDLER_LINES
    ]
    assert long == []


def _body_lines(node: Function) -> int:
    """Lines from the first statement after the docstring: collaborators by keyword take lines of their own."""
    first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
    return (node.end_lineno or first.lineno) - first.lineno + 1


def test_only_the_runtime_catches_every_exception() -> None:
    broad = [
        place(file, node)
        for file in code()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler) and _is_broad(node)
    ]
    assert len(broad) == 1, broad
    assert broad[0].startswith("services/runtime/")


def _is_broad(node: ast.ExceptHandler) -> bool:
    if node.type is None:
        return True
    names = {found.id for found in ast.walk(node.type) if isinstance(found, ast.Name)}
    return bool(names & {"Exception", "BaseException"})


def test_no_module_is_named_after_nothing() -> None:
    named = [str(file.relative_to(ROOT)) for file in code() if {file.stem, *file.parent.parts} & MEANINGLESS]
    assert named == []


def test_every_module_and_public_function_says_what_it_is() -> None:
    silent = [str(file.relative_to(ROOT)) for file in code() if not ast.get_docstring(ast.parse(file.read_text()))]
    assert silent == []
