"""Words of consent letters."""

import pytest

from consent_intake.rules.letter_words import ENOUGH_PHRASES, common_words, consent_phrases, language_of, plain
from schemas.values import Language

ENGLISH = "I hereby authorize the agency to release my child support records. I may revoke this consent at any time."
SPANISH = "Por la presente autorizo a la agencia a divulgar mis expedientes. Puedo revocar este consentimiento."


@pytest.mark.parametrize("text", [ENGLISH, SPANISH, ENGLISH.upper(), SPANISH.replace("í", "i")])
def test_a_consent_says_what_it_is_in_several_ways(text: str) -> None:
    assert consent_phrases(text.split()) >= ENOUGH_PHRASES


@pytest.mark.parametrize(
    "text",
    [
        "The rent is due next month. Please return this letter with your signature.",
        "La renta vence el próximo mes. Devuelva esta carta con su firma y la fecha.",
        "Our authorized dealers release new records every Friday; share this with your friends!",
        "",
    ],
)
def test_an_ordinary_letter_does_not(text: str) -> None:
    assert consent_phrases(text.split()) < ENOUGH_PHRASES


def test_the_language_is_that_of_most_words() -> None:
    assert language_of(ENGLISH.split()) is Language.ENGLISH
    assert language_of(SPANISH.split()) is Language.SPANISH
    assert language_of([]) is Language.ENGLISH


def test_text_read_upside_down_has_no_common_words() -> None:
    upside_down = plain("ao jo O) UMOYS oq Jou Aew pue Kew ey aun ye UI ABU PUE peweu aya oddns Aw").split()
    assert common_words(upside_down) <= 1
    assert common_words(ENGLISH.split()) >= len(ENGLISH.split()) / 4


def test_words_are_compared_without_accents_case_and_signs() -> None:
    assert plain("  ¡Autorización, SÍ! ") == "autorizacion si"
