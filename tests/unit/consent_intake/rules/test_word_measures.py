import pytest

from consent_intake.rules.form_reading import ZoneWord
from consent_intake.rules.word_measures import word_measures


def _measures(*words: tuple[str, float]) -> dict[str, float]:
    return word_measures([ZoneWord(text=text, confidence=confidence) for text, confidence in words])


def test_a_box_in_which_nothing_was_read_measures_nothing() -> None:
    assert set(_measures().values()) == {0.0}


def test_a_name_is_letters_with_a_capital_first_and_like_no_stop_word() -> None:
    name = _measures(("María", 0.9), ("Torres", 0.7))
    assert (name["word_letters"], name["word_count"], name["word_names"]) == (11.0, 2.0, 2.0)
    assert name["word_capitals"] == pytest.approx(2 / 11, abs=1e-4)
    assert name["word_best"] == pytest.approx(0.9)
    assert name["word_mean"] == pytest.approx((5 * 0.9 + 6 * 0.7) / 11, abs=1e-4)
    assert name["word_stop_whole"] < 0.5


def test_a_misread_stop_word_is_nearly_one() -> None:
    refused = _measures(("Refusd", 0.4), ("tosgn", 0.3))
    assert refused["word_stop_part"] > 0.8
    assert refused["word_stop_whole"] > 0.8


def test_a_stop_word_among_other_letters_is_found_inside() -> None:
    assert _measures(("xVOIDx", 0.3))["word_stop_inside"] == 1.0


def test_the_stroke_of_an_electronic_signature_counts_at_the_beginning_only() -> None:
    assert _measures(("/s/Ana", 0.5))["word_slash"] == 1.0
    assert _measures(("Ana Levy/", 0.5))["word_slash"] == 0.0


def test_loops_read_as_round_letters_and_are_counted_apart() -> None:
    loops = _measures(("Cooosu", 0.3))
    assert (loops["word_loops"], loops["word_kinds"], loops["word_sure_kinds"]) == (1.0, 0.0, 0.0)


def test_a_long_text_is_measured_only_in_part() -> None:
    assert _measures(("a" * 300, 0.5))["word_letters"] == 60.0
