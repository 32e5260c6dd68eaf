"""The dates of a consent: signed on, from, to."""

from dataclasses import dataclass
from datetime import date, timedelta

from consent_intake.rules.check import Check, failed, passed, unclear
from consent_intake.rules.claim_thresholds import ClaimThresholds
from consent_intake.rules.comb_evidence import least_chance, read_twice, sure_text
from consent_intake.rules.comb_text import date_in_comb, day_first_in_comb
from consent_intake.rules.form_reading import FormReading, WrittenText
from consent_intake.rules.signing_day import RECENT_DAYS, Days, likely_day, likely_signing_day
from schemas.reason_codes import ReasonCode
from services.consent_form.layout import DEFAULT_MONTHS
from services.consent_form.periods import add_months

_AHEAD = timedelta(days=400)
"""Days ahead at which a signing date is a misread one, whoever reads it so: two engines see the same poor digit."""

_LONG_AGO = timedelta(days=3_650)
"""Nobody brings a form that ended ten years ago: the year 0027 is a misread 2027."""

_YEAR_STARTS = 4
"""Cells of a date before its year."""

_LONGEST = DEFAULT_MONTHS
"""Months after its first day at which a last day that one engine alone read is still believed."""


@dataclass(frozen=True)
class Period:
    """When a consent was signed, its first and its last day."""

    signed_on: date
    starts_on: date
    expires_on: date


def is_blank(written: WrittenText, *, thresholds: ClaimThresholds) -> bool:
    """Return whether nobody wrote into the box."""
    return written.ink < thresholds.written_ink and not written.text


def _is_unlimited(written: WrittenText, *, thresholds: ClaimThresholds) -> bool:
    """Return whether nobody wrote a first or a last day: there is no ink, or only in one cell of the year.

    Nobody writes one digit of a year and nothing else; the edge of a thumb that holds the page looks like one.
    """
    inked = [place for place, cell in enumerate(written.cells) if cell.ink >= thresholds.written_ink]
    one_mark = len(inked) == 1 and inked[0] >= _YEAR_STARTS and len(written.text) <= 1
    return is_blank(written, thresholds=thresholds) or one_mark


def sure_date(written: WrittenText, *, thresholds: ClaimThresholds) -> date | None:
    """Return a comb's date when the reading can stand alone: a period has no claim to be compared with."""
    text = sure_text(written, thresholds)
    return None if text is None else date_in_comb(text) or day_first_in_comb(text)


def signing_date(
    written: WrittenText, today: date, *, thresholds: ClaimThresholds, printed_on: date | None = None
) -> date | None:
    """Return when the form was signed; None when that is not readable.

    A day decades away is a misread one, however surely it was read: the year 0027 is 2027. One before the form was
    printed, where the register knows that day, is one too when a day since then fits: a 7 that both engines took for a
    1 was told that it had expired in 2021. When none fits, it counts as read if it may be told.
    """
    sure = sure_date(written, thresholds=thresholds)
    if sure is None or not today - _LONG_AGO <= sure <= today + _AHEAD:
        return likely_signing_day(written, today, thresholds, printed_on)
    if printed_on is None or sure >= printed_on:
        return sure
    likely = likely_signing_day(written, today, thresholds, printed_on)
    return sure if likely is None and _may_be_told(written, thresholds) else likely


def period_of(
    reading: FormReading, today: date, *, thresholds: ClaimThresholds, printed_on: date | None = None
) -> Period | None:
    """Return the form's dates, with the form's own defaults for an empty period; None when one is not readable.

    The form says: without dates, the consent runs for 12 months from the day it was signed.
    """
    signed_on = signing_date(_field(reading, "signed_on"), today, thresholds=thresholds, printed_on=printed_on)
    if signed_on is None:
        return None
    starts, expires = _field(reading, "starts_on"), _field(reading, "expires_on")
    starts_on = signed_on if _is_unlimited(starts, thresholds=thresholds) else _first_day(starts, signed_on, thresholds)
    if starts_on is None:
        return None
    if _is_unlimited(expires, thresholds=thresholds):
        return Period(signed_on, starts_on, add_months(starts_on, DEFAULT_MONTHS))
    expires_on = _last_day(expires, starts_on, thresholds)
    return None if expires_on is None else Period(signed_on, starts_on, expires_on)


def _first_day(written: WrittenText, signed_on: date, thresholds: ClaimThresholds) -> date | None:
    """Return a period's first day: as read twice, else where a consent signed that day may well start."""
    expected = Days(signed_on - timedelta(days=thresholds.period_lead_days), add_months(signed_on, DEFAULT_MONTHS))
    sure = sure_date(written, thresholds=thresholds)
    if sure is not None and (sure in expected or (read_twice(written) and abs(sure - signed_on) <= 2 * _AHEAD)):
        return sure
    return likely_day(written, expected, thresholds) if sure is None else None


