"""One record of a topic, and how its headers are kept in the register."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Record:
    """A record as it was read; key and value are raw bytes and may be anything a writer sent."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()

    def header(self, name: str) -> str | None:
        """Return the last header of this name as text, or None."""
        found = [value for header, value in self.headers if header == name]
        return found[-1].decode(errors="replace") if found else None

    @property
    def consent_id(self) -> UUID | None:
        """The consent that the key names; None when the key is no UUID in canonical form."""
        text = (self.key or b"").decode(errors="replace")
        try:
            consent_id = UUID(text)
        except ValueError:
            return None
        return consent_id if str(consent_id) == text else None


@dataclass(frozen=True)
class OutgoingRecord:
    """A record to publish; ``partition`` None: by key, as every Kafka client does (murmur2)."""

    topic: str
    partition: int | None
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


def received_headers(headers: Iterable[tuple[str, bytes | None]] | None) -> tuple[tuple[str, bytes], ...]:
    """Return the headers of a record as the broker gave them; Kafka allows one without a value: it is empty here."""
    return tuple((name, value or b"") for name, value in headers or ())


def header_texts(headers: Sequence[tuple[str, bytes]]) -> list[list[str]]:
    """Return headers as JSON can hold them. Bytes that are not UTF-8 become lone surrogates and come back unchanged."""
    return [[name, value.decode("utf-8", "surrogateescape")] for name, value in headers]


def header_bytes(texts: Sequence[Sequence[str]]) -> tuple[tuple[str, bytes], ...]:
    """Return what ``header_texts`` was given."""
    return tuple((name, value.encode("utf-8", "surrogateescape")) for name, value in texts)
