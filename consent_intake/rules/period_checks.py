"""The dates of a consent: signed on, from, to."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from consent_intake.rules.check import Check, failed, passed, unclear
from consent_intake.rules.claim_checks import READABLE, SURE, WRITTEN_INK
from consent_intake.rules.comb_text import agreed, date_in_comb
from consent_intake.rules.form_reading import FormReading, WrittenText
from schemas.reason_codes import ReasonCode
from services.consent_form.layout import DEFAULT_MONTHS

SURE_OF_DATE = SURE
"""A period has no claim to be compared with, so the two readings alone have to be sure."""

RECENTLY = timedelta(days=60)
"""How old a signing date may be to be believed on two different readings; forms are uploaded within weeks."""

_YEAR_DIGITS = 4


@dataclass(frozen=True)
class Period:
    """When a consent was signed, its first and its last day."""

    signed_on: date
    starts_on: date
    expires_on: date


def add_months(day: date, months: int) -> date:
    """Return the same day of a later month, or that month's last day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def is_blank(written: WrittenText) -> bool:
    """Return whether nobody wrote into the box."""
    return written.ink < WRITTEN_INK and not written.text


def sure_date(written: WrittenText) -> date | None:
    """Return a field's date when the reading can stand alone."""
    return agreed(written, date_in_comb) if written.confidence >= SURE_OF_DATE else None


def signing_date(written: WrittenText, today: date) -> date | None:
    """Return when the form was signed; None when that is not readable.

    Hand-written dates often read in two ways. When both lie within the last weeks the earlier one counts: the consent
    then ends no later than the parent meant, which is the side to err on. When one reading is no date at all (month
    17, seven digits), the other stands if it is a recent one, sure of itself, and the year was read alike: a wrong
    year is the one misreading that would let an expired form pass.
    """
    sure = sure_date(written)
    if sure is not None:
        return sure
    texts = (written.text, written.again or "")
    readings = [day for text in texts if (day := date_in_comb(text)) is not None]
    if not readings or any(not timedelta(0) <= today - day <= RECENTLY for day in readings):
        return None
    if len(readings) == len(texts):
        return min(readings) if written.confidence >= READABLE else None
    years_alike = len({text[-_YEAR_DIGITS:] for text in texts}) == 1
    return readings[0] if years_alike and written.confidence >= SURE_OF_DATE else None


def period_of(reading: FormReading, today: date) -> Period | None:
    """Return the form's dates, with the form's own defaults for an empty period; None when one is not readable.

    The form says: without dates, the consent runs for 12 months from the day it was signed.
    """
    signed_on = signing_date(_field(reading, "signed_on"), today)
    if signed_on is None:
        return None
    starts = _field(reading, "starts_on")
    expires = _field(reading, "expires_on")
    starts_on = signed_on if is_blank(starts) else sure_date(starts)
    if starts_on is None:
        return None
    expires_on = add_months(starts_on, DEFAULT_MONTHS) if is_blank(expires) else sure_date(expires)
    return None if expires_on is None else Period(signed_on, starts_on, expires_on)


def check_signing_date(written: WrittenText, today: date) -> Check:
    """The form is dated, and not in the future."""
    if is_blank(written):
        return failed("signed_on", ReasonCode.MISSING_DATE, written.ink, WRITTEN_INK)
    signed_on = signing_date(written, today)
    if signed_on is None:
        return unclear("signed_on", ReasonCode.ILLEGIBLE, written.confidence, SURE_OF_DATE)
    if signed_on > today:
        return failed("signed_on", ReasonCode.DATE_FUTURE, written.confidence, SURE_OF_DATE)
    return passed("signed_on", written.confidence, SURE_OF_DATE)


def check_period(reading: FormReading, today: date, *, max_months: int) -> Check:
    """The period runs forwards, has not ended, and is not longer than the longest one allowed."""
    least = min(_field(reading, name).confidence for name in ("signed_on", "starts_on", "expires_on"))
    period = period_of(reading, today)
    if period is None:
        return unclear("period", ReasonCode.ILLEGIBLE, least, SURE_OF_DATE)
    if period.starts_on > period.expires_on:
        return failed("period", ReasonCode.PERIOD_INVALID)
    if period.expires_on < today:
        return failed("period", ReasonCode.EXPIRED)
    if period.expires_on > add_months(period.starts_on, max_months):
        return failed("period", ReasonCode.PERIOD_INVALID)
    return passed("period")


def period_for_reviewed(reading: FormReading, *, today: date, uploaded_on: date, max_months: int) -> Period:
    """Return the period of a form that a reviewer approved: the form's where readable, else 12 months from today.

    What cannot be read is filled in so that the consent is never longer than what the form's default would give.
    """
    read = period_of(reading, today)
    if read is not None and read.starts_on <= read.expires_on:
        longest = add_months(read.starts_on, max_months)
        return Period(min(read.signed_on, uploaded_on), read.starts_on, min(read.expires_on, longest))
    signed_on = signing_date(_field(reading, "signed_on"), today)
    signed_on = uploaded_on if signed_on is None or signed_on > uploaded_on else signed_on
    return Period(signed_on, today, add_months(today, min(DEFAULT_MONTHS, max_months)))


def _field(reading: FormReading, name: str) -> WrittenText:
    return reading.fields.get(name, WrittenText())
