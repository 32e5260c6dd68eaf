"""What a document that took its child over would try, and a child behind some of the walls that tries it.

``python -m tests.support.escapes WALL ...`` puts up the named walls around one forked child per attempt, and prints as
JSON which attempts worked. An attempt returns when it worked and raises when it was stopped.
"""

import ctypes
import errno
import json
import mmap
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from consent_intake.adapters import confinement
from consent_intake.adapters.child_frames import Ended
from consent_intake.adapters.confined_child import Say, in_a_confined_child

_LIBC = ctypes.CDLL(None, use_errno=True)
_NEW_USER_NAMESPACE = 0x10000000
_PTRACE_SEIZE = 0x4206
_SECRET = b"what only the parent may know"


@dataclass(frozen=True)
class World:
    """What there is to reach outside of the child."""

    parent: int
    secret_address: int
    secret_descriptor: int
    port: int
    abstract_name: bytes
    folder: Path


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return result


def read_a_file(_world: World) -> None:
    Path("/etc/passwd").read_bytes()


def list_a_folder(_world: World) -> None:
    list(Path("/").iterdir())


def read_the_parents_environment(world: World) -> None:
    Path(f"/proc/{world.parent}/environ").read_bytes()


def read_the_parents_memory(world: World) -> None:
    with Path(f"/proc/{world.parent}/mem").open("rb", buffering=0) as memory:
        memory.seek(world.secret_address)
        if memory.read(len(_SECRET)) != _SECRET:
            raise OSError(errno.EIO, "not read")


def write_a_file(world: World) -> None:
    (world.folder / f"written-{os.getpid()}").write_bytes(b"x" * 10)


def connect_on_loopback(world: World) -> None:
    socket.create_connection(("127.0.0.1", world.port), timeout=2).close()


def send_a_datagram(world: World) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", ("127.0.0.1", world.port))


def connect_to_an_abstract_socket(world: World) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        caller.settimeout(2)
        caller.connect(b"\0" + world.abstract_name)


def make_a_file_in_memory(_world: World) -> None:
    os.memfd_create("x")


def fork(_world: World) -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def leave_the_namespace(_world: World) -> None:
    _checked(_LIBC.unshare(_NEW_USER_NAMESPACE))


def run_a_program(_world: World) -> None:
    _LIBC.execv(b"/bin/true", (ctypes.c_char_p * 2)(b"true", None))  # returns only when it was stopped
    raise OSError(ctypes.get_errno(), "refused")


def spawn_a_program(_world: World) -> None:
    child = os.posix_spawn("/bin/true", ["true"], {})
    if os.waitpid(child, 0)[1] != 0:
        raise OSError(errno.EPERM, "it did not run")


def make_new_machine_code(_world: World) -> None:
    mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_EXEC).close()


def trace_the_parent(world: World) -> None:
    _LIBC.ptrace.restype = ctypes.c_long
    _checked(_LIBC.ptrace(ctypes.c_long(_PTRACE_SEIZE), ctypes.c_long(world.parent), None, None))


def signal_the_parent(world: World) -> None:
    os.kill(world.parent, signal.SIGCONT)


def take_two_gigabytes(_world: World) -> None:
    mmap.mmap(-1, 2 << 30).close()


def raise_its_own_limit(_world: World) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = hard if soft < hard else hard + 1
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, wanted))


def read_an_inherited_descriptor(world: World) -> None:
    os.read(world.secret_descriptor, 1)


def spin(_world: World) -> None:
    until = time.process_time() + 1.6
    while time.process_time() < until:
        pass


ATTEMPTS: dict[str, Callable[[World], None]] = {
    function.__name__: function
    for function in (
        read_a_file,
        list_a_folder,
        read_the_parents_environment,
        read_the_parents_memory,
        write_a_file,
        connect_on_loopback,
        send_a_datagram,
        connect_to_an_abstract_socket,
        make_a_file_in_memory,
        fork,
        leave_the_namespace,
        run_a_program,
        spawn_a_program,
        make_new_machine_code,
        trace_the_parent,
        signal_the_parent,
        take_two_gigabytes,
        raise_its_own_limit,
        read_an_inherited_descriptor,
        spin,
    )
}

DESCRIPTORS = "descriptors"
"""The first thing that ``confine`` does, before its walls."""

NOBODY = "nobody"
"""Not a wall: the attempts are made as the user nobody, without capabilities."""


def _confine_with(walls: Sequence[str], kept: int) -> None:
    if DESCRIPTORS in walls:
        confinement.close_all_but(kept)
    for name, wall in confinement.WALLS.items():
        if name == "limits" and name in walls:
            confinement.limit_resources({**confinement.LIMITS, resource.RLIMIT_CPU: 1})  # the same with less patience
        elif name in walls:
            wall()


def worked(attempt: Callable[[World], None], world: World, confine: Callable[[int], None]) -> bool:
    """Return whether an attempt worked in a child behind ``confine``."""

    def _try(say: Say) -> None:
        attempt(world)
        say(b"worked")

    said = os.memfd_create("what was said")
    ended = in_a_confined_child(_try, said, confine)
    if ended is Ended.NOT_CONFINED:
        raise confinement.ConfinementFailed
    if attempt is run_a_program:  # what replaced the child ends well and says nothing
        return ended is Ended.WELL
    return os.pread(said, 1_000, 0).endswith(b"worked")


def _become_nobody() -> None:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)


def main(walls: Sequence[str]) -> None:
    confinement.prepare()
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    secret = ctypes.create_string_buffer(_SECRET)
    name = f"escapes-{os.getpid()}".encode()
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as unix:
        unix.bind(b"\0" + name)
        unix.listen()
        descriptor = os.open("/etc/hostname", os.O_RDONLY)
        folder = Path(os.environ["ESCAPES_FOLDER"])
        world = World(os.getpid(), ctypes.addressof(secret), descriptor, server.getsockname()[1], name, folder)
        if NOBODY in walls:
            _become_nobody()
        confine = partial(_confine_with, walls)
        json.dump([name for name, attempt in ATTEMPTS.items() if worked(attempt, world, confine)], sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
