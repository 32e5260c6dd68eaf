"""A private PostgreSQL for one test run: made in a temporary folder, reached on 127.0.0.1 only, gone at the end."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg

from services.cli.ports import free_port

ROLE = "snapshot"

ROOM = 2 * 1024**3
"""Bytes; a run of the whole suite stays far below it."""


class PostgresMissing(Exception):
    """PostgreSQL's programs are not on this machine."""


class PostgresServer:
    """A running server. ``url_of`` makes the URL of one of its databases; ``data`` is the folder of its files."""

    def __init__(self, port: int, data: Path) -> None:
        self._port = port
        self.data = data

    def url_of(self, database: str) -> str:
        return f"postgresql://{ROLE}@127.0.0.1:{self._port}/{database}"

    def create_database(self, template: str = "template1", *, name: str = "") -> str:
        """Make a database as a copy of another, which nobody may be connected to, and return its name."""
        name = name or f"register_{uuid4().hex}"
        with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE {name} TEMPLATE "{template}" STRATEGY wal_log')  # type: ignore[call-overload, unused-ignore]
        return name

    def drop_database(self, name: str) -> None:
        with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload, unused-ignore]


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Start a server and stop it at the end.

    Raises:
        PostgresMissing: install Debian's ``postgresql`` package, or put ``initdb`` and ``postgres`` on the PATH.
    """
    programs = _programs()
    user = _unprivileged_user()
    folder = Path(tempfile.mkdtemp(prefix="snapshot-postgres-", dir=_roomy_memory()))
    if user is not None:
        shutil.chown(folder, user)
    port = free_port()
    try:
        _run([programs / "initdb", "-D", folder / "data", "-U", ROLE, "-A", "trust", "-E", "UTF8", "-N"], user)
        server = _start([programs / "postgres", "-D", folder / "data", *_options(folder, port)], user, folder)
        try:
            running = PostgresServer(port, folder / "data")
            _wait_until_ready(server, running.url_of("postgres"), folder)
            yield running
        finally:
            server.terminate()
            server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _roomy_memory() -> Path | None:
    """Memory is many times faster than a disk that others use too; None means the ordinary temporary folder."""
    memory = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a private folder in it
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    return memory if roomy else None


def _options(folder: Path, port: int) -> list[str | Path]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": folder,
        "fsync": "off",  # a test's data need not survive a power cut
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "shared_buffers": "32MB",
        "max_connections": 60,
        "autovacuum": "off",
    }
    return [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]


def _programs() -> Path:
    on_path = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if on_path is None and not debian:
        raise PostgresMissing("install the Debian package postgresql, or put initdb and postgres on the PATH")
    return Path(on_path).resolve().parent if on_path else debian[-1].parent


def _unprivileged_user() -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _run(command: list[str | Path], user: str | None) -> None:
    done = subprocess.run(command, user=user, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {done.stderr[-1500:]}")


def _start(command: list[str | Path], user: str | None, folder: Path) -> "subprocess.Popen[bytes]":
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(command, user=user, stdout=log, stderr=log, cwd="/")


def _wait_until_ready(server: "subprocess.Popen[bytes]", url: str, folder: Path) -> None:
    for _ in range(300):
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            try:
                server.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
            break
        return
    raise RuntimeError(f"PostgreSQL did not start: {(folder / 'log').read_text()[-1500:]}")
