"""The period of a form that a reviewer approved: the reviewer's dates, and for the others what was read."""

from dataclasses import asdict
from datetime import date

from consent_intake.rules.claim_thresholds import ClaimThresholds
from consent_intake.rules.form_reading import FormReading, WrittenText
from consent_intake.rules.period_checks import Period, period_for_reviewed, sure_date
from consent_intake.rules.written_dates import with_dates
from services.consent_form.entered_dates import EnteredDates
from services.consent_form.periods import add_months


def reviewed_period(
    reading: FormReading,
    dates: EnteredDates,
    *,
    today: date,
    uploaded_on: date,
    max_months: int,
    thresholds: ClaimThresholds,
) -> Period:
    """Return the dates of an approval. What a reviewer entered always counts, whatever could not be read beside it.

    Never longer than ``max_months``; it may have ended, or end before it starts: then there is nothing to grant.
    """
    read = period_for_reviewed(
        with_dates(reading, asdict(dates)),
        today=today,
        uploaded_on=uploaded_on,
        max_months=max_months,
        thresholds=thresholds,
    )
    # Days that are sure count although a date beside them could not be read.
    first_on_paper, last_on_paper = (
        sure_date(reading.fields.get(name, WrittenText()), thresholds=thresholds)
        for name in ("starts_on", "expires_on")
    )
    starts_on = dates.starts_on or first_on_paper or read.starts_on
    last_days = [dates.expires_on or read.expires_on, add_months(starts_on, max_months)]
    if dates.expires_on is None and last_on_paper is not None:
        last_days.append(last_on_paper)
    return Period(dates.signed_on or read.signed_on, starts_on, min(last_days))
