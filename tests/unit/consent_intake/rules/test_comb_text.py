from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from consent_intake.rules.comb_text import best_comb, case_identifier_in_comb, cells_text, date_in_comb, fitted
from consent_intake.rules.form_reading import CombCell, Engine, EngineText


def test_letters_that_look_like_digits_count_as_digits_where_digits_belong() -> None:
    assert date_in_comb("O1l5I988") == date(1988, 1, 15)
    assert case_identifier_in_comb("A8I2345CI") == "AB12345C1"


@given(st.dates(date(1930, 1, 1), date(2035, 12, 31)))
def test_every_date_reads_back(day: date) -> None:
    assert date_in_comb(day.strftime("%m%d%Y")) == day


def two_cells(first: dict[str, float], second: dict[str, float]) -> tuple[CombCell, CombCell]:
    return CombCell(chances=first, ink=0.1), CombCell(chances=second, ink=0.1)


def test_another_engine_settles_what_the_cells_leave_open() -> None:
    cells = two_cells({"1": 0.55, "7": 0.45}, {"4": 0.99})
    other = EngineText(engine=Engine.RAPIDOCR, text="74", confidence=0.9)
    text, chance = best_comb(cells, (cells_text(cells), other))
    assert (text, chance) == ("74", 0.45)


def test_another_engine_does_not_overrule_a_sure_cell() -> None:
    cells = two_cells({"1": 0.999}, {"4": 0.99})
    other = EngineText(engine=Engine.RAPIDOCR, text="74", confidence=0.9)
    assert best_comb(cells, (cells_text(cells), other)) == ("14", 0.99)


def test_a_reading_of_another_length_fits_no_comb() -> None:
    cells = two_cells({"1": 0.9}, {"4": 0.9})
    assert fitted("1 4", cells) == "14"
    assert fitted("144", cells) is None


def test_empty_cells_are_left_out_of_the_text() -> None:
    cells = (CombCell(), CombCell(chances={"4": 0.9, "9": 0.1}, ink=0.1))
    assert cells_text(cells) == EngineText(engine=Engine.CELLS, text="4", confidence=0.9)
