"""Yesterday's records can be read by today's code, and the rule that guards it bites."""

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.compatibility import breaks
from schemas.documents import FOLDER, documents
from schemas.event import EventAttributes
from schemas.topics import TOPICS

STORED = Path(__file__).parents[2] / "data" / "events"
RECORDS = sorted(STORED.glob("*/*.json"))
SCHEMAS = sorted(STORED.glob("*/schemas/*.json"))


@pytest.mark.parametrize("file", RECORDS, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_stored_record_still_reads(file: Path) -> None:
    stored = json.loads(file.read_text())
    topic = next(topic for topic in TOPICS if topic.name == stored["topic"])
    attributes = EventAttributes.from_headers([(name, value.encode()) for name, value in stored["headers"]])
    event = topic.event.read(json.dumps(stored["value"]).encode())
    assert attributes.type == topic.event.event_type
    assert str(event.consent_id) == stored["key"]
    assert stored["value"].items() <= json.loads(event.value()).items()


def test_every_topic_has_a_stored_record() -> None:
    assert {json.loads(file.read_text())["topic"] for file in RECORDS} == {topic.name for topic in TOPICS}


@pytest.mark.parametrize("file", SCHEMAS, ids=lambda file: f"{file.parents[1].name}/{file.stem}")
def test_today_breaks_no_released_version(file: Path) -> None:
    today = json.loads(documents()[file.name])
    assert breaks(json.loads(file.read_text()), today) == []


def test_the_committed_documents_are_current() -> None:
    committed = {file.name: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.json")}
    assert committed == documents(), "run: python -m schemas.documents"


OLD: dict[str, Any] = {
    "type": "object",
    "properties": {"a": {"type": "string"}, "b": {"$ref": "#/$defs/Word"}},
    "required": ["a"],
    "$defs": {"Word": {"type": "string", "enum": ["x", "y"]}},
}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"required": ["a", "b"]}, "b became required: old records lack it"),
        ({"required": []}, "a is no longer required: old readers need it"),
        ({"properties": {**OLD["properties"], "a": {"type": "integer"}}}, "a. changed its type"),
        ({"$defs": {"Word": {"type": "string", "enum": ["x"]}}}, "b. no longer allows y"),
    ],
)
def test_a_breaking_change_is_named(change: dict[str, Any], sentence: str) -> None:
    assert breaks(OLD, {**OLD, **change}) == [sentence]


def test_a_new_optional_field_and_a_new_word_break_nothing() -> None:
    new = {
        **OLD,
        "properties": {**OLD["properties"], "c": {"type": "string"}},
        "$defs": {"Word": {"type": "string", "enum": ["x", "y", "z"]}},
    }
    assert breaks(OLD, new) == []
