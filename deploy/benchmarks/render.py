"""What a page costs, beside six other ways of setting it, page by page in turn.

Every way is a process of its own that is warm before it is measured, and gets every page once: made-up cases, both
sides and both languages, no two alike. The product starts from the record: its rules and texts are in its time, and so
are its proof of the layout and its facts as JSON. The others get the finished HTML or the finished texts. CPU time is
user and system time of the way's processes; for Chromium that of its processes, without the program that drives it.
"""

import argparse
import io
import json
import os
import statistics
import subprocess
import sys
import time
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pypdfium2

HERE = Path(__file__).resolve().parent
PARTS = HERE / "render_parts"
sys.path.insert(0, str(PARTS))

import pages  # noqa: E402 - beside this file
from this_machine import machine  # noqa: E402

from services.fonts import FONT_FOLDER  # noqa: E402

ROOT = HERE.parents[1]
TYPST = "typst==0.15.2"
"""For this table only; it goes into an environment of its own, which is thrown away."""

WARM_UP = 3
PRODUCT, PLAIN, USUAL, CHROMIUM, TYPESETTER = "product", "plain", "usual", "chromium", "typst"
FORMS = {
    PRODUCT: "none",
    "plain tagged": "plain",
    PLAIN: "plain",
    USUAL: "usual",
    CHROMIUM: "inside",
    "chromium kept": "inside",
    TYPESETTER: "facts",
    "twin": "none",
    "preview": "file",
}
"""What each way is given."""

NAMES = {
    PRODUCT: "**the product**: record to checked PDF/A-3a + PDF/UA-1, in a warm worker",
    "plain tagged": 'WeasyPrint, same template, `HTML(string=...).write_pdf(pdf_variant="pdf/a-3a", pdf_tags=True)`',
    PLAIN: "WeasyPrint, same template, plain `HTML(string=...).write_pdf()` (untagged)",
    USUAL: "WeasyPrint, the same page as usual: flexbox rows, WOFF2 fonts, plain `write_pdf()` (untagged)",
    CHROMIUM: "headless Chromium, same HTML, a context for every document, tagged",
    "chromium kept": "headless Chromium, same HTML, one tab for everybody's documents, tagged",
    TYPESETTER: "Typst, a template of its own with the same facts, PDF/A-3a + PDF/UA-1",
}
EXTRAS = {
    "twin": "HTML twin with its own rules and texts (large print is the same file)",
    "preview": "picture of the finished page, 200 dpi",
}

NOTES = """\
*Times plain* is against the plain `HTML(string=...).write_pdf()` of the same template. The product's time holds its
rules and texts, the check of the laid-out boxes and the facts embedded as JSON; the others begin with finished HTML or
texts and check nothing. Chromium in one tab is about as quick, but then one process holds everybody's data, and its
files are no PDF/A. Typst is the quickest by far (decision 0014 says why the product stays with WeasyPrint)."""


@dataclass
class Series:
    """What one way took for every page."""

    cpu: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Return CPU milliseconds of the middle page."""
        return 1000 * statistics.median(self.cpu)

    @property
    def p95(self) -> float:
        """Return CPU milliseconds that one page in twenty exceeds."""
        ordered = sorted(self.cpu)
        return 1000 * ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)]

    @property
    def per_second(self) -> float:
        """Return pages per second of one core's time."""
        return len(self.cpu) / sum(self.cpu)


class Way:
    """One way of setting pages, in a process that is started already."""

    def __init__(self, process: "subprocess.Popen[str]", form: str) -> None:
        self._process, self._form = process, form

    def set_page(self, asked: Mapping[str, Any]) -> tuple[float, bytes]:
        """Return CPU seconds and the file.

        Raises:
            SystemExit: the process ended.
        """
        if self._process.stdin is None or self._process.stdout is None:
            raise SystemExit("a way has no pipes")
        question = {"number": asked["number"], "form": asked[self._form]}
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"a way of setting pages ended: {self._process.args!r}")
        answer = json.loads(line)
        return answer["cpu"], b64decode(answer["pdf"])


