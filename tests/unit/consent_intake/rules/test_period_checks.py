from datetime import date, timedelta

import pytest

from consent_intake.rules.check import Verdict
from consent_intake.rules.claim_thresholds import ClaimThresholds
from consent_intake.rules.form_reading import CombCell, Engine, EngineText, FormReading, WrittenText
from consent_intake.rules.period_checks import (
    Period,
    check_period,
    check_signing_date,
    period_for_reviewed,
    period_of,
    signing_date,
)
from schemas.reason_codes import ReasonCode
from services.consent_form.periods import add_months
from tests.support.form_readings import BLANK, GOOD, TODAY, comb, with_fields

UPLOADED = date(2026, 11, 15)
THRESHOLDS = ClaimThresholds()


def reviewed(form: FormReading) -> Period:
    return period_for_reviewed(form, today=TODAY, uploaded_on=UPLOADED, max_months=12, thresholds=THRESHOLDS)


def open_cells(text: str, second: str | None = None, **unsure: dict[str, float]) -> WrittenText:
    """Return a comb that reads as text, but for the cells named ``at0`` to ``at7``."""
    chances = [unsure.get(f"at{place}", {character: 0.995}) for place, character in enumerate(text)]
    readings = [EngineText(engine=Engine.CELLS, text=text, confidence=min(max(one.values()) for one in chances))]
    if second:
        readings.append(EngineText(engine=Engine.RAPIDOCR, text=second, confidence=0.9))
    cells = tuple(CombCell(chances=one, ink=0.1) for one in chances)
    return WrittenText(text=text, confidence=readings[0].confidence, ink=0.1, readings=tuple(readings), cells=cells)


def test_without_dates_the_consent_runs_twelve_months_from_the_day_it_was_signed() -> None:
    signed = date(2026, 11, 14)
    assert period_of(GOOD, TODAY, thresholds=THRESHOLDS) == Period(signed, signed, date(2027, 11, 14))


def test_of_two_recent_days_that_fit_alike_the_earlier_counts() -> None:
    written = open_cells("11142026", at3={"4": 0.6, "1": 0.4})
    assert signing_date(written, TODAY, thresholds=THRESHOLDS) == date(2026, 11, 11)


def test_a_month_that_does_not_exist_is_a_misread_one() -> None:
    written = open_cells("77142026", at0={"7": 0.7, "1": 0.3}, at1={"7": 0.6, "1": 0.4})
    assert signing_date(written, TODAY, thresholds=THRESHOLDS) == date(2026, 11, 14)


@pytest.mark.parametrize("year", [{"5": 0.6, "6": 0.4}, {"5": 0.5, "6": 0.5}])
def test_a_year_that_may_be_the_last_one_is_for_a_person(year: dict[str, float]) -> None:
    written = open_cells("11142026", at7=year)
    assert signing_date(written, TODAY, thresholds=THRESHOLDS) is None
    assert check_signing_date(written, TODAY, thresholds=THRESHOLDS).verdict is Verdict.UNCLEAR


def test_a_month_that_fits_an_older_day_better_is_for_a_person() -> None:
    written = open_cells("07142026", at1={"7": 0.7, "1": 0.3})
    assert signing_date(written, TODAY, thresholds=THRESHOLDS) is None


def test_a_day_first_date_is_read_where_the_day_can_be_no_month() -> None:
    assert signing_date(open_cells("14112026"), TODAY, thresholds=THRESHOLDS) == date(2026, 11, 14)


def test_an_old_form_is_told_that_it_has_expired() -> None:
    form = with_fields(signed_on=open_cells("09142025", "09142025"))
    check = check_period(form, TODAY, max_months=12, thresholds=THRESHOLDS)
    assert (check.verdict, check.reason) == (Verdict.FAILED, ReasonCode.EXPIRED)


