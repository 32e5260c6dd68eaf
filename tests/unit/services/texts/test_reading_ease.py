import pytest

from services.texts.reading_ease import (
    english_syllables,
    fernandez_huerta,
    flesch_kincaid_grade,
    longest_sentence,
    spanish_syllables,
)

ENGLISH = {
    1: "the pay paid owe owed child child's bank drive phone see steps takes case page less please due clothes changed "
    "worked lived asked made two who's",
    2: "able table agree notice office before changes money order payment only support parent unit granted added "
    "statement lowered trying being quiet people amounts safety closely program taken city's",
    3: "agreement enforcement employer department custody suspended medical violate restricted remaining example "
    "beginning permission violates actual",
    4: "mediation information identify mediator security unemployment available",
    5: "noncustodial",
}
SPANISH = {
    1: "el pie muy hay bien que fue ley dos y",
    2: "deuda pago hijo cuenta padre causa ciudad aunque guerra país día leer cuidar pagar oír",
    3: "sustento menores medidas atrasos proceso retención trabajo aviso aduana averiar prohibir periodo",
    4: "formulario período ejecución asistencia aéreo responsable manutención pingüinera",
    5: "recomendado aprendíamos enviaríamos",
}
"""Counted by hand."""


@pytest.mark.parametrize(
    ("count", "word"), [(count, word) for count, words in ENGLISH.items() for word in words.split()]
)
def test_english_syllables_are_as_counted_by_hand(count: int, word: str) -> None:
    assert english_syllables(word) == count


@pytest.mark.parametrize(
    ("count", "word"), [(count, word) for count, words in SPANISH.items() for word in words.split()]
)
def test_spanish_syllables_are_as_counted_by_hand(count: int, word: str) -> None:
    assert spanish_syllables(word) == count


def test_initials_are_spelled_out() -> None:
    assert (english_syllables("DSS"), spanish_syllables("DMV")) == (3, 3)


def test_the_grade_is_the_published_formula() -> None:
    # 9 words and 11 syllables in 2 sentences: 0.39 * 4.5 + 11.8 * 11 / 9 - 15.59
    assert flesch_kincaid_grade(["Pay the past due amount.", "Ask your parent now."]) == pytest.approx(0.587, abs=0.001)


def test_the_spanish_ease_is_the_published_formula() -> None:
    # 7 words and 12 syllables in 1 sentence: 206.84 - 60 * 12 / 7 - 1.02 * 7
    assert fernandez_huerta(["Pague la deuda y pregunte al padre."]) == pytest.approx(96.843, abs=0.001)


def test_harder_texts_are_harder() -> None:
    plain = "Pay what you owe. Ask for help if you can not."
    dense = "Noncompliance necessitates administrative remediation notwithstanding extenuating circumstances."

    assert flesch_kincaid_grade([dense]) > 12
    assert flesch_kincaid_grade([plain]) < 3


def test_a_placeholder_is_no_word_of_the_text_but_one_of_its_sentence() -> None:
    assert flesch_kincaid_grade(["Pay {amount} now."]) == flesch_kincaid_grade(["Pay now."])
    assert longest_sentence("Pay {amount} now. Or ask.") == 3


def test_a_text_without_words_has_no_grade() -> None:
    with pytest.raises(ZeroDivisionError):
        flesch_kincaid_grade(["{amount}"])