@contextmanager
def way(command: list[str], form: str) -> Iterator[Way]:
    """Start a way; end it afterwards."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT, env=environment)
    try:
        yield Way(process, form)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        process.wait(timeout=30)


def ways(stack: ExitStack, typst: Path | None, names: Iterable[str]) -> dict[str, Way]:
    """Start those ways that are installed."""
    started = {}
    for name in names:
        command = [sys.executable, str(PARTS / "setter.py"), name]
        if name == TYPESETTER:
            if typst is None:
                continue
            command = [str(typst), str(PARTS / "typst_setter.py"), str(FONT_FOLDER)]
        if name.startswith(CHROMIUM) and not Path(pages.CHROMIUM).exists():
            continue
        started[name] = stack.enter_context(way(command, FORMS[name]))
    return started


def typst_python(folder: Path) -> Path | None:
    """Return the Python of an environment with Typst; None when it can't be installed here."""
    venv = folder / "typst"
    install = (["uv", "venv", "-q", str(venv)], ["uv", "pip", "install", "-q", "--python", str(venv), TYPST])
    try:
        for command in install:
            subprocess.run(command, check=True, capture_output=True, timeout=120)
    except (OSError, subprocess.SubprocessError):
        return None
    return venv / "bin" / "python"


def asked_for(number: int, fonts: Path) -> dict[str, Any]:
    """Return a page in every form in which a way wants it."""
    content = pages.content_of(number)
    return {
        "number": number,
        "none": "",
        "plain": pages.plain_html(content),
        "usual": pages.usual_html(content, fonts),
        "inside": pages.self_contained_html(content, fonts),
        "facts": pages.facts_of(content),
        "file": b64encode(pages.file_of(content)).decode(),
    }


def measure(started: Mapping[str, Way], count: int, fonts: Path) -> dict[str, Series]:
    """Let every way set every page, one after the other, each time beginning with another one."""
    found = {name: Series() for name in started}
    names = list(started)
    for number in range(WARM_UP + count):
        print(f"\r  page {number + 1} of {WARM_UP + count}", end="", file=sys.stderr)
        asked = asked_for(number, fonts)
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            seconds, file = started[name].set_page(asked)
            require_one_page(name, file)
            if number >= WARM_UP:
                found[name].cpu.append(seconds)
                found[name].sizes.append(len(file))
    print(file=sys.stderr)
    return found


def require_one_page(name: str, file: bytes) -> None:
    """Stop if a way needs a second page: it would not be the same work.

    Raises:
        SystemExit: it does.
    """
    if name in EXTRAS:
        return
    document = pypdfium2.PdfDocument(io.BytesIO(file))
    count = len(document)
    document.close()
    if count != 1:
        raise SystemExit(f"{name}: {count} pages")


def report(found: Mapping[str, Series], count: int, seconds: float) -> str:
    """Return the Markdown page."""
    made = (
        f"Made by `./deploy/bench render --pages {count}` on {datetime.now(UTC):%Y-%m-%d} in {seconds / 60:.0f} min: "
        f"{machine()}, WeasyPrint {version('weasyprint')}, {TYPST.replace('==', ' ')}. "
        f"{count} different made-up pages, both sides, English and Spanish; every way in a warm process of its own, "
        "page by page in turn. A page is one PDF of one sheet. CPU milliseconds, user and system, of all "
        "of a way's processes (Chromium: without the program that drives it)."
    )
    lines = [
        "# Setting a page",
        "",
        made,
        "",
        "| way | CPU ms per page, median | p95 | pages per second and core | times the product | times plain | KB |",
        "|---|---|---|---|---|---|---|",
        *(row(text, found.get(name), found) for name, text in NAMES.items()),
        "",
        NOTES,
        "",
        "Other things made of the same content, each only when it is needed:",
        "",
        "| output | CPU ms, median | p95 | KB |",
        "|---|---|---|---|",
        *(extra_row(text, found[name]) for name, text in EXTRAS.items() if name in found),
        "",
    ]
    return "\n".join(lines)


def row(text: str, series: Series | None, found: Mapping[str, Series]) -> str:
    """Return one way's row: ratios are of medians."""
    if series is None:
        return f"| {text} | not installed | | | | | |"
    size = statistics.median(series.sizes) / 1024
    ours, plain = found[PRODUCT].median, found[PLAIN].median
    return (
        f"| {text} | {series.median:.0f} | {series.p95:.0f} | {series.per_second:.1f} | {series.median / ours:.1f} | "
        f"{series.median / plain:.2f} | {size:.0f} |"
    )


def extra_row(text: str, series: Series) -> str:
    """Return the row of another output."""
    size = statistics.median(series.sizes) / 1024
    return f"| {text} | {series.median:.0f} | {series.p95:.0f} | {size:.0f} |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=24)
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks/render.md")
    options = parser.parse_args()
    started = time.monotonic()
    with TemporaryDirectory() as folder, ExitStack() as stack:
        fonts = Path(folder)
        pages.write_woff2(fonts)
        running = ways(stack, typst_python(fonts), FORMS)
        found = measure(running, options.pages, fonts)
    text = report(found, options.pages, time.monotonic() - started)
    print(text)
    if options.write:
        (ROOT / "docs" / "benchmarks" / "render.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
