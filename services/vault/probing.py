"""Whether master key and object store can be used, tried and not guessed: for ``snapshot doctor``."""

from functools import cache
from typing import Final
from uuid import UUID

from services.runtime.failures import TemporarilyUnavailable
from services.settings import VaultSettings
from services.vault.key_ring import current
from services.vault.key_wrapping import BoundTo
from services.vault.kms import KmsAway
from services.vault.master_key import MasterKeyUnusable
from services.vault.object_store import ObjectName, ObjectStore, StoreAway
from services.vault.opening import key_ring, open_store
from services.vault.vault import Kind

_PROBE: Final = BoundTo("probe", "doctor")
_PROBED: Final = ObjectName(UUID(int=0), Kind.READING)
"""The name of no consent's object."""

REMEDIES: Final = {
    "AccessDenied": "its role needs s3:PutObject, s3:GetObject, s3:DeleteObject and s3:ListBucket",
    "NoSuchBucket": "there is no such bucket; make it, or mend SNAPSHOT_VAULT_S3_BUCKET",
    "InvalidAccessKeyId": "the AWS credentials are not valid",
    "NoCredentialsError": "no AWS credentials were found",
    "PermissionError": "this user may not write the vault's folder",
}


def master_key_finding(settings: VaultSettings) -> tuple[bool, str]:
    """Wrap and unwrap a key that is no secret; return whether that went well, and what was found or what to do."""
    try:
        ring = key_ring(settings)
        wrapper = current(ring)
        well = wrapper.unwrap(wrapper.wrap(bytes(32), _PROBE), _PROBE) == bytes(32)
    except MasterKeyUnusable as error:
        remedy = ": `snapshot keys create`" if settings.master_key_source == "file" else ""
        return False, f"{error}{remedy}"
    except KmsAway as away:
        return False, f"AWS KMS, {away.code}: {away.remedy}"
    except TemporarilyUnavailable as away:
        return False, f"{away.dependency} can't be used now"
    count = len(ring.versions())
    return well, f"{settings.master_key_source}, {wrapper.id}, {count} version{'s' if count > 1 else ''}"


def store_answers(settings: VaultSettings) -> bool:
    """Whether the store answers now, asked as cheaply as it can be; what it may do, ``store_finding`` tries."""
    try:
        _store(settings).kinds(_PROBED.consent_id)
    except (MasterKeyUnusable, StoreAway):
        return False
    return True


@cache
def _store(settings: VaultSettings) -> ObjectStore:
    """A client takes longer to make than to ask."""
    return open_store(settings)


def store_finding(settings: VaultSettings) -> tuple[bool, str]:
    """Put, read and delete an object that is no consent's; return whether that went well, and what was found."""
    content = b"probe"
    try:
        store = open_store(settings)
        store.put(_PROBED, [content])
        with store.open(_PROBED) as found:
            well = found.read(len(content)) == content
        store.delete(_PROBED)
    except MasterKeyUnusable as error:
        return False, str(error)
    except StoreAway as away:
        return False, f"{away.code}: {REMEDIES.get(away.code, 'it does not answer; check address, network and disk')}"
    place = f"s3, bucket {settings.vault_s3_bucket}" if settings.vault_store == "s3" else str(settings.vault_path)
    return well, place
