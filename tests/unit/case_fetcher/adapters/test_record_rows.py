"""Values of any source in our words; what would be misread is refused."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from case_fetcher.adapters.record_rows import agency_case, cents, in_our_words
from case_fetcher.rules.agency_case import RecordUnusable


@pytest.mark.parametrize(
    ("value", "money", "expected"),
    [
        (41_207, "cents", 41_207),
        (Decimal(41_207), "cents", 41_207),
        (41_207.0, "cents", 41_207),
        ("41207", "cents", 41_207),
        (Decimal("412.0700"), "dollars", 41_207),
        (412.07, "dollars", 41_207),
        ("-0.29", "dollars", -29),
        (412, "dollars", 41_200),
    ],
)
def test_amounts_are_read_to_the_cent(value: Any, money: str, expected: int) -> None:
    assert cents(value, money) == expected


@pytest.mark.parametrize("value", ["", "four", "412.075", Decimal("0.001"), float("nan"), float("inf"), True, "$5"])
def test_what_is_no_whole_number_of_cents_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"amount|cent"):
        cents(value, "dollars")


@pytest.mark.parametrize("value", ["2026-11-22", "2026-11-22 00:00:00", date(2026, 11, 22), datetime(2026, 11, 22)])  # noqa: DTZ001
def test_days_are_read(value: Any) -> None:
    assert in_our_words({"due_on": value}, money="cents", codes={}) == {"due_on": date(2026, 11, 22)}


@pytest.mark.parametrize(
    "value",
    ["20261122", 20_261_122, "11/22/2026", "2026-11-22 08:00:00", datetime(2026, 11, 22, 8), "2026-W47-7"],  # noqa: DTZ001
)
def test_what_would_pass_for_another_day_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"date|moment"):
        in_our_words({"due_on": value}, money="cents", codes={})


def test_padding_is_cut_off_blanks_are_unknown_and_codes_are_translated() -> None:
    row = {"party": "NCP  ", "county": "   ", "full_name": " Ann Lee ", "order_status": ""}
    assert in_our_words(row, money="cents", codes={"party": {"NCP": "noncustodial"}}) == {
        "party": "noncustodial",
        "county": None,
        "full_name": "Ann Lee",
        "order_status": None,
    }


def test_two_rows_that_claim_to_be_the_case_are_unusable() -> None:
    row = {"case_identifier": "AB12345C1", "as_of": datetime(2026, 11, 22)}  # noqa: DTZ001
    with pytest.raises(RecordUnusable):
        agency_case({"case": [row, row], "party": [], "charge": [], "payment": [], "enforcement": [], "hold": []})
