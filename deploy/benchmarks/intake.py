"""What reading a form costs and how exact it is, beside three ways of reading the whole page, on the same forms.

The product reads the file in its sandbox, everything included. The others get the same page upright: pytesseract and
RapidOCR its pixels, OCRmyPDF the PDF. A field of theirs is exact when its text stands anywhere in what they read, signs
and spaces left out, which is kinder than what the product is held to: it must have the text in the field's own box.
"""

import argparse
import asyncio
import os
import platform
import re
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
import pytesseract

from consent_intake.adapters.reading_process import form_reader
from consent_intake.samples.containers import as_file
from consent_intake.samples.kinds import KINDS
from consent_intake.samples.scanning import scanned
from consent_intake.samples.spec import Fill
from consent_intake.samples.specimen import filled_form
from consent_intake.samples.truth import Truth
from consent_intake.scoring.cpu_time import CpuWatch
from consent_intake.scoring.scored import same_text
from schemas.values import Language
from services.consent_form.raster import page_raster

ROOT = Path(__file__).resolve().parents[2]
OCRMYPDF = "ocrmypdf==17.13.0"
DPI = 200
DEVICES = ("flatbed", "copier", "phone", "fax")
FILLS: tuple[Fill, ...] = ("typed", "hand", "prefilled")
TODAY = date(2026, 11, 22)
TESSERACT_LANGUAGES = {Language.ENGLISH: "eng", Language.SPANISH: "spa"}


@dataclass
class Page:
    """One form: as a file, as pixels, and what is on it."""

    pdf: bytes
    pixels: np.ndarray[Any, np.dtype[np.uint8]]
    truth: Truth


@dataclass
class Result:
    """What one reader took, and which fields it read exactly: (by hand, exact)."""

    name: str
    seconds: list[float] = field(default_factory=list)
    fields: list[tuple[bool, bool]] = field(default_factory=list)

    def row(self, ours: float) -> str:
        """Return the table row; ``ours`` is the product's mean CPU time."""
        if not self.seconds:
            return f"| {self.name} | not installed | | | |"
        mean = sum(self.seconds) / len(self.seconds)
        return (
            f"| {self.name} | {mean:.3f} | {mean / ours:.1f} | {self._exact(hand=False)} | {self._exact(hand=True)} |"
        )

    def _exact(self, *, hand: bool) -> str:
        exact = [hit for by_hand, hit in self.fields if by_hand is hand]
        return f"{100 * sum(exact) / len(exact):.1f} % ({sum(exact)}/{len(exact)})" if exact else "-"


