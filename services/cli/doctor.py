"""``snapshot doctor``: is everything here that the product needs, and what to do when it is not."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from services.cli.ports import is_open
from services.cli.running import find_running
from services.cli.settings import Settings
from services.register.database import blocking_url
from services.vault.probing import master_key_finding, store_finding

Finding = tuple[bool, str]
"""Whether it is well, and what was found or what to do."""

LEAST_FREE_BYTES = 1024**3

SANDBOX_PROBE = (sys.executable, "-m", "consent_intake.adapters.confinement")
SEAL_PROBE = (sys.executable, "-m", "services.cli", "pages", "seal")

app = typer.Typer()


@app.command()
def doctor() -> None:
    """Check this machine and the running product; exit with 1 when something is missing."""
    settings = Settings()
    checks: dict[str, Callable[[], Finding]] = {
        "Tesseract": _tesseract,
        "Sandbox": lambda: sandbox_finding(SANDBOX_PROBE),
        "Java": lambda: _program("java", "apt-get install default-jre-headless (or set SNAPSHOT_KAFKA_BROKERS)"),
        "Pango": _pango,
        "Home folder": lambda: _home(settings.home),
        "Keys": lambda: _keys(settings.home),
        "Master key": lambda: master_key_finding(settings),
        "Vault": lambda: store_finding(settings),
        "Page seal": lambda: seal_finding(SEAL_PROBE),
        "Register": lambda: _register(settings.register_url),
        "Running": lambda: _running(settings.home),
    }
    table, well = Table("", "Check", "Found"), True
    for name, check in checks.items():
        good, found = check()
        well = well and good
        table.add_row("[green]ok[/green]" if good else "[red]no[/red]", name, found)
    Console().print(table)
    raise typer.Exit(0 if well else 1)


def _program(name: str, remedy: str) -> Finding:
    path = shutil.which(name)
    return (True, path) if path else (False, f"missing: {remedy}")


def _tesseract() -> Finding:
    good, found = _program("tesseract", "apt-get install tesseract-ocr tesseract-ocr-spa")
    if not good:
        return good, found
    listed = subprocess.run([found, "--list-langs"], capture_output=True, text=True, check=False, timeout=20).stdout
    missing = {"eng", "spa"} - set(listed.split())
    return (not missing, f"lacks {', '.join(sorted(missing))}: apt-get install tesseract-ocr-spa" if missing else found)


def sandbox_finding(probe: Sequence[str]) -> Finding:
    """Ask the stage that opens strangers' files, as another program: without its walls it opens none.

    Args:
        probe: the program that puts the walls up around children of its own, and says which ones it can't.
    """
    try:
        ended = subprocess.run(probe, capture_output=True, text=True, check=False, timeout=20)
    except subprocess.TimeoutExpired:
        return False, "does not answer"
    if ended.returncode == 0:
        return True, ended.stdout.strip()
    remedy = "apt-get install libseccomp2; Landlock needs Linux 5.13 and a container that allows it"
    return False, f"{ended.stdout.strip() or 'the reading process is not installed'}: {remedy}"


def _pango() -> Finding:
    from ctypes.util import find_library  # noqa: PLC0415 - slow to import, wanted by this check only

    found = find_library("pango-1.0")
    return (True, found) if found else (False, "missing: apt-get install libpango-1.0-0 libpangoft2-1.0-0")


def _home(home: Path) -> Finding:
    if not home.exists():
        return False, f"{home} is not there yet: `snapshot up` makes it"
    if not os.access(home, os.W_OK):
        return False, f"{home} can't be written by this user"
    free = shutil.disk_usage(home).free
    return free > LEAST_FREE_BYTES, f"{home}, {free // 1024**3} GiB free"


def seal_finding(probe: Sequence[str]) -> Finding:
    """Ask the stage that seals pages, as another program, whether key and certificate can be used.

    Args:
        probe: the program that says whose seal it is, that there is none, or why it can't be used.
    """
    try:
        ended = subprocess.run(probe, capture_output=True, text=True, check=False, timeout=30)
    except subprocess.TimeoutExpired:
        return False, "does not answer"
    return ended.returncode == 0, ended.stdout.strip() or "the page renderer is not installed"


def _keys(home: Path) -> Finding:
    wanted = ("grant_private.pem", "grant_public.pem")
    missing = [name for name in wanted if not (home / "keys" / name).exists()]
    if missing:
        return False, f"missing {', '.join(missing)}: `snapshot keys create`"
    loose = [name for name in wanted[:1] if (home / "keys" / name).stat().st_mode & 0o077]
    return (not loose, f"readable by others: chmod 600 {' '.join(loose)}" if loose else "present, private")


def _register(url: str) -> Finding:
    parsed = blocking_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists():
        return False, "not made yet: `snapshot register upgrade`"
    engine = create_engine(parsed)
    try:
        with engine.connect() as connection:
            count = connection.execute(text("SELECT count(*) FROM consents")).scalar_one()
    except SQLAlchemyError:
        return False, f"{parsed.render_as_string(hide_password=True)} does not answer or is not migrated"
    finally:
        engine.dispose()
    return True, f"{parsed.get_backend_name()}, {count} consents"


def _running(home: Path) -> Finding:
    running = find_running(home)
    if running is None:
        return False, "nothing runs here: `snapshot up`"
    port = int(running.portal.rsplit(":", 1)[1])
    return (is_open(port), running.portal if is_open(port) else f"{running.portal} does not answer")
