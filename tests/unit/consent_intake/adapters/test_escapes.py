"""What a document that took its child over could still do: nothing. And which wall it is that stops it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from consent_intake.adapters import landlock
from consent_intake.adapters.confinement import WALLS
from tests.support.escapes import ATTEMPTS, DESCRIPTORS, NOBODY

EVERYTHING = (DESCRIPTORS, *WALLS)

OPENS_A_FILE = {
    "read_a_file",
    "list_a_folder",
    "read_the_parents_environment",
    "read_the_parents_memory",
    "write_a_file",
    "run_a_program",
    "spawn_a_program",
}
TCP = {"connect_on_loopback"}
UNIX = {"connect_to_an_abstract_socket"}
SIGNALS = {"signal_the_parent"}
OPENS_A_DESCRIPTOR = {"send_a_datagram", "make_a_file_in_memory"}
TRACING = {"trace_the_parent"}
APPETITE = {"take_two_gigabytes", "spin"}

NEEDS_ROOT = {
    "read_the_parents_memory",
    "trace_the_parent",
    "leave_the_namespace",
}
"""Other users are refused some of these by the machine itself, depending on its settings."""


def worked_behind(folder: Path, *walls: str) -> set[str]:
    environment = {**os.environ, "ESCAPES_FOLDER": str(folder)}
    program = [sys.executable, "-m", "tests.support.escapes", *walls]
    ended = subprocess.run(program, capture_output=True, check=False, env=environment)
    assert ended.returncode == 0, ended.stderr[-500:]
    return set(json.loads(ended.stdout))


def expected_open(stopped: set[str]) -> tuple[set[str], set[str]]:
    """Return what surely works and what may work when ``stopped`` is stopped."""
    may = set(ATTEMPTS) - stopped
    return (may if os.geteuid() == 0 else may - NEEDS_ROOT), may


def stopped_by_landlock() -> set[str]:
    known = landlock.version()
    return (
        OPENS_A_FILE
        | TRACING
        | (TCP if known >= min(landlock.TCP_RIGHTS) else set())
        | (UNIX | SIGNALS if known >= min(landlock.SCOPES) else set())
    )


def test_behind_all_walls_no_attempt_works(tmp_path: Path) -> None:
    assert worked_behind(tmp_path, *EVERYTHING) == set()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_behind_all_walls_no_attempt_works_as_nobody_either(tmp_path: Path) -> None:
    assert worked_behind(tmp_path, *EVERYTHING, NOBODY) == set()


def test_without_any_wall_the_attempts_work_so_they_are_real(tmp_path: Path) -> None:
    surely, _ = expected_open(set())
    assert surely <= worked_behind(tmp_path)


WALL_BY_WALL = {
    "limits": lambda: OPENS_A_FILE | TCP | OPENS_A_DESCRIPTOR | APPETITE | UNIX | {"raise_its_own_limit"},
    "Landlock": stopped_by_landlock,
    "system calls": lambda: set(ATTEMPTS) - APPETITE - {"read_an_inherited_descriptor"},
    DESCRIPTORS: lambda: {"read_an_inherited_descriptor"},
}


@pytest.mark.parametrize("wall", WALL_BY_WALL)
def test_each_wall_alone_stops_its_own_attempts_and_no_others(tmp_path: Path, wall: str) -> None:
    surely, may = expected_open(WALL_BY_WALL[wall]())
    worked = worked_behind(tmp_path, "privileges", wall)
    assert surely <= worked <= may


WITHOUT_ONE = {
    "limits": APPETITE,
    "system calls": {"fork", "make_new_machine_code"},
    DESCRIPTORS: {"read_an_inherited_descriptor"},
}


@pytest.mark.parametrize("wall", WITHOUT_ONE)
def test_one_wall_less_lets_something_through(tmp_path: Path, wall: str) -> None:
    rest = [name for name in EVERYTHING if name != wall]
    assert WITHOUT_ONE[wall] <= worked_behind(tmp_path, *rest)
