"""Ask an advisory service about every locked package, and call what was not answered unknown (deploy/audit).

pip-audit alone ends with 0 where the service told it nothing about a package. So its answer is compared with the lock
files, package by package.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
PRODUCT = ROOT / "requirements.lock"
LOCKS = (PRODUCT, ROOT / "requirements-test.lock", ROOT / "deploy" / "uv.lock", ROOT / "deploy" / "mutation.lock")

SECONDS = 10
"""For each question to the service."""

HINTS = "WARNING:pip_audit._cli:"
"""Advice of how to call pip-audit; what went wrong with an advisory comes from another of its modules."""

PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]+)")


class Verdict(IntEnum):
    """Exit codes."""

    CLEAN = 0
    HOLE = 1
    UNKNOWN = 3


@dataclass(frozen=True)
class Pin:
    """One package of a lock file, without its marker: pip-audit passes over what is for another Python or machine."""

    name: str
    version: str
    hashes: tuple[str, ...]
    """SHA-256, in hexadecimal digits, of each file that may be installed for it."""


class LockUnreadable(Exception):
    """A package of a lock file has no version or no hash."""


def pins_of(text: str) -> list[Pin]:
    """Return the packages of a lock file.

    Raises:
        LockUnreadable: a line is no pinned package with a hash.
    """
    pins = []
    for entry in re.split(r"(?<!\\)\n", text):
        if not entry.strip() or entry.lstrip().startswith(("#", "--")):
            continue
        found = PIN.match(entry)
        hashes = tuple(HASH.findall(entry))
        if found is None or not hashes:
            raise LockUnreadable(entry.split("\n", 1)[0][:80])
        pins.append(Pin(re.sub(r"[-_.]+", "-", found.group(1)).lower(), found.group(2), hashes))
    return pins


def judge(pins: Iterable[Pin], report: Mapping[str, Any] | None, complaints: str) -> tuple[Verdict, list[str]]:
    """Compare what was asked with what was answered.

    Args:
        pins: every package to be asked about.
        report: pip-audit's JSON, or None where it wrote none.
        complaints: what pip-audit said beside it.

    Returns:
        The verdict, and what to print, a line each.
    """
    wanted = {(pin.name, pin.version) for pin in pins}
    entries = (report or {}).get("dependencies", [])
    answered = {(one["name"].lower(), one["version"]): one["vulns"] for one in entries if "vulns" in one}
    holes = [_hole(*package, found) for package in sorted(answered) for found in answered[package]]
    missing = sorted(wanted - set(answered))
    lines = [f"KNOWN HOLE  {line}" for line in holes]
    lines += [f"UNKNOWN  {name} {version}: nothing was learned about it" for name, version in missing[:5]]
    lines += [f"UNKNOWN  and {len(missing) - 5} more"] if len(missing) > 5 else []  # noqa: PLR2004
    unsure = [line for line in complaints.splitlines() if line.startswith(("WARNING", "ERROR")) and HINTS not in line]
    lines += [f"UNKNOWN  {line}" for line in unsure[:5]]
    verdict = Verdict.HOLE if holes else Verdict.UNKNOWN if missing or unsure or not wanted else Verdict.CLEAN
    return verdict, [*lines, f"{len(wanted) - len(missing)} of {len(wanted)} packages asked about: {_said(verdict)}"]


def _hole(name: str, version: str, found: Mapping[str, Any]) -> str:
    names = ", ".join([found["id"], *found.get("aliases", [])])
    mended = ", ".join(found.get("fix_versions", [])) or "no version yet"
    return f"{name} {version}: {names}; mended in {mended}"


def _said(verdict: Verdict) -> str:
    if verdict is Verdict.CLEAN:
        return "no known hole"
    return "known holes" if verdict is Verdict.HOLE else "UNKNOWN whether there are holes"


def ask(pins: Iterable[Pin], url: str | None) -> tuple[Mapping[str, Any], str]:
    """Run pip-audit; returns what it reports, and what it complained about.

    A package whose version depends on the Python is locked twice, and no requirements file may name it twice: the
    second versions are asked about apart.
    """
    batches: list[dict[str, Pin]] = []
    for pin in pins:
        batch = next((one for one in batches if pin.name not in one), None)
        if batch is None:
            batches.append(batch := {})
        batch[pin.name] = pin
    answers = [_ask_once(batch.values(), url) for batch in batches]
    found = [entry for report, _ in answers for entry in (report or {}).get("dependencies", [])]
    return {"dependencies": found}, "".join(complaints for _, complaints in answers)


def _ask_once(pins: Iterable[Pin], url: str | None) -> tuple[Mapping[str, Any] | None, str]:
    command = [sys.executable, "-m", "pip_audit", "--vulnerability-service", "osv", "--format", "json", "--disable-pip",
               "--no-deps", "--progress-spinner", "off", "--timeout", str(SECONDS)]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder) / "requirements.txt"
        asked.write_text("".join(f"{pin.name}=={pin.version}\n" for pin in pins), encoding="utf-8")
        command += ["--requirement", str(asked), "--cache-dir", folder, *(["--osv-url", url] if url else [])]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        return json.loads(done.stdout), done.stderr
    except ValueError:
        return None, done.stderr


def main() -> int:
    """Audit the lock files."""
    pins = {(pin.name, pin.version): pin for lock in LOCKS for pin in pins_of(lock.read_text(encoding="utf-8"))}
    report, complaints = ask(pins.values(), os.environ.get("SNAPSHOT_ADVISORY_URL"))
    verdict, lines = judge(pins.values(), report, complaints)
    print("\n".join(lines))
    return verdict


if __name__ == "__main__":
    sys.exit(main())
