"""`up` knows when a process is ready, says which one failed, and stops just what it started."""

import sys
from pathlib import Path

import pytest

from services.cli.processes import (
    MOST_RESTARTS,
    ManagedProcess,
    ProcessEnded,
    resident_kib,
    start_again_what_ended,
    stop_all,
    wait_until_ready,
)

SLEEPER = "import time, pathlib\npathlib.Path('{mark}').touch()\ntime.sleep(60)\n"


def process(tmp_path: Path, name: str, code: str) -> ManagedProcess:
    (tmp_path / f"{name}.py").write_text(code)
    return ManagedProcess(
        name=name,
        module=name,
        ready=lambda _: (tmp_path / f"{name}.ready").exists(),
        environment={"PYTHONPATH": str(tmp_path)},
        log_file=tmp_path / "logs" / f"{name}.log",
    )


def test_it_waits_until_a_process_is_ready_and_stops_it(tmp_path: Path) -> None:
    sleeper = process(tmp_path, "sleeper", SLEEPER.format(mark=tmp_path / "sleeper.ready"))
    sleeper.start()
    wait_until_ready([sleeper], seconds=30)
    assert sleeper.is_ready
    assert sleeper.pid is not None
    assert resident_kib(sleeper.pid) > 1000
    stop_all([sleeper])
    assert sleeper.has_ended()
    assert sleeper.resident_kib() == 0


def test_a_process_that_ends_at_start_is_named_with_its_log(tmp_path: Path) -> None:
    broken = process(tmp_path, "broken", "raise SystemExit('no key')")
    broken.start()
    with pytest.raises(ProcessEnded, match=r"broken ended at start; see .*broken\.log"):
        wait_until_ready([broken], seconds=30)
    assert "no key" in broken.log_file.read_text()


def test_a_process_that_never_gets_ready_is_named(tmp_path: Path) -> None:
    silent = process(tmp_path, "silent", "import time; time.sleep(60)")
    silent.start()
    try:
        with pytest.raises(ProcessEnded, match="silent was not ready"):
            wait_until_ready([silent], seconds=0.3)
    finally:
        stop_all([silent])


def test_what_ignores_the_request_to_stop_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.cli.processes.STOP_SECONDS", 0.5)
    code = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SLEEPER.format(
        mark=tmp_path / "stubborn.ready"
    )
    stubborn = process(tmp_path, "stubborn", code)
    stubborn.start()
    wait_until_ready([stubborn], seconds=30)
    stop_all([stubborn])
    assert stubborn.has_ended()


def test_a_process_that_crashed_is_started_again_but_not_for_ever(tmp_path: Path) -> None:
    crashing = process(tmp_path, "crashing", "raise SystemExit(1)")
    crashing.start()
    for _ in range(MOST_RESTARTS):
        wait_for_the_end(crashing)
        assert start_again_what_ended([crashing]) == [crashing]
    wait_for_the_end(crashing)
    with pytest.raises(ProcessEnded, match="crashing ended with 1"):
        start_again_what_ended([crashing])


def test_a_worker_that_stopped_for_its_dead_letters_is_not_started_again(tmp_path: Path) -> None:
    limited = process(tmp_path, "limited", "raise SystemExit(4)")
    limited.start()
    wait_for_the_end(limited)
    with pytest.raises(ProcessEnded, match="limited ended with 4"):
        start_again_what_ended([limited])


def wait_for_the_end(one: ManagedProcess) -> None:
    assert one.process is not None
    one.process.wait(30)


def test_stopping_what_never_started_does_nothing(tmp_path: Path) -> None:
    stop_all([process(tmp_path, "never", "")])
    assert sys.executable
