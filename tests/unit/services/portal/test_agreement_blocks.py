import re

import pytest

from schemas.values import Language
from services.portal.agreement_blocks import agreement_blocks
from services.register.agreements import packaged

TEXT = "TITLE\nVersion 1\n\nFirst line\nsecond line.\n\n1. Heading\nIntro.\n- one\n- two\n"


def test_headings_paragraphs_and_points_are_told_apart() -> None:
    first, second = agreement_blocks(TEXT)
    assert (first.heading, first.text, first.points) == ("", "First line second line.", ())
    assert (second.heading, second.text, second.points) == ("1. Heading", "Intro.", ("one", "two"))


@pytest.mark.parametrize("audience", ["person", "organization"])
@pytest.mark.parametrize("language", list(Language))
def test_no_word_of_an_agreement_is_lost_on_the_page(audience: str, language: Language) -> None:
    text = packaged(audience)
    whole = text.text_en if language is Language.ENGLISH else text.text_es
    after_title = re.split(r"\n\s*\n", whole.strip(), maxsplit=1)[1]
    shown = " ".join(" ".join((block.heading, block.text, *block.points)) for block in agreement_blocks(whole))
    assert shown.split() == [word for word in after_title.split() if word != "-"]
