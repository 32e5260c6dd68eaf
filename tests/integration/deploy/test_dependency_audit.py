"""The audit of the lock files says what it learned: a hole, none, or that it does not know."""

import os
import socket
import subprocess
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from tests.support.advisory_service import advisory, advisory_service

ROOT = Path(__file__).parents[3]
NO_HOLE, HOLE, UNKNOWN = 0, 1, 3


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = spec_from_file_location("dependency_audit", ROOT / "deploy" / "checks" / "dependency_audit.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(url: str) -> subprocess.CompletedProcess[str]:
    here = {**os.environ, "SNAPSHOT_ADVISORY_URL": url, "NO_PROXY": "127.0.0.1"}
    return subprocess.run([ROOT / "deploy" / "audit"], env=here, capture_output=True, text=True, check=False)


def locked() -> set[str]:
    locks = ("requirements.lock", "requirements-test.lock", "deploy/uv.lock", "deploy/mutation.lock")
    lines = (line for lock in locks for line in (ROOT / lock).read_text(encoding="utf-8").splitlines())
    return {line.split()[0] for line in lines if "==" in line and not line.startswith((" ", "#"))}


def test_a_service_that_knows_no_hole_was_asked_about_every_locked_package() -> None:
    with advisory_service({}) as service:
        done = run(service.url)
    assert done.returncode == NO_HOLE, done.stdout + done.stderr
    assert set(service.asked) == locked(), "markers of other machines and versions are no reason to pass one over"
    assert "no known hole" in done.stdout


def test_a_known_hole_fails_and_names_package_and_advisory() -> None:
    with advisory_service({"cryptography": advisory("cryptography", "GHSA-0000-test", mended="999.1")}) as service:
        done = run(service.url)
    assert done.returncode == HOLE
    assert "GHSA-0000-test; mended in 999.1" in done.stdout
    assert "KNOWN HOLE  cryptography " in done.stdout


def test_a_service_that_cannot_be_reached_means_unknown_and_never_none() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        done = run(f"http://127.0.0.1:{bound.getsockname()[1]}/v1/query")
    assert done.returncode == UNKNOWN
    assert "0 of" in done.stdout
    assert "no known hole" not in done.stdout


def test_a_service_that_fails_for_one_package_means_unknown() -> None:
    with advisory_service({}, refuses="pydantic") as service:
        done = run(service.url)
    assert done.returncode == UNKNOWN


def test_an_advisory_that_the_tool_could_not_read_means_unknown() -> None:
    strange = {**advisory("pydantic", "PYSEC-1", mended="999"), "schema_version": "2.0.0"}
    with advisory_service({"pydantic": strange}) as service:
        done = run(service.url)
    assert done.returncode == UNKNOWN, done.stdout


def test_a_package_that_was_passed_over_means_unknown(audit: ModuleType) -> None:
    pins = audit.pins_of("one==1.0 --hash=sha256:00\ntwo==2.0 --hash=sha256:00\n")
    both = {"dependencies": [{"name": "one", "version": "1.0", "vulns": []}, {"name": "two", "skip_reason": "absent"}]}
    one = {"dependencies": both["dependencies"][:1]}
    for report in (both, one, {"dependencies": []}, None):
        verdict, lines = audit.judge(pins, report, "")
        assert verdict == UNKNOWN
        assert any("two 2.0" in line for line in lines)


def test_a_hole_is_told_even_when_the_rest_is_unknown(audit: ModuleType) -> None:
    pins = audit.pins_of("one==1.0 --hash=sha256:00\ntwo==2.0 --hash=sha256:00\n")
    found = {"id": "PYSEC-2", "aliases": ["CVE-2026-1"], "fix_versions": []}
    verdict, lines = audit.judge(pins, {"dependencies": [{"name": "one", "version": "1.0", "vulns": [found]}]}, "")
    assert verdict == HOLE
    assert "KNOWN HOLE  one 1.0: PYSEC-2, CVE-2026-1; mended in no version yet" in lines


def test_another_version_than_the_locked_one_is_no_answer(audit: ModuleType) -> None:
    pins = audit.pins_of("one==1.0 --hash=sha256:00\n")
    assert audit.judge(pins, {"dependencies": [{"name": "one", "version": "1.1", "vulns": []}]}, "")[0] == UNKNOWN


def test_nothing_locked_is_not_called_clean(audit: ModuleType) -> None:
    assert audit.judge([], {"dependencies": []}, "")[0] == UNKNOWN


@pytest.mark.parametrize("line", ["one==1.0", "one>=1.0 --hash=sha256:00", "git+ssh://x/one --hash=sha256:00"])
def test_a_lock_file_without_version_or_hash_is_refused(audit: ModuleType, line: str) -> None:
    with pytest.raises(audit.LockUnreadable):
        audit.pins_of(f"{line}\n")
