"""Sets pages one way, as a process of its own: a page as JSON on a line in, its PDF and CPU seconds on a line out."""

import asyncio
import json
import os
import sys
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import weasyprint

sys.path.insert(0, str(Path(__file__).resolve().parent))

import pages

from consent_intake.scoring.cpu_time import cpu_seconds
from services.portal.page_pictures import picture_of
from snapshot_renderer.adapters import page_maker, twin_writer

Asked = Mapping[str, Any]
SetPage = Callable[[Asked], bytes]
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")


def product() -> SetPage:
    """Set it as the worker process does, from the record to the checked file; everything is warm."""
    page_maker.warm_up()
    return lambda asked: page_maker.make_page(pages.request_of(asked["number"]), pages.language_of(asked["number"]))


def twin() -> SetPage:
    """Write the web page of content that is there already; large print is the same file."""
    twin_writer.warm_up()
    return lambda asked: twin_writer.write_twin(pages.content_of(asked["number"]))


def preview() -> SetPage:
    """Draw a finished page as the portal does."""
    return lambda asked: asyncio.run(picture_of(b64decode(asked["form"])))


def plain() -> SetPage:
    """Let WeasyPrint do it as its documentation begins."""
    return lambda asked: bytes(weasyprint.HTML(string=asked["form"]).write_pdf())


def plain_tagged() -> SetPage:
    """Let WeasyPrint make the same kind of file: PDF/A-3a with tags."""
    return lambda asked: bytes(weasyprint.HTML(string=asked["form"]).write_pdf(pdf_variant="pdf/a-3a", pdf_tags=True))


def chromium(*, isolated: bool) -> SetPage:
    """Print with a headless Chromium that runs already, in a context of its own for every page or in one for all."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only this one needs it

    browser = sync_playwright().start().chromium.launch(executable_path=pages.CHROMIUM, args=list(QUIET))
    kept = None if isolated else browser.new_page()

    def set_page(asked: Asked) -> bytes:
        context = browser.new_context() if kept is None else None
        tab = context.new_page() if context else kept
        tab.set_content(asked["form"])
        tab.evaluate("document.fonts.ready")
        pdf = tab.pdf(prefer_css_page_size=True, print_background=True, tagged=True)
        if context:
            context.close()
        return pdf

    return set_page


def own_seconds() -> float:
    """Return this process's CPU time."""
    return time.process_time()


def browser_seconds() -> float:
    """Return the CPU time of Chromium's processes, without ours and without the driver between."""
    return cpu_seconds() - time.process_time() - _driver_seconds()


def _driver_seconds() -> float:
    ticks = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and _is_driver(folder):
            ticks += sum(map(int, (folder / "stat").read_text().rpartition(")")[2].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _is_driver(folder: Path) -> bool:
    try:
        parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
    except OSError:
        return False
    return int(parent) == os.getpid()


WAYS: Mapping[str, tuple[Callable[[], SetPage], Callable[[], float]]] = {
    "product": (product, own_seconds),
    "twin": (twin, own_seconds),
    "preview": (preview, own_seconds),
    "plain": (plain, own_seconds),
    "plain tagged": (plain_tagged, own_seconds),
    "usual": (plain, own_seconds),
    "chromium": (lambda: chromium(isolated=True), browser_seconds),
    "chromium kept": (lambda: chromium(isolated=False), browser_seconds),
}


def serve(set_page: SetPage, seconds: Callable[[], float]) -> None:
    """Answer every line."""
    for line in sys.stdin:
        asked = json.loads(line)
        before = seconds()
        pdf = set_page(asked)
        taken = seconds() - before
        print(json.dumps({"cpu": taken, "pdf": b64encode(pdf).decode()}), flush=True)


def main() -> None:
    """Serve the way named on the command line."""
    start, seconds = WAYS[sys.argv[1]]
    serve(start(), seconds)


if __name__ == "__main__":
    main()
