"""One warm process that opens strangers' files, seen from outside: this process never parses one."""

import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from consent_intake.adapters.child_answer import Answer, answer_of
from consent_intake.adapters.child_frames import (
    END_FRAME,
    MAX_ANSWER_BYTES,
    PART_FRAME,
    PIPE_BYTES,
    TASK_FRAME,
    WALL_SECONDS,
    Ended,
    Task,
)
from services.runtime.failures import TemporarilyUnavailable
from services.runtime.structured_log import get_logger

START_SECONDS = 60.0
"""Loading takes 2 s; a machine that starts everything at once is slow."""

GRACE_SECONDS = 5.0
"""Beyond the child's own wall limit: pipes and a busy machine."""

_COMMAND = (sys.executable, "-m", "consent_intake.adapters.page_child")
_BROKEN = (asyncio.IncompleteReadError, BrokenPipeError, ConnectionResetError, TimeoutError)


class ReadingChild:
    """A warm process; started on first use, started again when it died. One document at a time.

    Args:
        trust_files: certificates that digital signatures may lead to, PEM or DER.
        command: program that speaks page_child's frames.
    """

    def __init__(self, trust_files: Sequence[Path] = (), *, command: tuple[str, ...] = _COMMAND) -> None:
        self._command = (*command, *(str(path.resolve()) for path in trust_files))
        self._process: asyncio.subprocess.Process | None = None

    async def read(self, task: Task) -> Answer | None:
        """Return what the confined child said of a document; None when it said nothing that could be believed.

        Raises:
            TemporarilyUnavailable: ``sandbox`` when a wall cannot be put up, ``rapidocr`` when its model is not
                installed, ``document_reader`` when the warm process does not start or keeps dying; the document has
                been opened in none of these cases.
        """
        for _ in range(2):
            process = await self._running()
            try:
                async with asyncio.timeout(WALL_SECONDS + GRACE_SECONDS):
                    ended, said = await _exchange(process, task)
            except _BROKEN:
                await self.close()
                continue
            except asyncio.CancelledError:
                await self.close()  # half a frame may be in the pipe
                raise
            return _judged(ended, said)
        raise TemporarilyUnavailable("document_reader")

    async def close(self) -> None:
        """End the warm process, and with it its child."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        try:
            process = self._process = await self._started()
            async with asyncio.timeout(START_SECONDS):
                ended, _ = await _answer(process)
        except (OSError, *_BROKEN) as error:
            await self.close()
            raise TemporarilyUnavailable("document_reader") from error
        except asyncio.CancelledError:
            await self.close()
            raise
        if ended != Ended.READY:
            await self.close()
            raise TemporarilyUnavailable("rapidocr" if ended == Ended.NO_READER else "document_reader")
        return process

    async def _started(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # a library's message may quote the document
            env=_bare_environment(),
            limit=1 << 22,
        )


def _judged(ended: int, said: bytes) -> Answer | None:
    if ended == Ended.NOT_CONFINED:
        raise TemporarilyUnavailable("sandbox")
    answer = None if ended == Ended.STOPPED else answer_of(said)
    if ended != Ended.WELL or answer is None:
        get_logger().warning("reading child ended early", ended=ended, document_opened=answer is not None)
    return answer


async def _exchange(process: asyncio.subprocess.Process, task: Task) -> tuple[int, bytes]:
    if process.stdin is None:
        raise BrokenPipeError
    process.stdin.write(TASK_FRAME.pack(len(task.document), task.today.toordinal(), task.show_first))
    process.stdin.write(task.document)
    await process.stdin.drain()
    return await _answer(process)


async def _answer(process: asyncio.subprocess.Process) -> tuple[int, bytes]:
    if process.stdout is None:
        raise BrokenPipeError
    parts, said = list[bytes](), 0
    while size := PART_FRAME.unpack(await process.stdout.readexactly(PART_FRAME.size))[0]:
        said += size
        if said > MAX_ANSWER_BYTES + PIPE_BYTES:
            raise BrokenPipeError
        parts.append(await process.stdout.readexactly(size))
    (ended,) = END_FRAME.unpack(await process.stdout.readexactly(END_FRAME.size))
    return ended, b"".join(parts)


def _bare_environment() -> dict[str, str]:
    """No setting, credential or address of the stage reaches the process that opens strangers' files."""
    return {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",  # libraries are looked for with ldconfig
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "PYTHONHASHSEED": "0",
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",  # a quarter fewer page faults in a child, 5 % of its CPU time
        "ORT_DISABLE_TELEMETRY": "1",  # ONNX Runtime reports its use to its maker otherwise, on a thread of its own
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
