"""The claim index: finds consents about the same parent and case without keeping either in the clear."""

import hashlib
import hmac

from schemas.values import Party
from services.vault.standing_keys import PurposeKeys


def claim_index(keys: PurposeKeys, case_identifier: str, party: Party) -> str:
    """Return HMAC-SHA256 (hexadecimal, 64 characters) of a case identifier and a side.

    Keyed, because case identifiers are few enough to try all of them against a bare hash.
    """
    return _keyed(keys, f"{case_identifier.upper()}|{party.value}")


def request_index(keys: PurposeKeys, part: str, text: str) -> str:
    """Return HMAC-SHA256 (hexadecimal, 64 characters) of what tells a repeated request from a new one.

    Keyed for the same reason: a request's own key is any text that its sender likes, a parent's name too, and what the
    request holds could be guessed from a bare hash beside the document's.

    Args:
        keys: of the installation.
        part: which part of the request, so that equal texts of two parts have nothing in common.
        text: that part.
    """
    return _keyed(keys, f"request {part}|{text}")


def _keyed(keys: PurposeKeys, message: str) -> str:
    return hmac.new(keys.derive("claim-index"), message.encode(), hashlib.sha256).hexdigest()
