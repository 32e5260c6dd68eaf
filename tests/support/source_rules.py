"""What the source never does; source_rule_table.py has examples that break each rule, and others that pass."""

import ast
import re
from collections.abc import Iterator

from tests.support.code_rules import (
    calls,
    dotted,
    imported,
    is_constant,
    is_literal_text,
    is_put_together,
    keyword,
)

SHELLS = {
    "os.system",
    "os.popen",
    "subprocess.getoutput",
    "subprocess.getstatusoutput",
    "asyncio.create_subprocess_shell",
}
LOADERS = {"pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle"}
OPENERS = (
    "pypdf",
    "pypdfium2",
    "PIL.Image",
    "PIL.ImageFile",
    "pillow_heif",
    "pyhanko.pdf_utils.reader",
    "cv2.imread",
    "cv2.imdecode",
)
SECRET = re.compile(r"(^|_)(token|secret|password|passphrase|api_key|hmac|mac|digest|bearer)(_hash|_sha256)?$")
LOGGED = {"debug", "info", "warning", "error", "exception", "critical"}
PERSONAL = re.compile(
    r"(^|_)(name|email|address|phone|ssn|birth|birth_date|case_identifier|amount|cents|body|payload|form|headers|"
    r"cookies?|token|secret|password|filename|file_name|claim|request|query|url)$"
)
REQUEST_PARTS = re.compile(r"(^|\.)request\.(body|form|json|headers|cookies|query_params|url|stream)")
PATTERNS = {"compile", "match", "search", "fullmatch", "sub", "subn", "findall", "finditer", "split"}
XML = ("xml", "lxml", "xmltodict", "defusedxml")
QUERIES = {"execute", "executemany", "exec_driver_sql", "text", "scalar", "scalars"}


def starts_a_shell(tree: ast.AST) -> Iterator[ast.AST]:
    for name, call in calls(tree):
        shell = keyword(call, "shell")
        if name in SHELLS or (shell is not None and not is_constant(shell, value=False)):
            yield call


def loads_objects(tree: ast.AST) -> Iterator[ast.AST]:
    yield from (node for name, node in imported(tree) if name.partition(".")[0] in LOADERS)
    for name, call in calls(tree):
        pickled = keyword(call, "allow_pickle")
        if name == "torch.load" or (pickled is not None and not is_constant(pickled, value=False)):
            yield call


def loads_yaml(tree: ast.AST) -> Iterator[ast.AST]:
    yield from (
        call for name, call in calls(tree) if name.startswith("yaml.") and "load" in name and ".safe_" not in name
    )


def runs_text(tree: ast.AST) -> Iterator[ast.AST]:
    yield from (call for name, call in calls(tree) if name in {"eval", "exec", "compile", "__import__"})


def trusts_any_server(tree: ast.AST) -> Iterator[ast.AST]:
    for name, call in calls(tree):
        if is_constant(keyword(call, "verify"), value=False) or name == "ssl._create_unverified_context":
            yield call
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "CERT_NONE":
            yield node
        if isinstance(node, ast.Assign) and is_constant(node.value, value=False):
            yield from (one for one in node.targets if dotted(one).endswith(".check_hostname"))


def guesses_a_file_name(tree: ast.AST) -> Iterator[ast.AST]:
    yield from (call for name, call in calls(tree) if name in {"tempfile.mktemp", "mktemp", "os.tempnam"})


def compares_secrets(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
            continue
        sides = (node.left, node.comparators[0])
        if any(isinstance(side, ast.Constant) or _is_column(side) for side in sides):
            continue  # an empty or known word is no secret; a database looks a hash up in its index
        if any(SECRET.search(_last_word(side)) for side in sides):
            yield node


def _is_column(node: ast.AST) -> bool:
    """Whether it reads ``SignIn.token_sha256``: a column of a table, so that the comparison is the database's."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id[:1].isupper()


def _last_word(node: ast.AST) -> str:
    return dotted(node).removesuffix("()").rpartition(".")[2].lower()


def calls_data_markup(tree: ast.AST) -> Iterator[ast.AST]:
    for name, call in calls(tree):
        if name.rpartition(".")[2] == "Markup" and call.args and not is_literal_text(call.args[0]):
            yield call


def leaves_html_unescaped(tree: ast.AST) -> Iterator[ast.AST]:
    for name, call in calls(tree):
        last = name.rpartition(".")[2]
        if last.endswith("Environment") and not is_constant(keyword(call, "autoescape"), value=True):
            yield call
        if last in {"Jinja2Templates", "Template"}:
            yield call


def logs_a_request(tree: ast.AST) -> Iterator[ast.AST]:
    for name, call in calls(tree):
        owner, _, act = name.rpartition(".")
        if act not in LOGGED or not re.search(r"log(ger)?(\(\))?$", owner):
            continue
        fixed = bool(call.args) and is_literal_text(call.args[0]) and len(call.args) == 1
        values = [part for given in call.keywords for part in ast.walk(given.value)]
        personal = any(PERSONAL.search(given.arg or "") for given in call.keywords)
        if not fixed or personal or any(REQUEST_PARTS.search(dotted(value)) for value in values):
            yield call


def opens_documents(tree: ast.AST) -> Iterator[ast.AST]:
    seen: set[int] = set()
    for name, node in imported(tree):
        if any(name == one or name.startswith(f"{one}.") for one in OPENERS) and node.lineno not in seen:  # type: ignore[attr-defined]
            seen.add(node.lineno)  # type: ignore[attr-defined]
            yield node
    yield from (call for name, call in calls(tree) if name in OPENERS)


def typesets_with_any_fetcher(tree: ast.AST) -> Iterator[ast.AST]:
    for name, call in calls(tree):
        if name in {"weasyprint.HTML", "weasyprint.CSS", "HTML", "CSS"} and keyword(call, "url_fetcher") is None:
            yield call


def writes_sql_by_hand(tree: ast.AST) -> Iterator[ast.AST]:
    for name, call in calls(tree):
        if name.rpartition(".")[2] in QUERIES and call.args and is_put_together(call.args[0]):
            yield call


def reads_a_clock_without_zone(tree: ast.AST) -> Iterator[ast.AST]:
    for name, call in calls(tree):
        bare = name.endswith("datetime.now") and not call.args and keyword(call, "tz") is None
        stamped = name.endswith("datetime.fromtimestamp") and len(call.args) < 2 and keyword(call, "tz") is None
        if bare or stamped or name.endswith(("utcnow", "utcfromtimestamp", "date.today")):
            yield call


def reads_xml(tree: ast.AST) -> Iterator[ast.AST]:
    lines: set[int] = set()
    for name, node in imported(tree):
        number = getattr(node, "lineno", 0)
        if name.partition(".")[0] in XML and number not in lines:
            lines.add(number)
            yield node


def makes_a_pattern(tree: ast.AST) -> Iterator[ast.AST]:
    for name, call in calls(tree):
        owner, _, act = name.rpartition(".")
        if owner in {"re", "regex"} and act in PATTERNS and call.args and is_put_together(call.args[0]):
            escaped = any(found == "re.escape" for found, _ in calls(call.args[0]))
            if not escaped:
                yield call
