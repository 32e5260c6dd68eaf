"""A store of objects in memory, for tests that need many; passes the contract suite of stores."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from uuid import UUID

from typing_extensions import override

from services.vault.object_store import ObjectName, ObjectStore, ReadableObject
from services.vault.vault import Kind, ObjectMissing


class MemoryStore(ObjectStore):
    """Keeps what it is given, by name."""

    def __init__(self) -> None:
        self.objects: dict[ObjectName, bytes] = {}

    @override
    def put(self, name: ObjectName, parts: Iterable[bytes]) -> None:
        self.objects[name] = b"".join(parts)

    @override
    @contextmanager
    def open(self, name: ObjectName) -> Iterator[ReadableObject]:
        if name not in self.objects:
            raise ObjectMissing
        yield BytesIO(self.objects[name])

    @override
    def delete(self, name: ObjectName) -> None:
        self.objects.pop(name, None)

    @override
    def kinds(self, consent_id: UUID) -> set[Kind]:
        return {name.kind for name in self.objects if name.consent_id == consent_id}
