"""The form found on pictures of it: whichever way up, damaged, beside other pages, or by its print alone."""

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from consent_intake.adapters.page_finder import PAGE_PIXELS, find_forms, find_page, locate
from consent_intake.adapters.page_plane import FORM, Plane, corners_of
from consent_intake.adapters.placed_page import PlacedPage, placed
from consent_intake.rules.form_reading import Registration
from schemas.values import Language
from services.consent_form.layout import CELL_WIDTH, FieldBox
from services.consent_form.pdf import blank_form_pdf
from services.consent_form.raster import page_raster
from tests.support.worn_pages import (
    CHANNELS,
    HARDSHIPS,
    Worn,
    cropped,
    curled,
    fresh,
    mapped,
    painted,
    resized,
    turned,
    worn,
)

SERIAL = "0001abcd0001abcd"
CODE_BOX = FORM.code
POINTS_OFF = 0.8
"""A box read this far from its place is still read right: its own frame is looked for afterwards."""

BOX_CORNERS = np.array([corner for box in FORM.fields.values() for corner in corners_of(box)])


@lru_cache(maxsize=4)
def form(language: Language = Language.ENGLISH, serial: str = SERIAL) -> NDArray[np.uint8]:
    pdf = blank_form_pdf(
        language=language, organization_name="Bronx Family Forward", organization_code="BFF", serial=serial
    )
    return page_raster(pdf, 200)


def sheet() -> Worn:
    return fresh(form())


def empty_page() -> NDArray[np.uint8]:
    return np.full_like(form(), 255)


def without(page: Worn, *boxes: FieldBox, shade: int = 255) -> Worn:
    for box in boxes:
        page = painted(page, (box.x - 3, box.y - 3, box.right + 3, box.bottom + 3), shade)
    return page


def marks(*ids: int) -> tuple[FieldBox, ...]:
    return tuple(FORM.marks[marker_id].box for marker_id in ids)


def points_off(page: Worn) -> float:
    """Return how far the worst corner of a box is placed from where it is, in points."""
    found = locate(page.picture)
    assert found.place is not None
    return points_between(found.place, page)


def points_between(place: PlacedPage, page: Worn) -> float:
    seen, true = place.on_picture(BOX_CORNERS), page.place(BOX_CORNERS)
    steps = [page.place(BOX_CORNERS + np.array(step)) - true for step in ([1.0, 0.0], [0.0, 1.0])]
    off = np.linalg.solve(np.stack(steps, axis=-1), (seen - true)[..., None])[..., 0]
    return float(np.hypot(*off.T).max())


@pytest.mark.parametrize("degrees", [0, 90, 180, 270, 4, 113])
def test_a_form_is_found_whichever_way_up(degrees: int) -> None:
    page = turned(sheet(), degrees)
    found = find_page(page.picture)
    assert found.registration is Registration.MARKS
    assert found.code is not None
    assert found.code.serial == SERIAL
    assert found.page is not None
    assert found.page.shape == PAGE_PIXELS[::-1]
    assert points_off(page) < POINTS_OFF


@pytest.mark.parametrize(
    ("lost", "way"),
    [
        ((), Registration.MARKS),
        (marks(0), Registration.MARKS),
        (marks(2), Registration.MARKS),
        (marks(0, 1), Registration.CODE_AND_MARKS),
        (marks(0, 1, 2), Registration.CODE_AND_MARKS),
        (marks(2, 3), Registration.PRINT),
        (marks(0, 1, 2, 3), Registration.PRINT),
        ((*marks(1, 2, 3), CODE_BOX), Registration.PRINT),
        ((*marks(0, 1, 2, 3), CODE_BOX), Registration.PRINT),
    ],
)
def test_what_is_lost_only_changes_the_way_of_finding(lost: tuple[FieldBox, ...], way: Registration) -> None:
    page = without(turned(sheet(), 3), *lost)
    found = find_page(page.picture)
    assert found.registration is way
    assert (found.code is None) == (CODE_BOX in lost)
    assert points_off(page) < POINTS_OFF


