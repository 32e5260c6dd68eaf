"""The envelope: CloudEvents 1.0 in Kafka binary mode (attributes in headers, data as JSON value).

Source: CloudEvents Kafka protocol binding 1.0.2, section 3.2 (binary content mode).
"""

from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID, uuid5

from pydantic import AwareDatetime, BaseModel, ConfigDict

SPEC_VERSION = "1.0"
CONTENT_TYPE = "application/json"

EVENT_NAMESPACE = UUID("6d3f0a52-5d0b-5c57-9c6c-1f2d8f4b7a10")
"""Root of every deterministic event id; changing it would make every repeat look new."""


class Event(BaseModel):
    """The data of one event: ids, outcomes, reason codes, hashes and times; never a person.

    Building one with an unknown field is an error; reading one ignores fields that a newer writer added, so that old
    and new workers can run side by side.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    event_type: ClassVar[str]
    consent_id: UUID

    @classmethod
    def read(cls, value: bytes) -> Self:
        """Parse a record's value.

        Raises:
            pydantic.ValidationError: the value is not JSON, or lacks or garbles a required field. Do not log the
                error's text: it quotes the input.
        """
        return cls.model_validate_json(value, extra="ignore")

    def value(self) -> bytes:
        """Return the record value: compact UTF-8 JSON with fields in declared order."""
        return self.model_dump_json().encode()


class EventAttributes(BaseModel):
    """CloudEvents context attributes of one record."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID
    source: str
    type: str
    time: AwareDatetime

    def headers(self) -> list[tuple[str, bytes]]:
        """Return Kafka headers, names and values as the binding prescribes (``ce_`` prefix, UTF-8)."""
        return [
            ("ce_specversion", SPEC_VERSION.encode()),
            ("ce_id", str(self.id).encode()),
            ("ce_source", self.source.encode()),
            ("ce_type", self.type.encode()),
            ("ce_time", self.time.isoformat().encode()),
            ("content-type", CONTENT_TYPE.encode()),
        ]

    @classmethod
    def from_headers(cls, headers: list[tuple[str, bytes]]) -> Self:
        """Read the attributes back.

        Raises:
            ValueError: a required attribute is absent, not UTF-8 or malformed, or the spec version is not 1.0
                (``pydantic.ValidationError`` and ``UnicodeDecodeError`` are ValueErrors).
        """
        found = {name: value.decode() for name, value in headers if name.startswith("ce_")}
        if found.get("ce_specversion") != SPEC_VERSION:
            raise ValueError("not a CloudEvents 1.0 record")
        return cls.model_validate(
            {name: found.get(f"ce_{name}") for name in ("id", "source", "type", "time")}, strict=False
        )


def derived_event_id(parent: UUID, writer: str, event_type: str, ordinal: int) -> UUID:
    """Return the id of the ``ordinal``-th event of a type that ``writer`` makes from event ``parent``.

    Deterministic: handling the same event again makes the same ids, so that a repeat is recognised downstream.
    """
    return uuid5(EVENT_NAMESPACE, f"{parent}/{writer}/{event_type}/{ordinal}")


def attributes_for(event: Event, *, parent: UUID, writer: str, ordinal: int, time: datetime) -> EventAttributes:
    """Return the envelope of an event that ``writer`` makes from event ``parent`` at ``time`` (UTC, aware)."""
    return EventAttributes(
        id=derived_event_id(parent, writer, event.event_type, ordinal),
        source=f"/snapshot/{writer}",
        type=event.event_type,
        time=time,
    )
