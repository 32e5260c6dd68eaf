"""The text in the form's code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.values import Language
from services.consent_form.code import FORM_ID, FormCode, FormCodeInvalid, new_serial
from services.consent_form.layout import FORM_REVISION

CODE = FormCode(FORM_ID, FORM_REVISION, Language.ENGLISH, "BFF", "0001abcd0001abcd")


def test_a_code_has_the_agreed_text() -> None:
    assert CODE.text() == "CSC1|2026-11|en|BFF|0001abcd0001abcd"


def test_a_code_reads_back_as_it_was_written() -> None:
    assert FormCode.parse(CODE.text()) == CODE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "CSC2|2026-11|en|BFF|0001abcd0001abcd",
        "CSC1|2026-11|fr|BFF|0001abcd0001abcd",
        "CSC1|2026-11|en||0001abcd0001abcd",
        "CSC1|2026-11|en|BFF|0001ABCD0001ABCD",
        "CSC1|2026-11|en|BFF|0001abcd",
        "CSC1|2026-11|en|BFF|0001abcd0001abcd\n",
        "CSC1|\uff12\uff10\uff12\uff16-11|en|BFF|0001abcd0001abcd",
        "https://example.org/CSC1|2026-11|en|BFF|0001abcd0001abcd",
    ],
)
def test_any_other_text_is_no_code(text: str) -> None:
    with pytest.raises(FormCodeInvalid):
        FormCode.parse(text)


@given(st.text(max_size=60))
def test_a_foreign_text_is_refused_without_being_repeated(text: str) -> None:
    try:
        FormCode.parse(text)
    except FormCodeInvalid as refused:
        assert text.strip() not in str(refused) or len(text.strip()) < 4  # noqa: PT017 - most texts are refused, not all


def test_a_code_that_could_not_be_read_back_is_not_written() -> None:
    with pytest.raises(FormCodeInvalid):
        FormCode(FORM_ID, FORM_REVISION, Language.ENGLISH, "bronx fathers", new_serial()).text()


def test_serials_do_not_repeat() -> None:
    assert len({new_serial() for _ in range(200)}) == 200
