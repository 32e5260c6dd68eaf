"""Module-level functions for the tests of worker processes."""

import os
import time
from pathlib import Path

_warmed: list[int] = []


def where(number: int) -> tuple[int, int]:
    return os.getpid(), number * 2


def sleep_and_write(seconds: float, path: Path) -> None:
    time.sleep(seconds)
    path.write_text("too late")


def burn(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def raise_timeout() -> None:
    raise TimeoutError


def warm_up() -> None:
    _warmed.append(1)


def warmed_up() -> int:
    return len(_warmed)


def environment() -> str:
    """What the process was started with, and what it has now."""
    return Path("/proc/self/environ").read_text() + repr(dict(os.environ))
