"""Worker processes for work that would hold the event loop (OCR, PDF), with a hard limit on each piece of work."""

import asyncio
import ctypes
import os
import re
import resource
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from services.runtime.structured_log import configure
from services.settings import LogSettings

MOST_SECONDS = 45.0
"""Limit of a piece of work. A rebalance and a stop wait for the event in hand, and the broker gives up on a worker that
keeps it waiting for 60 s (measured: findings of the Kafka trials, section 4.2)."""

JOBS_PER_CHILD = 200
"""A child is replaced after this many jobs: native libraries keep what they once allocated."""

IDLE_SECONDS = 120.0
"""A child that had nothing to do for this long gives its memory back."""

_PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


_WITHHELD = re.compile(r"^SNAPSHOT_|^PG|PASS|SECRET|TOKEN|KEY|CREDENTIAL|URL", re.IGNORECASE)
"""Names of environment variables that no child gets: settings of this product and whatever may open something. A child
looks at what strangers made, and needs none of them."""


class ChildTimedOut(Exception):
    """The work took longer than its limit; its process was killed."""


class ChildDied(Exception):
    """The process ended before the work did: a crash, the memory limit or the CPU limit."""


@dataclass
class _Child:
    executor: ProcessPoolExecutor
    pid: int
    jobs: int = 0
    idle_since: float = 0.0


class ChildPool:
    """At most ``size`` spawned processes, started when first needed. Use it from one event loop.

    Args:
        size: how many pieces of work run at the same time; more wait their turn.
        start: module-level function that each child calls first (imports, models), so that work finds it warm.
        memory_bytes: address space a child may take (RLIMIT_AS).
        cpu_seconds: CPU time that one piece of work may take (RLIMIT_CPU).
    """

    def __init__(
        self,
        *,
        size: int,
        start: Callable[[], None] | None = None,
        memory_bytes: int | None = None,
        cpu_seconds: int | None = None,
    ) -> None:
        self._start = start
        self._memory_bytes = memory_bytes
        self._cpu_seconds = cpu_seconds
        self._turns = asyncio.Semaphore(size)
        self._idle: list[_Child] = []
        self._closed = False

    async def run(self, function: Callable[..., Any], *args: Any, seconds: float) -> Any:
        """Run ``function(*args)`` in a child and return what it returns. All three must be picklable.

        Args:
            function: module-level.
            args: its arguments.
            seconds: hard limit, at most ``MOST_SECONDS``; starting a child doesn't count.

        Raises:
            ChildTimedOut: the limit passed; the child is killed.
            ChildDied: the child ended by itself.
            Exception: whatever the function raised.
        """
        async with self._turns:
            if self._closed:
                raise ChildDied
            child = self._idle.pop() if self._idle else await self._new_child()
            return await self._finish(child, function, args, min(seconds, MOST_SECONDS))

    async def close(self) -> None:
        """End the children; work that is running is given up."""
        self._closed = True
        while self._idle:
            self._kill(self._idle.pop())

    async def _finish(self, child: _Child, function: Callable[..., Any], args: tuple[Any, ...], seconds: float) -> Any:
        try:
            work = asyncio.wrap_future(child.executor.submit(_run_limited, self._cpu_seconds, function, args))
            await asyncio.wait({work}, timeout=seconds)
        except BrokenProcessPool:
            self._kill(child)
            raise ChildDied from None
        except asyncio.CancelledError:
            self._kill(child)
            raise
        if not work.done():
            work.add_done_callback(_ignore)
            self._kill(child)
            raise ChildTimedOut
        if isinstance(work.exception(), BrokenProcessPool | MemoryError):
            self._kill(child)
            raise ChildDied
        self._put_back(child)
        return work.result()

    async def _new_child(self) -> _Child:
        executor = ProcessPoolExecutor(
            max_workers=1,
            mp_context=get_context("spawn"),
            initializer=_settle_in,
            initargs=(os.getpid(), self._memory_bytes, self._start),
        )
        try:
            # Submitted from this thread, which lives as long as the process: the child dies with its parent.
            with _environment_without_secrets():
                started = executor.submit(os.getpid)
            return _Child(executor, await asyncio.wrap_future(started))
        except BrokenProcessPool:
            executor.shutdown(wait=False)
            raise ChildDied from None

    def _put_back(self, child: _Child) -> None:
        child.jobs += 1
        if self._closed or child.jobs >= JOBS_PER_CHILD:
            self._kill(child)
            return
        loop = asyncio.get_running_loop()
        child.idle_since = loop.time()
        self._idle.append(child)
        loop.call_later(IDLE_SECONDS + 1, self._retire_idle)

    def _retire_idle(self) -> None:
        now = asyncio.get_running_loop().time()
        for child in [child for child in self._idle if now - child.idle_since >= IDLE_SECONDS]:
            self._idle.remove(child)
            self._kill(child)

    @staticmethod
    def _kill(child: _Child) -> None:
        with suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)
        child.executor.shutdown(wait=False, cancel_futures=True)


@contextmanager
def _environment_without_secrets() -> Iterator[None]:
    """Take the withheld variables out for as long as a process is being started; settings were read long before."""
    withheld = {name: os.environ.pop(name) for name in list(os.environ) if _WITHHELD.search(name)}
    try:
        yield
    finally:
        os.environ.update(withheld)


def _ignore(work: asyncio.Future[Any]) -> None:
    """Take the result of work that was given up, so that nobody complains that it was never asked for."""
    if not work.cancelled():
        work.exception()


def _settle_in(parent: int, memory_bytes: int | None, start: Callable[[], None] | None) -> None:
    """Runs in the child before anything else: it ignores Ctrl-C and dies with its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None, use_errno=True).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    configure(LogSettings(), "child")  # it writes into its parent's log
    if start is not None:
        start()
    if memory_bytes is not None:
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold what the child was reading


def _run_limited(cpu_seconds: int | None, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    if cpu_seconds is not None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(used.ru_utime + used.ru_stime) + 1 + cpu_seconds
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    return function(*args)
