"""An accepted digital signature stands in for ink in box 6, and its time for an empty box 7."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from consent_intake.rules.check import Check, passed, unclear
from consent_intake.rules.digital_checks import accepted_signature, names_the_parent
from consent_intake.rules.form_reading import DigitalSignature, FormReading, SignatureInk, WrittenText
from consent_intake.rules.period_checks import is_blank
from consent_intake.rules.policy import Policy
from consent_intake.rules.signature_rules import is_print, is_taken_back
from consent_intake.rules.signature_thresholds import SignatureThresholds
from consent_intake.rules.written_dates import with_dates
from schemas.reason_codes import ReasonCode

NEW_YORK = ZoneInfo("America/New_York")
"""The legal day of a signature is New York's."""


def signature_settled(
    check: Check,
    ink: SignatureInk | None,
    signatures: Sequence[DigitalSignature],
    claimed_name: str,
    thresholds: SignatureThresholds,
) -> Check:
    """Return the check of box 6, with what the file's digital signatures say.

    An accepted one stands in for an empty box, and for the name or the seal that a viewer prints into it; never for ink
    that takes the consent back, nor for any other ink that is no clear signature: a person looks at those.
    A signature that bears the parent's name and proves nothing (most people's leads to no trusted root) keeps an empty
    box from being called unsigned: a person looks.

    Args:
        check: of the ink.
        ink: in the box; None when nobody looked.
        signatures: of the file.
        claimed_name: of the parent.
        thresholds: of the signature check.
    """
    taken_back = ink is not None and is_taken_back(ink, thresholds)
    if check.reason is ReasonCode.MISSING_SIGNATURE:
        return _empty_settled(check, signatures, claimed_name, taken_back=taken_back)
    printed = ink is not None and is_print(ink, thresholds) and not taken_back
    if check.reason is not ReasonCode.SIGNATURE_UNCLEAR or not printed:
        return check
    if accepted_signature(signatures, claimed_name) is None:
        return check
    return passed("signature", field=check.field, crop=check.crop)


def _empty_settled(
    check: Check, signatures: Sequence[DigitalSignature], claimed_name: str, *, taken_back: bool
) -> Check:
    """Settle a box in which nothing of a pen was found; a thin line through all of it may still be there."""
    accepted = accepted_signature(signatures, claimed_name) is not None
    if accepted and not taken_back:
        return passed("signature", field=check.field, crop=check.crop)
    if accepted or names_the_parent(signatures, claimed_name):
        return unclear("signature", ReasonCode.SIGNATURE_UNCLEAR, field=check.field, crop=check.crop)
    return check


def with_signing_time(reading: FormReading, claimed_name: str, policy: Policy) -> FormReading:
    """Return the reading with the day of an accepted digital signature in box 7, when nobody wrote into it."""
    accepted = accepted_signature(reading.digital_signatures, claimed_name)
    written = reading.fields.get("signed_on", WrittenText())
    if accepted is None or accepted.signed_at is None or not is_blank(written, thresholds=policy.claims):
        return reading
    day = accepted.signed_at.astimezone(NEW_YORK).date()
    return with_dates(reading, {"signed_on": day})