@pytest.mark.parametrize(
    "day", [open_cells("09262021", "09262021", at7={"1": 0.57, "7": 0.39}), open_cells("10170027", "10170027")]
)
def test_no_form_is_told_that_it_has_expired_for_a_doubtful_digit_or_an_impossible_year(day: WrittenText) -> None:
    check = check_period(with_fields(signed_on=day), TODAY, max_months=12, thresholds=THRESHOLDS)
    assert (check.verdict, check.reason) == (Verdict.UNCLEAR, ReasonCode.ILLEGIBLE)


def test_no_form_is_told_that_its_date_is_in_the_future_for_a_doubtful_digit() -> None:
    day = open_cells("11302026", "11302026", at2={"3": 0.6, "0": 0.4})
    assert check_signing_date(day, TODAY, thresholds=THRESHOLDS).verdict is Verdict.UNCLEAR


def test_an_old_day_that_one_engine_alone_read_is_for_a_person() -> None:
    form = with_fields(signed_on=open_cells("09142025"))
    check = check_period(form, TODAY, max_months=12, thresholds=THRESHOLDS)
    assert (check.verdict, check.reason) == (Verdict.UNCLEAR, ReasonCode.ILLEGIBLE)


@pytest.mark.parametrize(
    ("month", "verdict"),
    [
        ({"3": 0.52, "1": 0.38}, Verdict.UNCLEAR),
        ({"3": 0.79}, Verdict.UNCLEAR),
        ({"3": 0.81}, Verdict.PASSED),
    ],
)
def test_a_day_of_months_ago_that_may_be_that_of_an_expired_form_is_for_a_person(
    month: dict[str, float], verdict: Verdict
) -> None:
    day = open_cells("03042026", "03042026", at1=month)
    assert check_signing_date(day, TODAY, thresholds=THRESHOLDS).verdict is verdict


@pytest.mark.parametrize(
    ("starts_on", "expires_on"), [("12012028", "03312029"), ("12012026", "03312087"), ("12012026", "03312026")]
)
def test_an_unlikely_period_is_believed_only_when_two_engines_read_it(starts_on: str, expires_on: str) -> None:
    once = with_fields(starts_on=open_cells(starts_on), expires_on=open_cells(expires_on))
    assert check_period(once, TODAY, max_months=12, thresholds=THRESHOLDS).verdict is Verdict.UNCLEAR
    twice = with_fields(starts_on=open_cells(starts_on, starts_on), expires_on=open_cells(expires_on, expires_on))
    assert period_of(twice, TODAY, thresholds=THRESHOLDS) is not None


def test_a_first_day_decades_away_is_for_a_person_though_two_engines_read_it() -> None:
    form = with_fields(starts_on=open_cells("11102086", "11102086"), expires_on=open_cells("03252027", "03252027"))
    assert check_period(form, TODAY, max_months=12, thresholds=THRESHOLDS).verdict is Verdict.UNCLEAR


def test_a_likely_period_needs_one_engine() -> None:
    form = with_fields(starts_on=open_cells("12012026"), expires_on=open_cells("03312027"))
    assert check_period(form, TODAY, max_months=12, thresholds=THRESHOLDS).verdict is Verdict.PASSED


def test_an_empty_box_is_told_so_and_a_future_day_too() -> None:
    empty = check_signing_date(BLANK, TODAY, thresholds=THRESHOLDS)
    assert (empty.verdict, empty.reason) == (Verdict.FAILED, ReasonCode.MISSING_DATE)
    future = check_signing_date(open_cells("11302026", "11302026"), TODAY, thresholds=THRESHOLDS)
    assert (future.verdict, future.reason) == (Verdict.FAILED, ReasonCode.DATE_FUTURE)


@pytest.mark.parametrize("day", [open_cells("11302026"), open_cells("11142086", "11142086")])
def test_a_future_day_that_one_engine_read_or_that_is_decades_ahead_is_for_a_person(day: WrittenText) -> None:
    check = check_signing_date(day, TODAY, thresholds=THRESHOLDS)
    assert (check.verdict, check.reason) == (Verdict.UNCLEAR, ReasonCode.ILLEGIBLE)


