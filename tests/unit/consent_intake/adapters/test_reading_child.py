"""The warm process as its owner sees it: started, killed, lied to, without its walls, and fed with bombs."""

import asyncio
import io
import os
import struct
import sys
import zlib
from datetime import date
from pathlib import Path

import pytest

from consent_intake.adapters.child_frames import Ended, Task
from consent_intake.adapters.reading_child import ReadingChild
from schemas.reason_codes import ReasonCode
from services.runtime.failures import TemporarilyUnavailable

PICTURE = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13)
TASK = Task(PICTURE, date(2026, 11, 22))
READY = f"frame({Ended.READY})"

SABOTEURS = {
    "does not start": "sys.exit(1)",
    "starts and dies with every document": f"{READY}; document(); sys.exit(1)",
    "dies after half an answer": f"{READY}; document(); raw(struct.pack('>I', 99) + b'a'); sys.exit(1)",
    "announces four gigabytes": f"{READY}; document(); raw(struct.pack('>I', (1 << 32) - 1)); time.sleep(60)",
    "never ends its answer": f"{READY}; document(); [raw(struct.pack('>I', 1 << 20) * 262_145) for _ in 'x' * 99]",
    "is something else": "frame(0, b'hello')",
}

SABOTEUR = """
import struct, sys, time
def raw(data):
    sys.stdout.buffer.write(data)
    sys.stdout.flush()
def frame(ended, said=b""):
    raw((struct.pack(">I", len(said)) + said if said else b"") + struct.pack(">IB", 0, ended))
def document():
    sys.stdin.buffer.read(struct.unpack(">II?", sys.stdin.buffer.read(9))[0])
"""


def saboteur(act: str) -> ReadingChild:
    return ReadingChild(command=(sys.executable, "-c", SABOTEUR + act))


@pytest.mark.parametrize("name", SABOTEURS)
async def test_a_warm_process_that_does_not_work_is_a_dependency_that_is_away_and_no_verdict(name: str) -> None:
    child = saboteur(SABOTEURS[name])
    with pytest.raises(TemporarilyUnavailable, match="document_reader"):
        await child.read(TASK)
    await child.close()


@pytest.mark.parametrize("said", ["b''", "b'rubbish that is no header'", "b'x' * 1_000_000"])
@pytest.mark.parametrize("ended", [Ended.WELL, Ended.DIED, Ended.STOPPED])
async def test_what_a_taken_over_child_says_is_believed_in_nothing(said: str, ended: Ended) -> None:
    child = saboteur(f"{READY}; document(); frame({ended}, {said}); document()")
    assert await child.read(TASK) is None
    await child.close()


async def test_nothing_of_a_document_stays_in_the_process_that_the_next_child_comes_from() -> None:
    child = ReadingChild()
    secret = b"Maria Elena Rodriguez owes 12,345"
    await child.read(TASK)
    await child.read(Task(b"%PDF-1.4\n" + (b"%" + b"x" * 62 + b"\n") * 400 + b"%" + secret, TASK.today))
    assert child._process is not None
    assert b"page_child" in memory_of(child._process.pid)
    assert secret not in memory_of(child._process.pid)
    await child.close()


def memory_of(process: int) -> bytes:
    kept = []
    with Path(f"/proc/{process}/maps").open() as maps, Path(f"/proc/{process}/mem").open("rb", 0) as memory:
        for line in maps:
            place, rights = line.split()[:2]
            if rights.startswith("rw"):
                start, end = (int(side, 16) for side in place.split("-"))
                memory.seek(start)
                kept.append(memory.read(end - start))
    return b"".join(kept)


WITHOUT_A_WALL = {
    "no seccomp": "import sys; sys.modules['pyseccomp'] = None",
    "no Landlock": "from consent_intake.adapters import landlock; landlock.version = lambda: 0",
}
SERVE = "from consent_intake.adapters.page_child import serve; serve([])"


