"""An accepted digital signature stands in for ink in box 6, and its time for an empty box 7."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from consent_intake.rules.check import Check, passed, unclear
from consent_intake.rules.digital_checks import accepted_signature, names_the_parent
from consent_intake.rules.form_reading import DigitalSignature, FormReading, WrittenText
from consent_intake.rules.period_checks import is_blank
from consent_intake.rules.policy import Policy
from consent_intake.rules.written_dates import with_dates
from schemas.reason_codes import ReasonCode

NEW_YORK = ZoneInfo("America/New_York")
"""The legal day of a signature is New York's."""

_NO_SIGNATURE_IN_INK = frozenset({ReasonCode.MISSING_SIGNATURE, ReasonCode.SIGNATURE_UNCLEAR})
"""What a digital signature makes good: a viewer may print a name or a seal into the box."""


def signature_settled(ink: Check, signatures: Sequence[DigitalSignature], claimed_name: str) -> Check:
    """Return the check of box 6, with what the file's digital signatures say.

    A signature that bears the parent's name and proves nothing (most people's leads to no trusted root) keeps an empty
    box from being called unsigned: a person looks.
    """
    if ink.reason not in _NO_SIGNATURE_IN_INK:
        return ink
    if accepted_signature(signatures, claimed_name) is not None:
        return passed("signature", field=ink.field, crop=ink.crop)
    if ink.reason is ReasonCode.MISSING_SIGNATURE and names_the_parent(signatures, claimed_name):
        return unclear("signature", ReasonCode.SIGNATURE_UNCLEAR, field=ink.field, crop=ink.crop)
    return ink


def with_signing_time(reading: FormReading, claimed_name: str, policy: Policy) -> FormReading:
    """Return the reading with the day of an accepted digital signature in box 7, when nobody wrote into it."""
    accepted = accepted_signature(reading.digital_signatures, claimed_name)
    written = reading.fields.get("signed_on", WrittenText())
    if accepted is None or accepted.signed_at is None or not is_blank(written, thresholds=policy.claims):
        return reading
    day = accepted.signed_at.astimezone(NEW_YORK).date()
    return with_dates(reading, {"signed_on": day})
