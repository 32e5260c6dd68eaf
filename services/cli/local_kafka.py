"""One Kafka node (KRaft, no ZooKeeper) on this machine, for ``up``, the tests and the bench.

Everything lives in one folder: ``data/`` (survives a restart), ``server.properties``, ``kafka.log`` and ``kafka.pid``.
"""

import os
import signal
import socket
import struct
import subprocess
import time
from base64 import urlsafe_b64encode
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

from services.cli.kafka_jars import jar_folder, java
from services.cli.ports import free_port

START_SECONDS = 90.0
"""A start takes 3-5 s on two free cores; a loaded machine needs longer, a broken one never answers."""

STOP_SECONDS = 15.0
"""A clean stop takes about a second; after this the node is killed, which costs it a log check at the next start."""

MEMORY_FLAGS = ("-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k", "-Xshare:auto")

_SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=8388608
"""


class KafkaWillNotStart(Exception):
    """The node ended or stayed silent; the message names its log file."""


def new_cluster_id() -> str:
    """Return a random cluster id as Kafka writes it: 22 characters, and no hyphen first, which reads as an option."""
    while (text := urlsafe_b64encode(uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return text


class LocalKafka:
    """A single Kafka node that listens on 127.0.0.1 only.

    Args:
        folder: where it keeps everything; made when absent.
        jars: folder of Kafka's jars; None: as ``kafka_jars.jar_folder`` finds or fetches them for ``folder.parent``.
        port: the port clients use; None: a free one, chosen at each start.
    """

    def __init__(self, folder: Path, *, jars: Path | None = None, port: int | None = None) -> None:
        self._folder = folder.absolute()
        self._jars = jars
        self._fixed_port = port
        self._port = port or 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def folder(self) -> Path:
        """Where it keeps everything."""
        return self._folder

    @property
    def brokers(self) -> str:
        """``host:port`` for clients; valid once started."""
        return f"127.0.0.1:{self._port}"

    @property
    def pid(self) -> int | None:
        """Process id while running."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the node and return when it answers. A node left over from a killed run is stopped first.

        Raises:
            KafkaWillNotStart: it ended or stayed silent.
            services.cli.kafka_jars.KafkaMissing: no Java or no jars.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._stop_leftover()
        self._port = self._fixed_port or free_port()
        properties = self._folder / "server.properties"
        properties.write_text(
            _SETTINGS.format(port=self._port, controller_port=free_port(), data=self._folder / "data")
        )
        if not (self._folder / "data" / "meta.properties").exists():
            self._format(properties)
        with (self._folder / "kafka.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._java("kafka.Kafka", str(properties)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the terminal must reach the workers first, not the broker
            )
        (self._folder / "kafka.pid").write_text(str(self._process.pid))
        self._wait_until_it_answers(self._process)

    def stop(self) -> None:
        """Stop the node: SIGTERM, then SIGKILL. Does nothing when it isn't running."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
        (self._folder / "kafka.pid").unlink(missing_ok=True)

    def kill(self) -> None:
        """Kill the node as a crash would (fault tests)."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    def _java(self, main: str, *arguments: str) -> list[str]:
        jars = self._jars or jar_folder(self._folder.parent)
        flags = [*MEMORY_FLAGS, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Djava.awt.headless=true"]
        return [java(), *flags, "-cp", f"{jars.absolute()}/*", main, *arguments]

    def _format(self, properties: Path) -> None:
        command = self._java("kafka.tools.StorageTool", "format", "-t", new_cluster_id(), "-c", str(properties))
        with (self._folder / "kafka.log").open("ab") as log:
            finished = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, timeout=START_SECONDS, check=False
            )
        if finished.returncode != 0:
            raise KafkaWillNotStart(f"Kafka could not format its storage; see {self._folder / 'kafka.log'}.")

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        give_up_at = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up_at:
            if process.poll() is not None:
                self._process = None
                raise KafkaWillNotStart(f"Kafka ended at start; see {self._folder / 'kafka.log'}.")
            if _answers(self._port):
                return
            time.sleep(0.1)
        self.stop()
        raise KafkaWillNotStart(f"Kafka stayed silent for {START_SECONDS:.0f} s; see {self._folder / 'kafka.log'}.")

    def _stop_leftover(self) -> None:
        """A killed ``up`` leaves its node running on the data; two nodes on one folder would not work."""
        pid_file = self._folder / "kafka.pid"
        if self._process is not None or not pid_file.exists():
            return
        pid = int(pid_file.read_text() or "0")
        if pid and _is_our_node(pid, self._folder):
            _end(pid)
        pid_file.unlink(missing_ok=True)


def _answers(port: int) -> bool:
    """Ask for the API versions (request 18, version 0): an open port alone answers before the broker is ready."""
    request = struct.pack(">hhih", 18, 0, 1, -1)
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            return len(connection.recv(8)) > 0
    except OSError:
        return False


def _is_our_node(pid: int, folder: Path) -> bool:
    """Whether this pid is the node of this folder, and not a stranger that was given its number."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return str(folder / "server.properties").encode() in command


def _end(pid: int) -> None:
    give_up_at = time.monotonic() + STOP_SECONDS
    try:
        os.kill(pid, signal.SIGTERM)
        while time.monotonic() < give_up_at:
            os.kill(pid, 0)
            time.sleep(0.1)
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
