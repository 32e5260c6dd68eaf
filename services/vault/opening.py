"""This installation's vault, master key and standing keys, as the settings say."""

from collections.abc import Mapping

from services.settings import VaultSettings
from services.vault.file_store import FileStore
from services.vault.key_ring import FileKeyRing, FixedKeyRing, JoinedKeyRing, KeyRing
from services.vault.kms import KmsKey
from services.vault.master_key import MasterKey, MasterKeyUnusable
from services.vault.object_store import ObjectStore
from services.vault.s3_store import S3Store
from services.vault.standing_keys import StandingKeys
from services.vault.stored_vault import StoredVault
from services.vault.vault import Vault


def open_vault(settings: VaultSettings) -> Vault:
    """Return the vault.

    Raises:
        MasterKeyUnusable: the text says what to do.
    """
    return StoredVault(open_store(settings), key_ring(settings))


def open_store(settings: VaultSettings) -> ObjectStore:
    """Return where sealed objects are.

    Raises:
        MasterKeyUnusable: the text says what to do.
    """
    return S3Store(settings) if settings.vault_store == "s3" else FileStore(settings.vault_path)


def open_standing_keys(settings: VaultSettings, register_url: str) -> StandingKeys:
    """Return the keys of the claim index and of sealed texts; nothing is read yet.

    Raises:
        MasterKeyUnusable: the text says what to do.
    """
    return StandingKeys(register_url, key_ring(settings))


def key_ring(settings: VaultSettings) -> KeyRing:
    """Return every version of the master key that the settings name; the last one of the chosen source wraps.

    Raises:
        MasterKeyUnusable: the chosen source has none, or one of them is malformed.
    """
    rings = _configured(settings)
    chosen = rings.pop(settings.master_key_source, None)
    if chosen is None:
        raise MasterKeyUnusable(_MISSING[settings.master_key_source])
    return JoinedKeyRing(chosen, list(rings.values()))


_MISSING: Mapping[str, str] = {
    "file": "no master key in the file",
    "environment": "SNAPSHOT_MASTER_KEY_SECRET is empty",
    "aws-kms": "SNAPSHOT_KMS_KEYS is empty",
}


def _configured(settings: VaultSettings) -> dict[str, KeyRing]:
    rings: dict[str, KeyRing] = {}
    if settings.master_key_source == "file" or settings.master_key_path.exists():
        rings["file"] = FileKeyRing(settings.master_key_path)
    if settings.master_key_secret is not None:
        secrets = settings.master_key_secret.get_secret_value().split()
        rings["environment"] = FixedKeyRing([MasterKey.from_text(one) for one in secrets])
    if names := [name.strip() for name in settings.kms_keys.split(",") if name.strip()]:
        rings["aws-kms"] = FixedKeyRing([KmsKey(name, settings) for name in names])
    return rings
