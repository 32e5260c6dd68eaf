"""Whether a digital signature in a PDF is the parent's, over the whole file, as it was when it was signed.

Stricter than pyHanko's own verdict, which stays good when a form field was changed after signing or bytes were
appended (measured on pyHanko 0.38).
"""

from collections.abc import Sequence

from consent_intake.rules.check import Check, passed, unclear
from consent_intake.rules.form_reading import DigitalSignature
from schemas.reason_codes import ReasonCode
from services.parent_names import same_person

UNCHANGED = "NONE"
"""pyHanko's modification level of a file that nobody touched after signing."""

WHOLE_FILE = "ENTIRE_FILE"
"""pyHanko's coverage level when every byte outside the signature itself is signed."""

_CHECK = "digital_signature"


def accepted_signature(signatures: Sequence[DigitalSignature], claimed_name: str) -> DigitalSignature | None:
    """Return the signature that stands for the parent's pen; None when there is none.

    It is intact, valid and trusted, nothing changed after it, no byte is outside it, and its certificate names the
    claimed parent. Beside a damaged signature none is accepted: a file that somebody broke is for a person.
    """
    if any(is_damaged(signature) for signature in signatures):
        return None
    return next(
        (one for one in signatures if _proves_the_file(one) and same_person(one.signer_name, claimed_name)), None
    )


def check_digital(signatures: Sequence[DigitalSignature], claimed_name: str) -> Check | None:
    """Judge a PDF's digital signatures; None when none of them speaks for or against the parent.

    A whole signature of somebody else (a scanner's seal, the organization's), or one whose certificate leads to no
    trusted root, is as good as none: the ink decides. One that was damaged, or that something was changed or appended
    after, is for a person, unless the parent signed after it and over it.
    """
    if accepted_signature(signatures, claimed_name) is not None:
        return passed(_CHECK)
    if any(is_damaged(signature) or _is_changed(signature) for signature in signatures):
        return unclear(_CHECK, ReasonCode.DIGITAL_SIGNATURE_INVALID)
    return None


def names_the_parent(signatures: Sequence[DigitalSignature], claimed_name: str) -> bool:
    """Return whether a certificate carries the parent's name, trusted or not.

    Most people's own digital identities lead to no root: such a signature proves nothing, but a form with it and an
    empty signature box is for a person to see, not to be called unsigned.
    """
    return any(same_person(signature.signer_name, claimed_name) for signature in signatures)


def is_damaged(signature: DigitalSignature) -> bool:
    """Return whether a signature does not fit its own bytes: broken, forged, or not readable as one."""
    return not (signature.intact and signature.valid)


def _is_changed(signature: DigitalSignature) -> bool:
    return signature.modification != UNCHANGED or signature.coverage != WHOLE_FILE


def _proves_the_file(signature: DigitalSignature) -> bool:
    return not is_damaged(signature) and signature.trusted and not _is_changed(signature)
