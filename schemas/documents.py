"""Generates the machine-readable contract from the topic table: JSON Schemas and one AsyncAPI 3.0 document.

Run ``python -m schemas.documents`` after a change; a test fails when the committed files differ.
"""

import json
from pathlib import Path
from typing import Any

from schemas.topics import DEAD_LETTER_RETENTION, STAGES, TOPICS, Topic, Writer, topics_read_by

FOLDER = Path(__file__).parent / "generated"

MILLISECONDS_A_DAY = 86_400_000


def schema_file(topic: Topic) -> str:
    """Return the name of the file that holds the JSON Schema of a topic's event."""
    return f"{topic.event.event_type}.schema.json"


def documents() -> dict[str, str]:
    """Return every generated file's name and text."""
    files = {schema_file(topic): _text(_event_schema(topic)) for topic in TOPICS}
    files["asyncapi.json"] = _text(asyncapi())
    return files


def asyncapi() -> dict[str, Any]:
    """Return the AsyncAPI 3.0 document: channels, messages, and who sends and receives what."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "The Child Support Snapshot",
            "version": "1.0.0",
            "description": "Events carry ids, outcomes, reason codes, hashes and times; never a person's data. "
            "CloudEvents 1.0, Kafka binary mode; the key of every record is the consent id.",
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": _operations(),
        "components": {"messages": {topic.event.__name__: _message(topic) for topic in TOPICS}},
    }


def _event_schema(topic: Topic) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{topic.event.event_type.replace('.', ':')}",
        **topic.event.model_json_schema(),
    }


def _channel(topic: Topic) -> dict[str, Any]:
    return {
        "address": topic.name,
        "description": f"Written by {topic.writer} alone. Records that can never work go to {topic.dead_letters}, "
        f"which is kept {DEAD_LETTER_RETENTION.days} days.",
        "messages": {topic.event.__name__: {"$ref": f"#/components/messages/{topic.event.__name__}"}},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": ["delete"],
                    "retention.ms": topic.retention.days * MILLISECONDS_A_DAY,
                },
                "bindingVersion": "0.5.0",
            }
        },
    }


def _message(topic: Topic) -> dict[str, Any]:
    return {
        "name": topic.event.event_type,
        "summary": (topic.event.__doc__ or "").strip(),
        "contentType": "application/json",
        "headers": {
            "type": "object",
            "required": ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time"],
            "properties": {
                "ce_specversion": {"const": "1.0"},
                "ce_id": {"type": "string", "format": "uuid"},
                "ce_source": {"const": f"/snapshot/{topic.writer}"},
                "ce_type": {"const": topic.event.event_type},
                "ce_time": {"type": "string", "format": "date-time"},
            },
        },
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": f"./{schema_file(topic)}"},
        },
        "bindings": {"kafka": {"key": {"type": "string", "format": "uuid"}, "bindingVersion": "0.5.0"}},
    }


def _operations() -> dict[str, Any]:
    operations: dict[str, Any] = {}
    for topic in TOPICS:
        operations[f"{topic.writer}.sends.{topic.name}"] = _operation("send", topic, topic.writer)
    for stage in STAGES:
        for topic in topics_read_by(stage):
            operations[f"{stage}.receives.{topic.name}"] = _operation("receive", topic, stage)
    return operations


def _operation(action: str, topic: Topic, who: Writer) -> dict[str, Any]:
    binding: dict[str, Any] = {"clientId": {"const": str(who)}, "bindingVersion": "0.5.0"}
    if action == "receive":
        binding["groupId"] = {"const": str(who)}
    return {"action": action, "channel": {"$ref": f"#/channels/{topic.name}"}, "bindings": {"kafka": binding}}


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def write() -> None:
    """Write every file and remove what is no longer generated."""
    FOLDER.mkdir(exist_ok=True)
    wanted = documents()
    for file in FOLDER.glob("*.json"):
        if file.name not in wanted:
            file.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
