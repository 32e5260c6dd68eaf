import numpy as np
import pytest

from consent_intake.adapters.form_ink import InkBox
from consent_intake.adapters.pen_likeness import MODEL, PenLikeness
from consent_intake.adapters.pen_picture import COLUMNS, ROWS, pen_picture
from consent_intake.rules.form_reading import SignatureInk
from consent_intake.rules.signature_model import PEN_ODDS
from tests.support.signature_zones import mark_of, signature_of, zone

SEEDS = range(700, 712)


@pytest.fixture(scope="module")
def pens() -> PenLikeness:
    return PenLikeness.load()


def _box(*, left: int, right: int, grey: int = 0) -> InkBox:
    """Return a box with one upright bar in it, of the signature box's height."""
    ink = np.zeros((136, 1030), np.uint8)
    ink[40:90, left:right] = 1
    return InkBox(np.where(ink > 0, grey, 255).astype(np.uint8), ink)


def test_a_name_that_a_pen_wrote_is_likelier_a_pens_than_one_set_in_a_font(pens: PenLikeness) -> None:
    penned = [pens.odds(zone(signature_of("pen_script", seed))) for seed in SEEDS]
    set_in_a_font = [pens.odds(zone(mark_of("script_name", seed))) for seed in SEEDS]
    above = [one > other for one in penned for other in set_in_a_font]
    assert np.mean(above) >= 0.9


def test_a_box_without_ink_says_nothing(pens: PenLikeness) -> None:
    empty = InkBox(np.full((136, 1030), 255, np.uint8), np.zeros((136, 1030), np.uint8))
    assert pen_picture(empty) is None
    assert pens.odds(empty) == 0.0


def test_the_odds_are_one_more_measure_of_the_ink(pens: PenLikeness) -> None:
    box = _box(left=200, right=400)
    added = pens.added(SignatureInk(measures={"width": 72.0}), box)
    assert added.measures == {"width": 72.0, PEN_ODDS: pens.odds(box)}


def test_where_the_ink_stands_and_how_pale_it_is_changes_no_picture() -> None:
    first, moved, pale = (
        pen_picture(box)
        for box in (_box(left=200, right=300), _box(left=600, right=700), _box(left=200, right=300, grey=150))
    )
    assert first is not None
    assert first.shape == (ROWS, COLUMNS)
    np.testing.assert_array_equal(first, moved)
    assert pale is not None
    assert np.abs(first.astype(int) - pale).max() <= 2


def test_ink_that_is_wider_than_the_picture_is_made_smaller_as_a_whole() -> None:
    picture = pen_picture(_box(left=20, right=1010))
    assert picture is not None
    inked = picture > 100
    assert inked[:, -10:].any()
    assert np.count_nonzero(inked.any(axis=1)) == pytest.approx(50 * COLUMNS / 1006, abs=2)


def test_the_packaged_network_is_small() -> None:
    assert MODEL.stat().st_size < 500_000