def test_a_spanish_form_without_marks_and_code_is_found_by_its_print() -> None:
    page = without(turned(fresh(form(Language.SPANISH)), 180), *marks(0, 1, 2, 3), CODE_BOX)
    assert find_page(page.picture).registration is Registration.PRINT
    assert points_off(page) < POINTS_OFF


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("hardship", HARDSHIPS)
def test_every_box_of_a_worn_page_is_in_its_place(channel: str, hardship: str) -> None:
    page = worn(form(), channel, hardship, np.random.default_rng(11))
    found = find_page(page.picture)
    assert found.code is not None
    assert found.code.serial == SERIAL
    assert points_off(page) < POINTS_OFF


def test_the_bend_of_a_curled_page_is_taken_out() -> None:
    page = curled(sheet(), points=8, waves=1.2, phase=0.4)
    assert points_off(page) < POINTS_OFF


def test_a_fax_of_half_as_many_lines_is_found_by_its_print_too() -> None:
    page = resized(without(sheet(), *marks(0, 1, 2, 3), CODE_BOX), 1728 / 1700, 1078 / 2200)
    assert find_page(page.picture).registration is Registration.PRINT
    assert points_off(page) < POINTS_OFF


def test_a_negative_is_read_as_what_it_shows() -> None:
    found = find_page(255 - form())
    assert found.registration is Registration.MARKS
    assert found.code is not None
    assert found.page is not None
    assert np.median(found.page) > 200


@pytest.mark.parametrize(
    "matrix",
    [
        [[1, 0, 12], [0, 1, 0], [0, 0, 1]],
        [[1, 0, CELL_WIDTH], [0, 1, 0], [0, 0, 1]],
        [[1, 0, 0], [0, 1, 19], [0, 0, 1]],
        [[1.06, 0, -20], [0, 1.06, -20], [0, 0, 1]],
        [[-1, 0, 612], [0, -1, 792], [0, 0, 1]],
        [[1, 0, 0], [0, 1, 0], [0, 0.0004, 1]],
    ],
)
def test_a_page_that_is_put_in_a_wrong_place_is_not_read(matrix: Sequence[Sequence[float]]) -> None:
    right = np.diag([72 / 200, 72 / 200, 1.0])
    assert placed(form(), Plane(right)) is not None
    assert placed(form(), Plane(np.array(matrix, float) @ right)) is None


def test_a_page_that_is_put_slightly_wrong_is_put_right() -> None:
    sheared = np.array([[1, 0.015, -4], [0, 1, 0], [0, 0, 1]]) @ np.diag([72 / 200, 72 / 200, 1.0])
    place = placed(form(), Plane(sheared))
    assert place is not None
    assert points_between(place, sheet()) < POINTS_OFF


def test_marks_and_code_around_other_print_are_not_enough() -> None:
    page = without(sheet(), FieldBox("all text", 24, 100, 564, 625))
    found = find_page(page.picture)
    assert found.registration is Registration.UNSURE
    assert found.page is None
    assert found.code is not None


@pytest.mark.parametrize("name", ["role_noncustodial", "role_custodial", "safety_yes"])
def test_a_heavy_cross_does_not_hide_a_check_box(name: str) -> None:
    box, picture = FORM.fields[name], form().copy()
    for ends in (((box.x - 2, box.y - 2), (box.right, box.bottom)), ((box.right + 2, box.y - 2), (box.x, box.bottom))):
        first, last = ((round(x * 200 / 72), round(y * 200 / 72)) for x, y in ends)
        cv2.line(picture, first, last, (10,), 6)
    assert find_page(picture).registration is Registration.MARKS


def test_a_form_whose_check_boxes_are_hidden_is_left_to_a_person() -> None:
    box = FORM.fields["role_custodial"]
    picture = painted(sheet(), (box.x - 12, box.y - 12, box.right + 12, box.bottom + 12), 90).picture
    assert find_page(picture).registration is Registration.UNSURE


