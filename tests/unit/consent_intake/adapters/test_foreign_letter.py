"""Pages that are not our form, read by the real Tesseract: a hint for the reviewer."""

import numpy as np
import pytest

from consent_intake.adapters.foreign_letter import look_at
from consent_intake.adapters.upright_page import upright
from consent_intake.rules.form_reading import Crop
from schemas.values import Language
from tests.support.foreign_letters import CONSENT, LAYOUTS, ORDINARY, Box, letter
from tests.support.worn_pages import fresh, turned

SIGNED_AT_LEAST = 0.01


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_THREAD_LIMIT", "1")


def covers(crop: Crop | None, box: Box) -> bool:
    """Whether a zone has most of where something is written."""
    if crop is None:
        return False
    left, top, right, bottom = box
    across = min(right, crop.left + crop.width) - max(left, crop.left)
    down = min(bottom, crop.top + crop.height) - max(top, crop.top)
    return min(across, down) > 0 and across * down > 0.6 * (right - left) * (bottom - top)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("language", Language)
def test_a_consent_letter_shows_where_it_is_signed_and_dated(language: Language, layout: str) -> None:
    page = letter(CONSENT[language], language, layout, signed=True, random=np.random.default_rng(1))
    found = look_at(page.picture)
    assert found is not None
    assert found.language is language
    assert covers(found.signature_zone, page.signature)
    assert covers(found.date_zone, page.date)
    assert found.zone_ink > SIGNED_AT_LEAST


def test_the_zone_of_an_unsigned_letter_has_no_ink() -> None:
    page = letter(
        CONSENT[Language.ENGLISH], Language.ENGLISH, LAYOUTS[0], signed=False, random=np.random.default_rng(2)
    )
    found = look_at(page.picture)
    assert found is not None
    assert covers(found.signature_zone, page.signature)
    assert found.zone_ink < SIGNED_AT_LEAST


@pytest.mark.parametrize("degrees", [180, 90, 184])
def test_a_turned_letter_is_read_and_its_zone_is_given_on_the_picture_as_it_was_sent(degrees: int) -> None:
    page = letter(CONSENT[Language.SPANISH], Language.SPANISH, LAYOUTS[0], signed=True, random=np.random.default_rng(3))
    sent = turned(fresh(page.picture), degrees)
    corners = np.array(page.signature).reshape(2, 2) * 72 / 150
    there = sent.place(
        np.array([corners[0], corners[1], (corners[0][0], corners[1][1]), (corners[1][0], corners[0][1])])
    )
    found = look_at(sent.picture)
    assert found is not None
    assert covers(found.signature_zone, (*there.min(axis=0), *there.max(axis=0)))


@pytest.mark.parametrize("language", Language)
def test_an_ordinary_letter_with_a_place_to_sign_gives_no_hint(language: Language) -> None:
    page = letter(ORDINARY[language], language, LAYOUTS[0], signed=True, random=np.random.default_rng(4))
    assert look_at(page.picture) is None


def test_a_page_without_words_and_a_scrap_give_no_hint() -> None:
    assert look_at(np.full((1650, 1275), 255, np.uint8)) is None
    assert look_at(np.full((40, 1275), 255, np.uint8)) is None


def test_a_skewed_page_is_put_straight() -> None:
    page = letter(
        CONSENT[Language.ENGLISH], Language.ENGLISH, LAYOUTS[0], signed=False, random=np.random.default_rng(5)
    )
    sent = turned(fresh(page.picture), -7)
    turned_back = upright(sent.picture).to_picture
    angle = np.degrees(np.arctan2(turned_back[1, 0], turned_back[0, 0]))
    assert abs(angle - 7) < 0.5
