"""How long a form takes from upload to delivered, beside what plain Tesseract takes to read the same page.

Forms go through one at a time; after each scan, plain ``tesseract`` reads the same page at the same 300 dpi, so that a
machine that slows down slows both. Memory is the proportional set size of every process, Kafka included, after the run.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pypdfium2
from this_machine import machine

from services.cli.kafka_jars import JARS_VARIABLE, jar_folder
from services.cli.portal_client import Claim, PortalClient
from services.cli.processes import resident_kib
from services.cli.running import Running, find_running

ROOT = Path(__file__).resolve().parents[2]
SNAPSHOT = [sys.executable, "-m", "services.cli"]
READY_SECONDS = 180.0
PARENT = Claim("Marcus Rivera", "1987-04-12", "AB12345C1", "noncustodial")
"""The demonstration parent, whom `sample-consent` takes when nobody else is named."""
WARM_UP = 2
"""Forms that are not counted: the first ones load libraries in the child processes."""


@dataclass
class Series:
    """Seconds of one kind of form, and of Tesseract on the same pages."""

    name: str
    seconds: list[float] = field(default_factory=list)
    tesseract: list[float] = field(default_factory=list)

    def row(self) -> str:
        """Return the table row: p50, p95, and ratios against Tesseract pair by pair."""
        p50, p95 = percentile(self.seconds, 50), percentile(self.seconds, 95)
        if not self.tesseract:
            return f"| {self.name} | {len(self.seconds)} | {p50:.2f} | {p95:.2f} | | |"
        ratio = statistics.median(ours / theirs for ours, theirs in zip(self.seconds, self.tesseract, strict=True))
        theirs = percentile(self.tesseract, 50)
        return f"| {self.name} | {len(self.seconds)} | {p50:.2f} | {p95:.2f} | {theirs:.2f} | {ratio:.2f} |"


def percentile(values: list[float], percent: int) -> float:
    """Return a percentile by the nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * percent // 100) - 1))]


def make_form(client: PortalClient, folder: Path, name: str, number: int, scan: str) -> tuple[Path, Claim]:
    """Let the portal print a form, sign it, and return it with its claim."""
    file, claim = folder / f"{name}-{number}.pdf", folder / f"{name}-{number}.json"
    printed = folder / "printed.pdf"
    printed.write_bytes(client.print_form(PARENT, "en"))
    options = ["--out", str(file), "--claim", str(claim), "--fill", "prefilled", "--scan", scan, "--dpi", "300"]
    command = [*SNAPSHOT, "sample-consent", *options, "--seed", str(number), "--printed", str(printed)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    said = json.loads(claim.read_text())
    return file, Claim(said["parent_name"], said["birth_date"], said["case_identifier"], said["party"])


def run_form(client: PortalClient, form: tuple[Path, Claim]) -> float:
    """Send a form through the line and return the seconds from the request to the delivered mark."""
    begin = datetime.now(UTC)
    found = client.follow(client.upload(*form), seconds=60)
    if found["status"] != "delivered":
        raise SystemExit(f"a form ended as {found['status']}: {found['reasons']}")
    return (datetime.fromisoformat(found["timeline"][-1]["at"]) - begin).total_seconds()


def run_tesseract(page: Path) -> float:
    """Let plain tesseract read a page (English) and return the seconds.

    On one thread: with its default threads it takes several times as long here, which would flatter us.
    """
    begin = time.monotonic()
    one_thread = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    subprocess.run(["tesseract", str(page), "stdout"], check=True, capture_output=True, env=one_thread)
    return time.monotonic() - begin


def page_picture(form: Path) -> Path:
    """Return the form's first page as a 300-dpi picture."""
    picture = form.with_suffix(".png")
    pdf = pypdfium2.PdfDocument(form)
    pdf[0].render(scale=300 / 72, grayscale=True).to_pil().save(picture)
    pdf.close()
    return picture


def measure(client: PortalClient, folder: Path, forms: int) -> list[Series]:
    """Run both kinds of form, one at a time."""
    text, scans = Series("text PDF"), Series("300-dpi scan in a PDF")
    for number in range(WARM_UP + forms):
        print(f"\r  form {number + 1} of {WARM_UP + forms}", end="", file=sys.stderr)
        plain = make_form(client, folder, "text", number, "none")
        scanned = make_form(client, folder, "scan", number, "flatbed")
        picture = page_picture(scanned[0])
        text_seconds, scan_seconds, theirs = run_form(client, plain), run_form(client, scanned), run_tesseract(picture)
        if number >= WARM_UP:
            text.seconds.append(text_seconds)
            scans.seconds.append(scan_seconds)
            text.tesseract.append(theirs)
            scans.tesseract.append(theirs)
    print(file=sys.stderr)
    return [text, scans]


def memory(running: Running, kafka_pid: int) -> dict[str, float]:
    """Return MiB by process, children included."""
    sizes = {}
    for name, pid in {**running.processes, "Kafka": kafka_pid, "up": running.pid}.items():
        sizes[name] = resident_kib(pid, with_children=name != "up") / 1024  # the children of `up` are listed
    return sizes


def report(series: list[Series], sizes: dict[str, float]) -> str:
    """Return the Markdown page."""
    lines = [
        "# Upload to delivered",
        "",
        (
            f"Made by `./deploy/bench` on {datetime.now(UTC):%Y-%m-%d}: {machine()}. One form at a time, everything "
            "on one machine (Kafka, SQLite, four stages, portal, monitor, mail catcher). Tesseract: "
            "`OMP_THREAD_LIMIT=1 tesseract page.png stdout`, same page, 300 dpi, after each form (its default "
            "threads are several times slower on two cores)."
        ),
        "",
        "| form | n | p50 s | p95 s | plain tesseract p50 s | ratio (median of pairs) |",
        "|---|---|---|---|---|---|",
        *(one.row() for one in series),
        "",
        "| process (with its children) | MiB (proportional set size) |",
        "|---|---|",
        *(f"| {name} | {size:.0f} |" for name, size in sizes.items()),
        f"| **all** | **{sum(sizes.values()):.0f}** |",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forms", type=int, default=20)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    os.environ[JARS_VARIABLE] = str(jar_folder(ROOT / "var"))
    with TemporaryDirectory() as folder:  # a home of its own: the same forms would be duplicates in an older one
        os.environ["SNAPSHOT_HOME"] = folder
        page = run_bench(Path(folder), asked.forms)
    print(page)
    if asked.write:
        (ROOT / "docs" / "benchmarks" / "pipeline.md").write_text(page)


def run_bench(home: Path, forms: int) -> str:
    """Start the product in an empty folder, measure, stop it, and return the page."""
    up = subprocess.Popen([*SNAPSHOT, "up", "--quiet"], stdout=subprocess.DEVNULL)
    try:
        running = wait_for_up(up, home)
        key = json.loads((home / "keys" / "practice_people.json").read_text())["api_key"]
        client = PortalClient(running.portal, key)
        with TemporaryDirectory() as folder:
            series = measure(client, Path(folder), forms)
        return report(series, memory(running, int((home / "kafka" / "kafka.pid").read_text())))
    finally:
        up.terminate()
        up.wait()


def wait_for_up(up: subprocess.Popen[bytes], home: Path) -> Running:
    """Return the addresses once everything is ready."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and up.poll() is None:
        running = find_running(home)
        if running is not None and running.pid == up.pid:
            return running
        time.sleep(0.2)
    raise SystemExit("the product did not start; see the logs in " + str(home / "logs"))


if __name__ == "__main__":
    main()
