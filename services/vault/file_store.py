"""Sealed objects in a folder: ``<aa>/<consent id>/<kind>.sealed``."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

from typing_extensions import override

from services.vault.object_store import ObjectName, ObjectStore, ReadableObject, StoreAway, folder_of, kind_of
from services.vault.vault import Kind, ObjectMissing


class FileStore(ObjectStore):
    """Keeps objects in files.

    Args:
        folder: made when the first object comes, for its owner only.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path_of(self, name: ObjectName) -> Path:
        """Return where an object is, or would be."""
        return self._folder / str(name)

    @override
    def put(self, name: ObjectName, parts: Iterable[bytes]) -> None:
        try:
            _write_durably(self.path_of(name), parts)
        except OSError as error:
            raise StoreAway(type(error).__name__) from error

    @override
    @contextmanager
    def open(self, name: ObjectName) -> Iterator[ReadableObject]:
        try:
            file = self.path_of(name).open("rb")
        except FileNotFoundError as error:
            if self._folder.exists():
                raise ObjectMissing from error
            raise StoreAway("FolderMissing") from error  # a folder that is not mounted holds no proof of anything
        except OSError as error:
            raise StoreAway(type(error).__name__) from error
        with file:
            yield file

    @override
    def delete(self, name: ObjectName) -> None:
        try:
            self.path_of(name).unlink(missing_ok=True)
        except OSError as error:
            raise StoreAway(type(error).__name__) from error

    @override
    def kinds(self, consent_id: UUID) -> set[Kind]:
        try:
            names = [file.name for file in (self._folder / folder_of(consent_id)).iterdir()]
        except FileNotFoundError:
            return set()
        except OSError as error:
            raise StoreAway(type(error).__name__) from error
        return {kind for name in names if (kind := kind_of(name)) is not None}


def _write_durably(path: Path, parts: Iterable[bytes]) -> None:
    """Write beside the target, flush, and rename over it: a crash leaves the old object or the new one, whole."""
    for folder in (path.parent.parent.parent, path.parent.parent, path.parent):
        if not folder.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _flush_folder(folder.parent)
    unfinished = path.with_name(f"{path.name}.{uuid4().hex}.unfinished")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