def make_pages(count: int, seed: int) -> list[Page]:
    """Make good forms, upright, through every device in turn."""
    good = next(kind for kind in KINDS if kind.name == "good")
    pages = []
    for number in range(count):
        random = np.random.default_rng([seed, number])
        language = Language.SPANISH if number % 5 > 2 else Language.ENGLISH  # noqa: PLR2004 - two of five
        form = filled_form(good, language, FILLS[number % 3], TODAY, random)
        pixels = scanned(page_raster(form.pdf, DPI), DEVICES[number // 3 % 4], random)
        fax = DEVICES[number // 3 % 4] == "fax"
        pages.append(Page(as_file(pixels, "pdf", dpi=DPI, black_and_white=fax), pixels, form.truth))
    return pages


def ours(pages: Sequence[Page]) -> Result:
    """Read the forms as the stage does."""
    return asyncio.run(_ours(pages))


async def _ours(pages: Sequence[Page]) -> Result:
    result, reader = Result("the product: registered boxes, in the sandbox"), form_reader()
    try:
        await reader.read(b"%PDF-1.4 nothing")  # starts the process, loads the models
        for page in pages:
            watch = CpuWatch()
            fields = (await reader.read(page.pdf)).reading.fields
            result.seconds.append(watch.seconds())
            for name, text in page.truth.written.items():
                read = fields[name].text if name in fields else ""
                result.fields.append((name in page.truth.by_hand, same_text(read, text)))
    finally:
        await reader.close()
    return result


def whole_page(name: str, pages: Sequence[Page], read: Callable[[Page], str]) -> Result:
    """Let something read whole pages, and look for the fields in its text."""
    result = Result(name)
    read(pages[0])  # loads what there is to load
    for page in pages:
        watch = CpuWatch()
        text = _letters(read(page))
        result.seconds.append(watch.seconds())
        for box, written in page.truth.written.items():
            result.fields.append((box in page.truth.by_hand, _letters(written) in text))
    return result


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def by_tesseract(page: Page) -> str:
    """Return what pytesseract makes of the page, on one thread."""
    return str(pytesseract.image_to_string(page.pixels, lang=TESSERACT_LANGUAGES[page.truth.language]))


def rapidocr() -> Callable[[Page], str]:
    """Return RapidOCR's detection and recognition with its packaged models, on one thread."""
    from rapidocr import RapidOCR  # noqa: PLC0415 - takes a second and prints

    threads = {f"EngineConfig.onnxruntime.{name}_op_num_threads": 1 for name in ("intra", "inter")}
    engine = RapidOCR(params={"Global.log_level": "error", **threads})

    def read(page: Page) -> str:
        found = engine(cv2.cvtColor(page.pixels, cv2.COLOR_GRAY2BGR))
        return "\n".join(getattr(found, "txts", None) or ())

    return read


def ocrmypdf(folder: Path) -> Callable[[Page], str] | None:
    """Return OCRmyPDF from an environment of its own; None when it cannot be installed here."""
    venv = folder / "ocrmypdf"
    python, program = venv / "bin" / "python", venv / "bin" / "ocrmypdf"
    install = (["uv", "venv", "-q", str(venv)], ["uv", "pip", "install", "-q", "--python", str(python), OCRMYPDF])
    try:
        for command in install:
            subprocess.run(command, check=True, capture_output=True, timeout=300)
    except (OSError, subprocess.SubprocessError):
        return None
    source, target, sidecar = (folder / name for name in ("page.pdf", "read.pdf", "page.txt"))
    options = ["--force-ocr", "--jobs", "1", "--output-type", "pdf", "--optimize", "0", "--sidecar", str(sidecar)]

    def read(page: Page) -> str:
        source.write_bytes(page.pdf)
        language = TESSERACT_LANGUAGES[page.truth.language]
        subprocess.run(
            [str(program), *options, "-l", language, str(source), str(target)], check=True, capture_output=True
        )
        return sidecar.read_text(encoding="utf-8")

    try:
        read(make_pages(1, 1)[0])
    except (OSError, subprocess.SubprocessError):
        return None
    return read


def report(results: Sequence[Result], forms: int, seconds: float) -> str:
    """Return the page."""
    mine = sum(results[0].seconds) / len(results[0].seconds)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    made = (
        f"Made by `./deploy/bench intake --forms {forms}` on {datetime.now(UTC):%Y-%m-%d}: "
        f"{len(os.sched_getaffinity(0))} cores, {memory:.0f} GiB, Python {platform.python_version()}, "
        f"{seconds / 60:.0f} minutes. {forms} good forms at {DPI} dpi, a third each typed, hand-written (fonts and "
        "real digits) and prefilled, by flatbed, copier, phone and fax, upright. CPU seconds of every process, on one "
        "thread, models loaded before. The product must have a field's text in its own box; for the others it counts "
        "wherever it stands on the page."
    )
    lines = [
        "# Reading a consent form",
        "",
        made,
        "",
        "| reader | CPU s per page | times the product | printed and typed fields exact | handwritten fields exact |",
        "|---|---|---|---|---|",
        *(result.row(mine) for result in results),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forms", type=int, default=36)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks/intake.md")
    options = parser.parse_args()
    os.environ["OMP_THREAD_LIMIT"] = "1"
    cv2.setNumThreads(1)
    started = time.monotonic()
    pages = make_pages(options.forms, options.seed)
    results = [ours(pages), whole_page("pytesseract, whole page", pages, by_tesseract)]
    with TemporaryDirectory() as folder:
        program = ocrmypdf(Path(folder))
        name = f"OCRmyPDF {OCRMYPDF.partition('==')[2]}, whole page"
        results.append(whole_page(name, pages, program) if program else Result(name))
    results.append(whole_page("RapidOCR, detection and recognition, whole page", pages, rapidocr()))
    text = report(results, options.forms, time.monotonic() - started)
    print(text)
    if options.write:
        (ROOT / "docs" / "benchmarks" / "intake.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