def test_a_period_with_one_unsure_digit_is_for_a_person() -> None:
    ends = open_cells("03312027", at1={"3": 0.7, "8": 0.3})
    form = with_fields(starts_on=comb("12012026"), expires_on=ends)
    check = check_period(form, TODAY, max_months=12, thresholds=THRESHOLDS)
    assert (check.verdict, check.reason) == (Verdict.UNCLEAR, ReasonCode.ILLEGIBLE)


def test_no_recent_day_is_made_up_from_cells_that_hold_none() -> None:
    nothing = WrittenText(ink=0.1, cells=tuple(CombCell(chances={"8": 0.3, "0": 0.2}, ink=0.1) for _ in range(8)))
    assert signing_date(nothing, TODAY, thresholds=THRESHOLDS) is None


@pytest.mark.parametrize("days", [0, 1, 30, 59])
def test_recent_days_read_back(days: int) -> None:
    day = TODAY - timedelta(days=days)
    assert signing_date(open_cells(f"{day:%m%d%Y}"), TODAY, thresholds=THRESHOLDS) == day


def test_months_are_added_to_the_last_day_of_a_shorter_month() -> None:
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert add_months(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert add_months(date(2026, 1, 15), 11) == date(2026, 12, 15)


def test_a_reviewed_form_keeps_the_period_that_reads_clearly() -> None:
    form = with_fields(starts_on=comb("12012026"), expires_on=comb("03312027"))
    assert reviewed(form) == Period(date(2026, 11, 14), date(2026, 12, 1), date(2027, 3, 31))


def test_a_reviewed_form_whose_dates_cannot_be_read_gets_twelve_months_from_today() -> None:
    assert reviewed(FormReading(fields={"signed_on": WrittenText(ink=0.1)})) == Period(
        UPLOADED, TODAY, date(2027, 11, 16)
    )


def test_a_reviewed_form_never_gets_more_than_the_longest_period() -> None:
    form = with_fields(starts_on=comb("11012026"), expires_on=comb("11012036"))
    assert reviewed(form).expires_on == date(2027, 11, 1)


def test_a_year_decades_away_is_a_misread_one_though_two_engines_read_it() -> None:
    written = open_cells("11140026", "11140026", at5={"0": 0.98, "2": 0.02})
    assert signing_date(written, TODAY, thresholds=THRESHOLDS) is None
    likely = open_cells("11142026", "11140026", at5={"0": 0.7, "2": 0.3}, at4={"2": 0.9, "0": 0.1})
    assert signing_date(likely, TODAY, thresholds=THRESHOLDS) == date(2026, 11, 14)


@pytest.mark.parametrize("shift", [365, 366, 731])
@pytest.mark.parametrize(
    "year", [{"6": 0.55, "7": 0.45}, {"6": 0.9, "7": 0.06, "8": 0.04}, {"6": 0.5, "7": 0.3, "8": 0.2}]
)
def test_a_form_of_another_year_is_never_taken_for_a_recent_one(shift: int, year: dict[str, float]) -> None:
    written = open_cells("11142026", at7=year)
    assert signing_date(written, TODAY + timedelta(days=shift), thresholds=THRESHOLDS) is None


def test_a_last_day_with_one_unsure_digit_is_read_where_no_other_one_can_be_meant() -> None:
    ends = open_cells("03312027", at0={"8": 0.6, "0": 0.4}, at7={"7": 0.7, "1": 0.3})
    period = period_of(with_fields(starts_on=comb("12012026"), expires_on=ends), TODAY, thresholds=THRESHOLDS)
    assert period is not None
    assert period.expires_on == date(2027, 3, 31)


@pytest.mark.parametrize("doubtful", [{"at7": {"8": 0.7, "7": 0.3}}, {}])
def test_no_form_is_told_that_its_period_is_wrong_for_a_doubtful_digit_or_one_reader(
    doubtful: dict[str, dict[str, float]],
) -> None:
    ends = open_cells("11132028", "11132028" if doubtful else None, **doubtful)
    check = check_period(with_fields(expires_on=ends), TODAY, max_months=12, thresholds=THRESHOLDS)
    assert (check.verdict, check.reason) == (Verdict.UNCLEAR, ReasonCode.ILLEGIBLE)
    sure = with_fields(expires_on=open_cells("11132028", "11132028"))
    assert check_period(sure, TODAY, max_months=12, thresholds=THRESHOLDS).reason is ReasonCode.PERIOD_INVALID


PRINTED = date(2026, 11, 10)
DOUBTFUL_YEAR = {"6": 0.6, "5": 0.2, "4": 0.2}


def test_a_doubtful_year_is_read_where_the_form_was_not_printed_in_any_other() -> None:
    written = open_cells("11142026", at7=DOUBTFUL_YEAR)
    assert signing_date(written, TODAY, thresholds=THRESHOLDS) is None
    assert signing_date(written, TODAY, thresholds=THRESHOLDS, printed_on=PRINTED) == date(2026, 11, 14)
    form = with_fields(signed_on=written)
    assert check_period(form, TODAY, max_months=12, thresholds=THRESHOLDS).verdict is Verdict.UNCLEAR
    known = check_period(form, TODAY, max_months=12, thresholds=THRESHOLDS, printed_on=PRINTED)
    assert known.verdict is Verdict.PASSED


def test_a_doubtful_year_that_two_engines_read_alike_gives_way_to_the_printing_day() -> None:
    written = open_cells("11142022", "11142022", at7={"2": 0.47, "6": 0.53})
    assert signing_date(written, TODAY, thresholds=THRESHOLDS) == date(2022, 11, 14)
    assert signing_date(written, TODAY, thresholds=THRESHOLDS, printed_on=PRINTED) == date(2026, 11, 14)
    assert signing_date(written, TODAY, thresholds=THRESHOLDS, printed_on=date(2022, 1, 1)) == date(2022, 11, 14)


@pytest.mark.parametrize(("ahead", "read"), [("12142026", None), ("01142027", None), ("09142026", date(2026, 11, 14))])
def test_a_month_that_is_doubtful_is_read_unless_the_form_may_be_dated_some_weeks_ahead(
    ahead: str, read: date | None
) -> None:
    both = zip("11142026", ahead, strict=True)
    doubtful = {f"at{at}": {one: 0.6, other: 0.4} for at, (one, other) in enumerate(both) if one != other}
    written = open_cells("11142026", **doubtful)
    assert signing_date(written, TODAY, thresholds=THRESHOLDS, printed_on=PRINTED) == read


def test_a_year_whose_last_digit_is_hidden_is_the_one_in_which_the_form_was_printed() -> None:
    written = open_cells("11142026", at7={"1": 0.1})
    assert signing_date(written, TODAY, thresholds=THRESHOLDS, printed_on=PRINTED) == date(2026, 11, 14)
    assert signing_date(written, TODAY, thresholds=THRESHOLDS) is None


def test_a_form_printed_before_the_doubtful_year_stays_a_persons() -> None:
    written = open_cells("11142026", at7=DOUBTFUL_YEAR)
    for printed_on in (date(2024, 11, 10), date(2023, 1, 1)):
        assert signing_date(written, TODAY, thresholds=THRESHOLDS, printed_on=printed_on) is None


@pytest.mark.parametrize(("seven", "verdict"), [(0.06, Verdict.PASSED), (0.0001, Verdict.FAILED)])
def test_no_form_has_expired_before_it_was_printed_when_a_day_since_then_fits(seven: float, verdict: Verdict) -> None:
    written = open_cells("11142021", "11142021", at7={"1": 1 - seven, "6": seven})
    form = with_fields(signed_on=written)
    assert check_period(form, TODAY, max_months=12, thresholds=THRESHOLDS).reason is ReasonCode.EXPIRED
    known = check_period(form, TODAY, max_months=12, thresholds=THRESHOLDS, printed_on=PRINTED)
    assert known.verdict is verdict


def one_mark(place: int, *, ink: float = 0.3, text: str = "4") -> WrittenText:
    """Return a comb with ink in one cell."""
    cells = [CombCell(chances={}, ink=0.0)] * 8
    cells[place] = CombCell(chances={text: 0.8}, ink=ink)
    reading = EngineText(engine=Engine.CELLS, text=text, confidence=0.8)
    return WrittenText(text=text, confidence=0.8, ink=ink / 8, readings=(reading,), cells=tuple(cells))


@pytest.mark.parametrize("name", ["starts_on", "expires_on"])
def test_a_thumb_at_the_end_of_an_empty_date_limits_nothing(name: str) -> None:
    for place in range(4, 8):
        form = with_fields(**{name: one_mark(place)})
        assert check_period(form, TODAY, max_months=12, thresholds=THRESHOLDS).verdict is Verdict.PASSED
    for place in range(4):
        form = with_fields(**{name: one_mark(place)})
        assert check_period(form, TODAY, max_months=12, thresholds=THRESHOLDS).verdict is Verdict.UNCLEAR
    two = one_mark(5).model_copy(update={"cells": one_mark(5).cells[:6] + one_mark(6).cells[6:]})
    for doubtful in (two, one_mark(5).model_copy(update={"text": "27"})):
        form = with_fields(**{name: doubtful})
        assert check_period(form, TODAY, max_months=12, thresholds=THRESHOLDS).verdict is Verdict.UNCLEAR


def test_a_mark_in_the_signing_date_is_no_empty_date() -> None:
    assert check_signing_date(one_mark(5), TODAY, thresholds=THRESHOLDS).verdict is Verdict.UNCLEAR


@pytest.mark.parametrize("printed_on", [PRINTED, TODAY, TODAY + timedelta(days=5)])
def test_a_surely_written_day_is_not_bent_to_the_printing_day(printed_on: date) -> None:
    early = open_cells("10142026", "10142026")
    assert signing_date(early, TODAY, thresholds=THRESHOLDS, printed_on=printed_on) == date(2026, 10, 14)


@pytest.mark.parametrize("written", ["11172026", "12142026", "11142027", "11142025"])
@pytest.mark.parametrize("printed_on", [PRINTED, TODAY])
def test_no_printing_day_makes_a_recent_day_of_another_that_reads_nearly_surely(written: str, printed_on: date) -> None:
    for place, digit in enumerate(written):
        doubtful = {f"at{place}": {digit: 0.9} | {other: 0.05 for other in "16" if other != digit}}
        comb_read = open_cells(written, None, **doubtful)
        read = signing_date(comb_read, TODAY, thresholds=THRESHOLDS, printed_on=printed_on)
        assert read is None or not printed_on <= read <= TODAY


@pytest.mark.parametrize(("least", "read"), [(0.0009, date(2026, 11, 14)), (0.0007, None)])
def test_a_weak_cell_is_enough_sooner_where_the_printing_leaves_a_few_days(least: float, read: date | None) -> None:
    written = open_cells("11142026", at4={"7": 0.999 - least, "2": least})
    assert signing_date(written, TODAY, thresholds=THRESHOLDS) is None
    assert signing_date(written, TODAY, thresholds=THRESHOLDS, printed_on=PRINTED) == read


@pytest.mark.parametrize(("sure", "read"), [(0.99, date(2026, 11, 14)), (0.5, None)])
def test_another_engine_counts_for_more_when_it_is_sure_of_every_digit(sure: float, read: date | None) -> None:
    cells = open_cells("11142025", at7={"5": 0.41, "6": 0.2, "4": 0.2, "3": 0.19})
    second = EngineText(engine=Engine.RAPIDOCR, text="11142026", confidence=sure)
    written = cells.model_copy(update={"readings": (*cells.readings, second)})
    assert signing_date(written, TODAY, thresholds=THRESHOLDS) == read
