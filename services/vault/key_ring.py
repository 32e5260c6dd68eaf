"""The versions of the master key that a process may use: the current one wraps, every one of them unwraps."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

from typing_extensions import override

from services.runtime.failures import TemporarilyUnavailable
from services.vault.key_wrapping import KeyWrapper
from services.vault.master_key import MasterKey, MasterKeyUnusable, keys_in_file

MASTER_KEY: Final = "master_key"
"""What a stage says it waits for."""


class MasterKeyMismatch(TemporarilyUnavailable):
    """A key was wrapped with a version of the master key that this process was not given.

    An operator's mistake, or a new version that has not reached this machine yet: whoever meets it waits.
    """

    def __init__(self) -> None:
        super().__init__(MASTER_KEY)


class KeyRing(Protocol):
    """Versions of the master key."""

    def versions(self) -> Sequence[KeyWrapper]:
        """Return them, oldest first and the current one last; at least one.

        Raises:
            TemporarilyUnavailable: they can't be read any more.
        """


class FixedKeyRing(KeyRing):
    """Versions that stay as they are while the process lives.

    Raises:
        MasterKeyUnusable: there is none.
    """

    def __init__(self, versions: Sequence[KeyWrapper]) -> None:
        if not versions:
            raise MasterKeyUnusable("no master key is set")
        self._versions = tuple(versions)

    @override
    def versions(self) -> Sequence[KeyWrapper]:
        return self._versions


class FileKeyRing(KeyRing):
    """The versions in a key file, which is read again when it changes: a rotation needs no restart.

    Args:
        path: see ``keys_in_file``.

    Raises:
        MasterKeyUnusable: see ``keys_in_file``.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = _state_of(path)
        self._versions = keys_in_file(path)

    @override
    def versions(self) -> Sequence[MasterKey]:
        try:
            state = _state_of(self._path)
            if state != self._seen:
                self._versions, self._seen = keys_in_file(self._path), state
        except MasterKeyUnusable as error:
            raise TemporarilyUnavailable(MASTER_KEY) from error
        return self._versions


class JoinedKeyRing(KeyRing):
    """A ring that wraps, and others that only unwrap: while an installation moves from one source to another.

    Args:
        current: its last version wraps.
        older: read from, too.
    """

    def __init__(self, current: KeyRing, older: Sequence[KeyRing]) -> None:
        self._current = current
        self._older = tuple(older)

    @override
    def versions(self) -> Sequence[KeyWrapper]:
        return tuple(key for ring in (*self._older, self._current) for key in ring.versions())


def current(ring: KeyRing) -> KeyWrapper:
    """Return the version that wraps."""
    return ring.versions()[-1]


def version(ring: KeyRing, key_id: str) -> KeyWrapper:
    """Return a version by its id.

    Raises:
        MasterKeyMismatch: the ring has none with this id.
    """
    for key in ring.versions():
        if key.id == key_id:
            return key
    raise MasterKeyMismatch


def _state_of(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError as error:
        raise MasterKeyUnusable("no master key in the file") from error
    return found.st_ino, found.st_size, found.st_mtime_ns
