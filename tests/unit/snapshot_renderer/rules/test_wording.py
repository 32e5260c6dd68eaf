from datetime import date

import pytest

from schemas.values import Language
from snapshot_renderer.rules.wording import Money, fill, money, month_name, short_money

EN, ES = Language.ENGLISH, Language.SPANISH


@pytest.mark.parametrize(
    ("cents", "expected"),
    [(0, "$0"), (41200, "$412"), (41205, "$412.05"), (28684136, "$286,841.36"), (99, "$0.99")],
)
@pytest.mark.parametrize("language", list(Language))
def test_money_has_cents_only_where_there_are_any(cents: int, expected: str, language: Language) -> None:
    assert money(cents, language) == expected


@pytest.mark.parametrize(
    ("cents", "expected"),
    [(218475, "$2,185"), (49, "$0"), (50, "$1"), (999999, "$10,000"), (1000000, "$10k"), (1234500, "$12.3k")],
)
def test_a_bars_label_is_short(cents: int, expected: str) -> None:
    assert short_money(cents, EN) == expected


def test_placeholders_take_the_languages_form() -> None:
    values = {"sum": Money(250000), "day": date(2026, 11, 20), "count": 3}

    assert fill("{sum} {day} {count}", values, EN) == "$2,500 Nov 20, 2026 3"
    assert fill("{sum} {day} {count}", values, ES) == "$2,500 20 nov 2026 3"
    with pytest.raises(KeyError):
        fill("{nobody}", values, EN)


def test_a_months_name_is_three_letters() -> None:
    assert [month_name(date(2026, 9, 1), language) for language in (EN, ES)] == ["Sep", "sep"]
