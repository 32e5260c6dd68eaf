from datetime import date

from consent_intake.rules.form_reading import FormReading
from consent_intake.rules.period_checks import Period, add_months, period_for_reviewed, period_of
from tests.support.form_readings import GOOD, TODAY, comb, with_fields

UPLOADED = date(2026, 11, 15)


def reviewed(form: FormReading) -> Period:
    return period_for_reviewed(form, today=TODAY, uploaded_on=UPLOADED, max_months=12)


def test_without_dates_the_consent_runs_twelve_months_from_the_day_it_was_signed() -> None:
    signed = date(2026, 11, 14)
    assert period_of(GOOD, TODAY) == Period(signed, signed, date(2027, 11, 14))


def test_of_two_recent_readings_of_the_signing_date_the_earlier_counts() -> None:
    form = with_fields(signed_on=comb("11142026", again="11112026", confidence=0.6))
    period = period_of(form, TODAY)
    assert period is not None
    assert period.signed_on == date(2026, 11, 11)


def test_months_are_added_to_the_last_day_of_a_shorter_month() -> None:
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert add_months(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert add_months(date(2026, 1, 15), 11) == date(2026, 12, 15)


def test_a_reviewed_form_keeps_the_period_that_reads_clearly() -> None:
    form = with_fields(starts_on=comb("12012026"), expires_on=comb("03312027"))
    assert reviewed(form) == Period(date(2026, 11, 14), date(2026, 12, 1), date(2027, 3, 31))


def test_a_reviewed_form_whose_dates_cannot_be_read_gets_twelve_months_from_today() -> None:
    assert reviewed(FormReading()) == Period(UPLOADED, TODAY, date(2027, 11, 16))


def test_a_reviewed_form_never_gets_more_than_the_longest_period() -> None:
    form = with_fields(starts_on=comb("11012026"), expires_on=comb("11012036"))
    assert reviewed(form).expires_on == date(2027, 11, 1)
