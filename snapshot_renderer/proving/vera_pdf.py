"""veraPDF: the reference validator of PDF/A and PDF/UA, run over finished files."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

JARS_VARIABLE = "SNAPSHOT_VERAPDF_JARS"
"""Environment variable that names a folder with veraPDF's jar (deploy/verapdf/pom.xml)."""

_FETCHED = Path(__file__).resolve().parents[2] / "var" / "verapdf" / "lib"
"""Where deploy/install --tests puts it."""

PROFILES = ("3a", "ua1")
_SECONDS = 900


class VeraPdfMissing(Exception):
    """veraPDF can't be run here; the message says what to do."""


def vera_pdf_jar(folder: Path | None) -> Path:
    """Return veraPDF's jar in a folder; None: where the environment says, or where deploy/install --tests put it.

    Raises:
        VeraPdfMissing: no folder, no jar in it, or no Java.
    """
    named = os.environ.get(JARS_VARIABLE)
    place = folder or (Path(named) if named else _FETCHED)
    found = sorted(place.glob("cli-*.jar"))
    if not found:
        raise VeraPdfMissing(f"veraPDF's jar is missing: run deploy/install --tests, or set {JARS_VARIABLE}.")
    if shutil.which("java") is None:
        raise VeraPdfMissing("Java is missing: install a Java 17 runtime (Debian: default-jre-headless).")
    return found[0]


def failed_files(jar: Path, folder: Path, profiles: Sequence[str] = PROFILES) -> Mapping[str, tuple[str, ...]]:
    """Return the names of a folder's PDFs that fail one of the profiles, with the profiles they fail.

    Raises:
        VeraPdfMissing: veraPDF did not judge every file.
    """
    failed: dict[str, tuple[str, ...]] = {}
    files = sorted(folder.glob("*.pdf"))
    for profile in profiles:
        verdicts = _verdicts(jar, profile, files)
        if len(verdicts) != len(files):
            raise VeraPdfMissing(f"veraPDF judged {len(verdicts)} of {len(files)} files.")
        for name, passes in verdicts.items():
            if not passes:
                failed[name] = (*failed.get(name, ()), profile)
    return failed


def _verdicts(jar: Path, profile: str, files: list[Path]) -> Mapping[str, bool]:
    java = shutil.which("java") or "java"
    finished = subprocess.run(
        [java, "-Xmx256m", "-jar", str(jar), "--format", "text", "-f", profile, *map(str, files)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    verdicts = {}
    for line in finished.stdout.splitlines():
        verdict, _, path = line.partition(" ")
        if verdict in {"PASS", "FAIL"}:
            name = next((file.name for file in files if str(file) in path), None)
            if name is not None:
                verdicts[name] = verdict == "PASS"
    return verdicts
