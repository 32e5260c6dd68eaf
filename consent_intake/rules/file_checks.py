"""Whether the file holds one form of ours, in an edition whose boxes are known."""

from consent_intake.rules.check import Check, failed, passed, unclear
from consent_intake.rules.form_reading import FormReading, Registration
from schemas.reason_codes import ReasonCode
from services.consent_form.layout import FORM_REVISION, RETIRED_REVISIONS


def check_file(reading: FormReading, *, duplicate: bool) -> Check:
    """The file opened, holds one form that is ours, and is not here already.

    Another organization's letter is for a person, who is shown where its signature may be; it never opens a case alone.
    """
    if reading.problem is not None:
        return failed("file", reading.problem)
    if duplicate:
        return failed("file", ReasonCode.DUPLICATE)
    if reading.forms > 1:
        return failed("file", ReasonCode.SEVERAL_FORMS, float(reading.forms), 1.0)
    if reading.registration is Registration.NONE:
        return _other_paper(reading)
    if not reading.registered:
        return unclear("file", ReasonCode.ILLEGIBLE)
    return passed("file")


def check_revision(reading: FormReading) -> Check:
    """The printed revision is the one whose boxes were read."""
    if reading.code is None:
        return unclear("revision", ReasonCode.ILLEGIBLE)
    if reading.code.revision in RETIRED_REVISIONS:
        return failed("revision", ReasonCode.FORM_RETIRED)
    if reading.code.revision != FORM_REVISION:
        return unclear("revision", ReasonCode.ILLEGIBLE)
    return passed("revision")


def _other_paper(reading: FormReading) -> Check:
    if reading.letter is None:
        return failed("file", ReasonCode.WRONG_FORM)
    return unclear("file", ReasonCode.FOREIGN_FORM, crop=reading.letter.signature_zone)
