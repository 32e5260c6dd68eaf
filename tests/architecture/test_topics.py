"""The topic table, the stages and the documents agree: one writer, a reader, no personal data in an event."""

import re
from pathlib import Path

from schemas.topics import STAGES, TOPICS, Writer, topics_read_by

ROOT = Path(__file__).parents[2]

PERSONAL = re.compile(r"name|birth|address|email|phone|ssn|amount|cents|case_identifier|child")


def test_every_topic_has_a_reader_and_names_are_unique() -> None:
    assert all(topic.readers for topic in TOPICS)
    assert len({topic.name for topic in TOPICS}) == len(TOPICS)
    assert len({topic.event for topic in TOPICS}) == len(TOPICS), "an event class has one topic"


def test_every_stage_reads_something() -> None:
    assert all(topics_read_by(stage) for stage in STAGES)


def test_the_stage_files_bind_every_topic_they_are_said_to_read() -> None:
    for stage in STAGES:
        wiring = (ROOT / stage.value / "app.py").read_text()
        for topic in topics_read_by(stage):
            constant = topic.name.upper().replace(".", "_")
            assert constant in wiring, f"{stage} does not bind {topic.name}"


def test_only_the_portal_and_the_stages_write_topics() -> None:
    assert {topic.writer for topic in TOPICS} <= set(Writer)


def test_no_event_has_a_field_that_could_hold_a_persons_data() -> None:
    suspicious = [
        f"{topic.event.__name__}.{field}"
        for topic in TOPICS
        for field in topic.event.model_fields
        if PERSONAL.search(field)
    ]
    assert suspicious == []


def test_every_stage_runs_in_the_containers_and_in_up() -> None:
    compose = (ROOT / "deploy" / "compose.yaml").read_text()
    line = (ROOT / "services" / "cli" / "line.py").read_text()
    for stage in STAGES:
        assert f"python -m {stage}" in compose
        assert f'"{stage}"' in line
