"""The claim index: finds consents about the same parent and case without keeping either in the clear."""

import hashlib
import hmac

from schemas.values import Party
from services.vault.standing_keys import PurposeKeys


def claim_index(keys: PurposeKeys, case_identifier: str, party: Party) -> str:
    """Return HMAC-SHA256 (hexadecimal, 64 characters) of a case identifier and a side.

    Keyed, because case identifiers are few enough to try all of them against a bare hash.
    """
    message = f"{case_identifier.upper()}|{party.value}".encode()
    return hmac.new(keys.derive("claim-index"), message, hashlib.sha256).hexdigest()