def test_a_form_whose_signature_box_is_cut_off_is_not_read_as_unsigned() -> None:
    page = cropped(sheet(), 0, 0, 0, 0.24)
    found = find_page(page.picture)
    assert found.registration is Registration.UNSURE
    assert found.page is None


def test_a_false_mark_does_not_move_the_boxes() -> None:
    picture = form().copy()
    scale = 200 / 72
    box = FORM.marks[2].box
    left, top, side = round(box.x * scale), round(box.y * scale), round(box.width * scale)
    mark = picture[top - 9 : top + side + 9, left - 9 : left + side + 9].copy()
    picture[top - 9 : top + side + 9, left - 9 : left + side + 9] = 255
    away = round(60 * scale)
    picture[top - away - 9 : top - away + side + 9, left - 9 : left + side + 9] = mark
    page = Worn(picture, fresh(picture).place)
    assert find_page(picture).registration is not Registration.UNSURE
    assert points_off(page) < POINTS_OFF


@pytest.mark.parametrize("covered", [(528, -6, 600, 61), (470, 20, 505, 58), (470, 84, 560, 100)])
def test_a_code_is_read_although_a_corner_of_it_is_covered(covered: tuple[int, int, int, int]) -> None:
    for shade in (0, 255):
        found = find_page(painted(sheet(), covered, shade).picture)
        assert found.code is not None
        assert found.code.serial == SERIAL


def test_a_code_that_is_mostly_gone_is_not_guessed() -> None:
    found = find_page(painted(sheet(), (470, 20, 522, 100), 255).picture)
    assert found.registration is Registration.MARKS
    assert found.code is None


def test_no_form_is_found_where_there_is_none() -> None:
    assert find_page(empty_page()).registration is Registration.NONE
    assert find_forms([]).page_index is None


def test_two_forms_are_two_on_two_pages_or_on_one() -> None:
    other = form(serial="0002abcd0002abcd")
    assert find_forms([form(), other]).forms == 2
    assert find_forms([form(), form()]).forms == 2
    assert find_forms([np.hstack([form(), other])]).forms == 2
    assert find_forms([np.vstack([form(), np.rot90(form(), 2)])]).forms == 2


def test_two_forms_on_one_picture_are_two_although_marks_of_both_are_lost() -> None:
    first, second = without(sheet(), *marks(0, 1)), without(sheet(), *marks(2, 3))
    assert find_forms([np.hstack([first.picture, second.picture])]).forms == 2


def test_a_form_beside_another_page_is_one_form() -> None:
    for pages in ([empty_page(), form()], [form(), empty_page()]):
        found = find_forms([np.hstack(pages)])
        assert found.forms == 1
        assert found.page_index == 0
        assert found.found.code is not None


def test_covers_and_backs_do_no_harm() -> None:
    shining_through = (235 + form()[:, ::-1].astype(np.float32) * 20 / 255).astype(np.uint8)
    found = find_forms([empty_page(), form(), shining_through])
    assert found.forms == 1
    assert found.page_index == 1
    assert found.found.registration is Registration.MARKS


def test_a_form_that_only_its_print_shows_is_found_among_other_pages() -> None:
    page = without(sheet(), *marks(0, 1, 2, 3), CODE_BOX)
    found = find_forms([empty_page(), page.picture])
    assert found.page_index == 1
    assert found.forms == 1
    assert found.found.registration is Registration.PRINT


def test_a_small_form_on_a_large_desk_is_found() -> None:
    page = mapped(sheet(), np.array([[0.7, 0.03, 900], [-0.02, 0.7, 500], [0, 0, 1]]), (3000, 2400), 60)
    assert find_page(page.picture).registration is Registration.MARKS
    assert points_off(page) < POINTS_OFF


def test_noise_has_no_forms() -> None:
    noise = np.random.default_rng(5).integers(0, 256, (1100, 850), dtype=np.uint8)
    assert find_page(noise).registration is Registration.NONE
    assert find_page(cv2.GaussianBlur(noise, (0, 0), 3).astype(np.uint8)).page is None