def _last_day(written: WrittenText, starts_on: date, thresholds: ClaimThresholds) -> date | None:
    """Return a period's last day: as read twice, else within the longest that a consent lasts by itself."""
    expected = Days(starts_on, add_months(starts_on, _LONGEST))
    sure = sure_date(written, thresholds=thresholds)
    if sure is not None and (sure in expected or read_twice(written)):
        return sure
    return likely_day(written, expected, thresholds) if sure is None else None


def check_signing_date(
    written: WrittenText, today: date, *, thresholds: ClaimThresholds, printed_on: date | None = None
) -> Check:
    """The form is dated, and not in the future."""
    if is_blank(written, thresholds=thresholds):
        return failed("signed_on", ReasonCode.MISSING_DATE, written.ink, thresholds.written_ink)
    signed_on = signing_date(written, today, thresholds=thresholds, printed_on=printed_on)
    least = _least(written)
    if signed_on is None:
        return unclear("signed_on", ReasonCode.ILLEGIBLE, least, thresholds.sure_alone)
    if signed_on > today:
        # nobody signs years ahead: a misread digit
        if not _may_be_told(written, thresholds) or signed_on > today + _AHEAD:
            return unclear("signed_on", ReasonCode.ILLEGIBLE, least, thresholds.sure_with_second)
        return failed("signed_on", ReasonCode.DATE_FUTURE, least, thresholds.sure_with_second)
    long_since = signed_on < today - timedelta(days=RECENT_DAYS)
    if long_since and not _may_be_told(written, thresholds):
        # a form expires by its month: two engines took the 7 of an expired one for a 9
        return unclear("signed_on", ReasonCode.ILLEGIBLE, least, thresholds.told_cell)
    return passed("signed_on", least, thresholds.sure_with_second)


def check_period(
    reading: FormReading, today: date, *, max_months: int, thresholds: ClaimThresholds, printed_on: date | None = None
) -> Check:
    """The period runs forwards, has not ended, and is not longer than the longest one allowed."""
    period = period_of(reading, today, thresholds=thresholds, printed_on=printed_on)
    if period is None:
        least = min((_least(box) for box in _boxes(reading) if box.text), default=0.0)
        return unclear("period", ReasonCode.ILLEGIBLE, least, thresholds.sure_alone)
    reason = _fault_of(period, today, max_months)
    if reason is None:
        return passed("period")
    written = [box for box in _boxes(reading) if not is_blank(box, thresholds=thresholds)]
    long_ago = period.expires_on < today - _LONG_AGO
    if long_ago or not all(_may_be_told(box, thresholds) for box in written):
        return unclear("period", ReasonCode.ILLEGIBLE)
    return failed("period", reason)


def _fault_of(period: Period, today: date, max_months: int) -> ReasonCode | None:
    """Return what is wrong with a period, None when nothing is."""
    if period.starts_on > period.expires_on:
        return ReasonCode.PERIOD_INVALID
    if period.expires_on < today:
        return ReasonCode.EXPIRED
    return ReasonCode.PERIOD_INVALID if period.expires_on > add_months(period.starts_on, max_months) else None


def period_for_reviewed(
    reading: FormReading, *, today: date, uploaded_on: date, max_months: int, thresholds: ClaimThresholds
) -> Period:
    """Return the period of a form that a reviewer approved: the form's where readable, else 12 months from today.

    What cannot be read is filled in so that the consent is never longer than what the form's default would give.
    """
    read = period_of(reading, today, thresholds=thresholds)
    if read is not None and read.starts_on <= read.expires_on:
        longest = add_months(read.starts_on, max_months)
        return Period(min(read.signed_on, uploaded_on), read.starts_on, min(read.expires_on, longest))
    signed_on = signing_date(_field(reading, "signed_on"), today, thresholds=thresholds)
    signed_on = uploaded_on if signed_on is None or signed_on > uploaded_on else signed_on
    return Period(signed_on, today, add_months(today, min(DEFAULT_MONTHS, max_months)))


def _may_be_told(written: WrittenText, thresholds: ClaimThresholds) -> bool:
    """Return whether a date is read well enough to reject a form for it: alike by two engines, and no cell in doubt."""
    return read_twice(written) and _least(written) >= thresholds.told_cell


def _least(written: WrittenText) -> float:
    """Return the chance of the least certain cell of a comb's reading."""
    return least_chance(written, written.text) if len(written.text) == len(written.cells) else 0.0


def _boxes(reading: FormReading) -> tuple[WrittenText, ...]:
    return tuple(_field(reading, name) for name in ("signed_on", "starts_on", "expires_on"))


def _field(reading: FormReading, name: str) -> WrittenText:
    return reading.fields.get(name, WrittenText())
