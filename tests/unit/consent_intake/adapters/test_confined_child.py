"""A child is believed to have ended as its parent saw it end, and never to have been confined unless it was."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from consent_intake.adapters.child_frames import Ended

PROGRAM = """
import os, signal, sys, time
from consent_intake.adapters import confinement
from consent_intake.adapters.child_frames import MAX_ANSWER_BYTES, PART_FRAME
from consent_intake.adapters.confined_child import in_a_confined_child
confinement.prepare()
def not_at_all(kept):
    raise confinement.ConfinementFailed
def work(say):
    {work}
out = os.memfd_create("what was said")
ended = in_a_confined_child(work, out, {confine})
kept = os.pread(out, 1 << 26, 0)
said = b""
while kept:
    (size,) = PART_FRAME.unpack(kept[:PART_FRAME.size])
    kept = kept[PART_FRAME.size:]
    said, kept = said + kept[:size], kept[size:]
sys.stdout.write(f"{{int(ended)}} {{said[:20]!r}}")
"""


def ended(work: str, confine: str = "confinement.confine") -> tuple[Ended, str]:
    program = PROGRAM.format(work=work, confine=confine)
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    status, said = run.stdout.split(maxsplit=1)
    return Ended(int(status)), said


WORK = {
    "says something and ends": ("say(b'all of it')", (Ended.WELL, "b'all of it'")),
    "says nothing": ("pass", (Ended.WELL, "b''")),
    "raises": ("say(b'half'); raise ValueError", (Ended.DIED, "b'half'")),
    "crashes": ("say(b'half'); os.abort()", (Ended.DIED, "b'half'")),
    "hangs up and stays": ("say(b'half'); os.closerange(0, 64); time.sleep(60)", (Ended.DIED, "b'half'")),
    "says too much": (
        "[say(b'x' * 1_000_000) for _ in range(MAX_ANSWER_BYTES // 1_000_000 + 2)]",
        (Ended.STOPPED, "b'xxxxxxxxxxxxxxxxxxxx'"),
    ),
    "eats all memory": ("say(b'half'); x = [bytes(1 << 26) for _ in range(99)]", (Ended.DIED, "b'half'")),
}


@pytest.mark.parametrize("name", WORK)
def test_a_child_that(name: str) -> None:
    work, expected = WORK[name]
    assert ended(work) == expected


@pytest.mark.parametrize("work", ["say(b'\\x01\\x01 confined, I swear')", "os._exit(0)"])
def test_work_is_not_even_begun_when_the_walls_do_not_stand(work: str) -> None:
    assert ended(work, "not_at_all") == (Ended.NOT_CONFINED, "b''")


def test_a_child_ends_with_its_parent() -> None:
    program = PROGRAM.format(work="time.sleep(60)", confine="confinement.confine")
    parent = subprocess.Popen([sys.executable, "-c", program])
    children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
    while not (pids := children.read_text().split()):
        time.sleep(0.02)
    time.sleep(0.2)  # a child that has not yet asked to end with its parent looks whether it still has it
    parent.kill()
    parent.wait()
    for _ in range(250):
        if not lives(pids[0]):
            return
        time.sleep(0.02)
    pytest.fail("the child outlived its parent")


def lives(pid: str) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
