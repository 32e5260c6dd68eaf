import signal
import subprocess
import sys
from pathlib import Path

import pytest

from services.cli.kafka_jars import KafkaMissing, jar_folder
from services.cli.local_kafka import KafkaWillNotStart, LocalKafka
from services.runtime.topic_admin import create_topics, require_topics
from tests.support.kafka_server import HOME

pytestmark = pytest.mark.kafka


RUN_THAT_IS_KILLED = """
import os, sys
from pathlib import Path
from services.cli.local_kafka import LocalKafka
node = LocalKafka(Path(sys.argv[1]), jars=Path(sys.argv[2]))
node.start()
print(node.pid, node.brokers, flush=True)
os._exit(9)
"""


def test_topics_survive_a_restart_and_a_node_left_by_a_killed_run_is_stopped_first(tmp_path: Path) -> None:
    folder, jars = tmp_path / "node", jar_folder(HOME)
    killed = subprocess.run(
        [sys.executable, "-c", RUN_THAT_IS_KILLED, str(folder), str(jars)],
        cwd=HOME.parent,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    left_over, brokers = killed.stdout.split()
    create_topics(brokers)
    with LocalKafka(folder, jars=jars) as node:
        assert not _runs_kafka(left_over)
        require_topics(node.brokers, ["consent.uploaded", "dlq.consent.uploaded"])
        assert "listeners=PLAINTEXT://127.0.0.1:" in (folder / "server.properties").read_text()
    assert node.pid is None
    assert not (folder / "kafka.pid").exists()


def _runs_kafka(pid: str) -> bool:
    try:
        return b"kafka.Kafka" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def test_a_stranger_that_was_given_the_old_pid_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "node"
    folder.mkdir()
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    (folder / "kafka.pid").write_text(str(stranger.pid))
    node = LocalKafka(folder, jars=tmp_path)  # no jars here: it ends at once
    with pytest.raises(KafkaWillNotStart, match=r"kafka\.log"):
        node.start()
    assert stranger.poll() is None
    stranger.send_signal(signal.SIGKILL)
    stranger.wait()


def test_a_folder_without_jars_is_refused_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNAPSHOT_KAFKA_JARS", str(tmp_path))
    with pytest.raises(KafkaMissing, match="SNAPSHOT_KAFKA_JARS"):
        jar_folder(tmp_path)
