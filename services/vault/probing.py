"""Whether the master key can be used, tried and not guessed: for ``snapshot doctor``."""

from typing import Final

from services.runtime.failures import TemporarilyUnavailable
from services.settings import VaultSettings
from services.vault.key_ring import current
from services.vault.key_wrapping import BoundTo
from services.vault.kms import KmsAway
from services.vault.master_key import MasterKeyUnusable
from services.vault.opening import key_ring

_PROBE: Final = BoundTo("probe", "doctor")


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
