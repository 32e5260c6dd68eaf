"""The days that a reviewer reads on the paper and types in: checked where they are typed and where they are used."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.consent_form.periods import add_months


@dataclass(frozen=True)
class EnteredDates:
    """What a reviewer entered; None: left to what the machine read.

    Attributes:
        signed_on: date of signature, box 7.
        starts_on: first day, box 5.
        expires_on: last day, box 5.
    """

    signed_on: date | None = None
    starts_on: date | None = None
    expires_on: date | None = None


class DateMistake(StrEnum):
    """What can be wrong with them."""

    SIGNED_AFTER_UPLOAD = "signed_after_upload"
    ENDS_BEFORE_IT_STARTS = "ends_before_it_starts"
    TOO_LONG = "too_long"
    ENDED = "ended"


def mistake_in(dates: EnteredDates, *, uploaded_on: date, today: date, max_months: int) -> DateMistake | None:
    """Return what is wrong with the dates by themselves; None when nothing is.

    A form can't be signed after it was uploaded, and so never in the future. A last day without a first one is counted
    from the date of signature, which is where the form's own default begins.

    Args:
        dates: as entered.
        uploaded_on: legal day on which the form came.
        today: the legal day in New York.
        max_months: the longest period allowed.
    """
    if dates.signed_on is not None and dates.signed_on > uploaded_on:
        return DateMistake.SIGNED_AFTER_UPLOAD
    first, last = dates.starts_on or dates.signed_on, dates.expires_on
    if last is None:
        return None
    if last < today:
        return DateMistake.ENDED
    if first is not None and last < first:
        return DateMistake.ENDS_BEFORE_IT_STARTS
    if last > add_months(first or uploaded_on, max_months):
        return DateMistake.TOO_LONG
    return None
