"""The jars of Kafka: found ready, or fetched once by Maven as deploy/kafka/pom.xml says."""

import os
import shutil
import subprocess
from pathlib import Path

JARS_VARIABLE = "SNAPSHOT_KAFKA_JARS"
"""Environment variable that names a folder of ready jars (air-gapped machines, images)."""

POM = Path(__file__).resolve().parents[2] / "deploy" / "kafka" / "pom.xml"

FETCH_SECONDS = 600
"""Some 45 jars, 43 MB; ten minutes is a slow line."""


class KafkaMissing(Exception):
    """Kafka can't be run here; the message says what to do."""


def java() -> str:
    """Return the path of java.

    Raises:
        KafkaMissing: there is none.
    """
    found = shutil.which("java")
    if found is None:
        raise KafkaMissing("Java is missing: install a Java 17 runtime (Debian: default-jre-headless).")
    return found


def jar_folder(home: Path) -> Path:
    """Return a folder with Kafka's jars: the one named by the environment, or ``<home>/kafka/lib``, filled by Maven.

    Raises:
        KafkaMissing: there are none and Maven is missing or fails.
    """
    named = os.environ.get(JARS_VARIABLE)
    if named:
        if not _has_kafka(Path(named)):
            raise KafkaMissing(f"{JARS_VARIABLE} names a folder without Kafka's jars.")
        return Path(named)
    folder = home / "kafka" / "lib"
    if not _has_kafka(folder):
        _fetch(folder)
    return folder


def _has_kafka(folder: Path) -> bool:
    return any(folder.glob("kafka_2.13-*.jar"))


def _fetch(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaMissing(f"Maven is missing: install it (Debian: maven), or set {JARS_VARIABLE}.")
    arriving = folder.with_name("lib.arriving")
    shutil.rmtree(arriving, ignore_errors=True)
    arriving.mkdir(parents=True)
    finished = subprocess.run(
        [maven, "-B", "-q", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={arriving.absolute()}"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=FETCH_SECONDS,
        check=False,
    )
    if finished.returncode != 0 or not _has_kafka(arriving):
        (folder.parent / "maven.log").write_text(finished.stdout + finished.stderr)
        raise KafkaMissing(f"Maven could not fetch Kafka; see {folder.parent / 'maven.log'}.")
    shutil.rmtree(folder, ignore_errors=True)
    arriving.rename(folder)
