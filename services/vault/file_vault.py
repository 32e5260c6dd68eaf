"""The vault in a folder: ``<aa>/<consent id>/<kind>.sealed``, ``aa`` being the id's first two digits."""

from pathlib import Path
from uuid import UUID

from services.runtime.clock import Clock, utc_now
from services.vault.file_store import FileStore
from services.vault.key_ring import KeyRing
from services.vault.object_store import ObjectName
from services.vault.stored_vault import StoredVault
from services.vault.vault import Kind


class FileVault(StoredVault):
    """Keeps sealed objects in files.

    Args:
        folder: made when it is absent, for its owner only.
        ring: the master key, which wraps the data keys.
        clock: for the dates of keys.
    """

    def __init__(self, folder: Path, ring: KeyRing, clock: Clock = utc_now) -> None:
        files = FileStore(folder)
        super().__init__(files, ring, clock)
        self._files = files

    def path_of(self, consent_id: UUID, kind: Kind) -> Path:
        """Return where an object is, or would be."""
        return self._files.path_of(ObjectName(consent_id, kind))
