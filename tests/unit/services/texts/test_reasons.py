import re
import string

import pytest

from schemas.reason_codes import ReasonCode
from schemas.values import Language
from services.consent_form.layout import box_number
from services.texts import reasons

SAFETY_WORDS = re.compile(
    r"safety|safe\b|violence|protect(?!ed with)|danger|flag|order of|seguridad|violencia|protección|peligro",
    re.IGNORECASE,
)
BLAME = re.compile(
    r"\byou (failed|forgot|did not)\b|\busted (olvidó|falló)\b|your (mistake|fault|error)|su error", re.IGNORECASE
)
LONGEST_SENTENCE = 25
LONGEST_TEXT = 230


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("code", ReasonCode)
def test_every_reason_says_in_each_language_what_happened_and_what_to_do(code: ReasonCode, language: Language) -> None:
    text = reasons.sentence(code, language)
    assert 2 <= len(re.findall(r"[.](?:\s|$)", text)) <= 3, "what happened, and what to do"
    assert text[0].isupper()
    assert text.endswith(".")
    assert "!" not in text
    assert "{" not in text


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("code", ReasonCode)
def test_a_reason_is_short_and_blames_nobody(code: ReasonCode, language: Language) -> None:
    text = reasons.sentence(code, language)
    assert len(text) <= LONGEST_TEXT
    assert max(len(part.split()) for part in text.split(". ")) <= LONGEST_SENTENCE
    assert not BLAME.search(text)


def test_there_is_no_text_for_a_code_that_does_not_exist() -> None:
    assert set(reasons._texts()) == {code.value for code in ReasonCode}


@pytest.mark.parametrize("code", ReasonCode)
def test_both_languages_name_the_same_boxes(code: ReasonCode) -> None:
    english, spanish = (
        {name for _, name, _, _ in string.Formatter().parse(reasons._texts()[code.value][language]) if name}
        for language in ("en", "es")
    )
    assert english == spanish


def test_a_reason_names_the_box_as_it_is_printed_on_the_form() -> None:
    expected = f"sign in box {box_number('signature')} and"
    assert expected in reasons.sentence(ReasonCode.MISSING_SIGNATURE, Language.ENGLISH)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("code", ReasonCode)
def test_no_reason_hints_at_a_safety_flag(code: ReasonCode, language: Language) -> None:
    assert not SAFETY_WORDS.search(reasons.sentence(code, language))


@pytest.mark.parametrize("language", Language)
def test_a_safety_review_reads_like_any_request_held_for_staff(language: Language) -> None:
    held = reasons.sentence(ReasonCode.HELD_FOR_STAFF, language)
    assert reasons.sentence(ReasonCode.SAFETY_REVIEW, language) == held
    assert reasons.shown(ReasonCode.SAFETY_REVIEW) is ReasonCode.HELD_FOR_STAFF
    assert reasons.shown(ReasonCode.ILLEGIBLE) is ReasonCode.ILLEGIBLE


def test_stored_codes_become_sentences_once_each_and_unknown_ones_are_left_out() -> None:
    stored = ["MISSING_DATE", "SAFETY_REVIEW", "HELD_FOR_STAFF", "NO_LONGER_A_CODE"]
    assert reasons.sentences(stored, Language.ENGLISH) == [
        reasons.sentence(ReasonCode.MISSING_DATE, Language.ENGLISH),
        reasons.sentence(ReasonCode.HELD_FOR_STAFF, Language.ENGLISH),
    ]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("code", sorted(reasons._reviewer_texts()))
def test_a_reviewer_is_told_what_to_look_at_in_short_sentences(code: str, language: Language) -> None:
    text = reasons.reviewer_sentence(ReasonCode(code), language)
    assert text.endswith(".")
    assert "{" not in text
    assert max(len(part.split()) for part in text.split(". ")) <= LONGEST_SENTENCE


def test_a_decision_is_one_thing_to_do_its_first_reasons() -> None:
    codes = [ReasonCode.SAFETY_REVIEW, ReasonCode.ILLEGIBLE]
    told = reasons.decision_sentence(codes, Language.ENGLISH, for_reviewer=False)
    assert told == reasons.sentence(ReasonCode.SAFETY_REVIEW, Language.ENGLISH)
    assert "Box 8 is marked" in reasons.decision_sentence(codes, Language.ENGLISH, for_reviewer=True)
    assert reasons.decision_sentence([], Language.SPANISH, for_reviewer=False).startswith("Todas")
    unlisted = reasons.reviewer_sentence(ReasonCode.EXPIRED, Language.ENGLISH)
    assert unlisted == reasons.sentence(ReasonCode.EXPIRED, Language.ENGLISH)


HIGHEST_GRADE = 7.0
TERMS = {"organization": 3, "organization's": 3, "confidentiality": 3}
"""Words that every reader of these sentences works with; the formula knows nothing but their length."""


def _syllables(word: str) -> int:
    plain = word.lower()
    if plain in TERMS:
        return TERMS[plain]
    count = len(re.findall(r"[aeiouy]+", plain))
    silent = plain.endswith("e") and not plain.endswith("le")
    silent |= plain.endswith("ed") and not plain.endswith(("ted", "ded"))
    return max(count - (silent and count > 1), 1)


def _grade(text: str) -> float:
    """Return the Flesch-Kincaid grade level."""
    words = re.findall(r"[A-Za-z0-9']+", text)
    sentences = re.findall(r"[.](?:\s|$)", text)
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(_syllables, words)) / len(words) - 15.59


@pytest.mark.parametrize("code", ReasonCode)
def test_a_reason_reads_at_seventh_grade_or_below(code: ReasonCode) -> None:
    assert _grade(reasons.sentence(code, Language.ENGLISH)) <= HIGHEST_GRADE
    assert _grade(reasons.reviewer_sentence(code, Language.ENGLISH)) <= HIGHEST_GRADE
