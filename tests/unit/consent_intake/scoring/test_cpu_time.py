"""CPU time of everything that reads, and of nothing else."""

import subprocess
import sys
import time

import pytest

from consent_intake.scoring import cpu_time
from consent_intake.scoring.cpu_time import CpuWatch

BURNS = "import time\nwhile time.process_time() < {seconds}: pass\n"


def burn(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_own_time_and_that_of_ended_processes_count() -> None:
    watch = CpuWatch()
    burn(0.1)
    subprocess.run([sys.executable, "-c", BURNS.format(seconds=0.3)], check=True)
    assert watch.seconds() >= 0.38


def test_time_of_a_living_process_counts() -> None:
    watch = CpuWatch()
    code = BURNS.format(seconds=0.3) + "print('burnt', flush=True)\ninput()\n"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as living:
        assert living.stdout is not None
        living.stdout.readline()
        seconds = watch.seconds()
    assert seconds >= 0.28


def test_looking_for_processes_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    look = cpu_time._all_processes

    def slow_look() -> dict[int, tuple[int, int]]:
        burn(0.5)
        return look()

    monkeypatch.setattr(cpu_time, "_all_processes", slow_look)
    watch = CpuWatch()
    assert watch.seconds() < 0.5