@pytest.mark.parametrize("name", WITHOUT_A_WALL)
async def test_without_a_wall_no_document_is_opened(name: str) -> None:
    child = ReadingChild(command=(sys.executable, "-c", f"{WITHOUT_A_WALL[name]}; {SERVE}"))
    with pytest.raises(TemporarilyUnavailable, match="sandbox"):
        await child.read(TASK)
    await child.close()


async def test_a_recogniser_that_is_not_installed_is_named() -> None:
    missing = "from consent_intake.adapters import rapidocr_lines; rapidocr_lines.MODEL = 'gone.onnx'"
    child = ReadingChild(command=(sys.executable, "-c", f"{missing}; {SERVE}"))
    with pytest.raises(TemporarilyUnavailable, match="rapidocr"):
        await child.read(TASK)
    await child.close()


SETTINGS_OF_LIBRARIES = {
    b"PATH",
    b"PYTHONPATH",
    b"PYTHONHASHSEED",
    b"GLIBC_TUNABLES",
    b"ORT_DISABLE_TELEMETRY",
    b"OMP_NUM_THREADS",
    b"OPENBLAS_NUM_THREADS",
}


async def warm_process_of(child: ReadingChild) -> int:
    await child.read(TASK)
    assert child._process is not None
    return child._process.pid


def runs(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def test_the_warm_process_has_no_environment_no_thread_and_no_descriptor_of_its_owner(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SNAPSHOT_SOMETHING", "secret")
    child = ReadingChild()
    inherited = os.open("/dev/null", os.O_RDONLY)
    os.set_inheritable(inherited, True)
    try:
        process = Path(f"/proc/{await warm_process_of(child)}")
        names = {entry.split(b"=")[0] for entry in (process / "environ").read_bytes().split(b"\0") if entry}
        assert names <= SETTINGS_OF_LIBRARIES
        assert len(list((process / "task").iterdir())) == 1
        assert {path.name for path in (process / "fd").iterdir()} == {"0", "1", "2"}
    finally:
        os.close(inherited)
        await child.close()


async def test_when_the_warm_process_is_killed_the_next_file_finds_a_new_one() -> None:
    child = ReadingChild()
    first = await warm_process_of(child)
    os.kill(first, 9)
    assert await warm_process_of(child) != first
    await child.close()


async def test_a_cancelled_reading_leaves_no_process_and_no_half_frame_behind() -> None:
    child = ReadingChild()
    pid = await warm_process_of(child)
    running = asyncio.create_task(child.read(Task(PICTURE * 100_000, TASK.today)))
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not runs(pid)
    answer = await child.read(TASK)
    assert answer is not None
    assert answer.opened.problem is ReasonCode.FILE_UNREADABLE
    await child.close()


def unfolding_pdf(gigabytes: int) -> bytes:
    """A page whose content is packed twice: some kilobytes that unfold to gigabytes."""
    packer = zlib.compressobj(1)
    once = b"".join([*(packer.compress(b" " * (1 << 24)) for _ in range(gigabytes * 64)), packer.flush()])
    stream = zlib.compress(once, 9)
    target = io.BytesIO(b"%PDF-1.7\n")
    target.seek(0, io.SEEK_END)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R>>",
        b"<</Filter[/FlateDecode/FlateDecode]/Length %d>>stream\n%s\nendstream" % (len(stream), stream),
    ]
    places = []
    for number, body in enumerate(objects, 1):
        places.append(target.tell())
        target.write(b"%d 0 obj%s\nendobj\n" % (number, body))
    start = target.tell()
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    target.write(b"xref\n0 5\n0000000000 65535 f \n" + rows)
    target.write(b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start)
    return target.getvalue()


async def test_a_small_file_that_unfolds_to_gigabytes_ends_its_child_and_nothing_else() -> None:
    child = ReadingChild()
    pid = await warm_process_of(child)
    bomb = unfolding_pdf(1)
    assert len(bomb) < 1 << 20
    answer = await child.read(Task(bomb, TASK.today))
    assert answer is None or answer.opened.problem is ReasonCode.FILE_UNREADABLE
    assert await warm_process_of(child) == pid
    await child.close()
