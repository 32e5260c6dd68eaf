"""Where sealed objects lie: a folder, or anything that speaks S3. A store sees ciphertext and ids, and holds no key."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from typing_extensions import override

from services.runtime.failures import TemporarilyUnavailable
from services.vault.vault import Kind

SUFFIX: Final = ".sealed"


@dataclass(frozen=True)
class ObjectName:
    """Which object: ids and words only."""

    consent_id: UUID
    kind: Kind

    @override
    def __str__(self) -> str:
        return f"{folder_of(self.consent_id)}/{self.kind.value}{SUFFIX}"


def folder_of(consent_id: UUID) -> str:
    """Return what the names of a consent's objects start with: ``<aa>/<consent id>``, ``aa`` its first two digits."""
    name = str(consent_id)
    return f"{name[:2]}/{name}"


def kind_of(file_name: str) -> Kind | None:
    """Return the kind of an object from the last part of its name; None of anything else that lies there."""
    word, suffix, rest = file_name.partition(SUFFIX)
    return Kind(word) if suffix and not rest and word in set(Kind) else None


class StoreAway(TemporarilyUnavailable):
    """The store doesn't answer or refuses: whoever meets it waits. ``code`` is the store's own word for why."""

    def __init__(self, code: str) -> None:
        super().__init__("object_store")
        self.code = code


class ReadableObject(Protocol):
    """An object that is being read."""

    def read(self, size: int, /) -> bytes:
        """Return up to so many bytes, none at the end.

        Raises:
            StoreAway: the store went away meanwhile.
        """


class ObjectStore(Protocol):
    """Keeps objects. Every call waits for a disk or a network, so it belongs into a thread."""

    def put(self, name: ObjectName, parts: Iterable[bytes]) -> None:
        """Keep an object durably, in place of one of the same name: a reader gets the old one or the new one, whole.

        When the parts end with an exception, nothing has changed.

        Raises:
            StoreAway: the store can't be reached or refuses; nothing has changed.
        """

    def open(self, name: ObjectName) -> AbstractContextManager[ReadableObject]:
        """Read an object from its beginning.

        Raises:
            ObjectMissing: the store was reached and has none of this name.
            StoreAway: the store can't be reached or refuses.
        """

    def delete(self, name: ObjectName) -> None:
        """Take an object away; that it is absent is no error.

        Raises:
            StoreAway: the store can't be reached or refuses.
        """

    def kinds(self, consent_id: UUID) -> set[Kind]:
        """Return which objects of a consent there are.

        Raises:
            StoreAway: the store can't be reached or refuses.
        """
