"""Corner marks on a picture: those that a quick look misses are looked for where they must be."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from consent_intake.adapters.corner_marks import MARK_CORNERS, sheets_on
from consent_intake.adapters.page_plane import PIXELS_PER_POINT
from schemas.values import Language
from services.consent_form.blank import blank_form_raster

EVERY_MARK = set(MARK_CORNERS)


def page() -> NDArray[np.uint8]:
    return blank_form_raster(Language.ENGLISH).copy()


def mark_of(picture: NDArray[np.uint8], marker_id: int, around: int = 12) -> NDArray[np.uint8]:
    """Return the pixels around a mark, to be painted on."""
    corners = MARK_CORNERS[marker_id] * PIXELS_PER_POINT
    (left, top), (right, bottom) = corners.min(axis=0).astype(int) - around, corners.max(axis=0).astype(int) + around
    return picture[max(top, 0) : bottom, max(left, 0) : right]


def struck_through(marker_id: int) -> NDArray[np.uint8]:
    """Return a page with a pen's stroke through a mark and its quiet zone: made smaller, it hides the outline."""
    worn = page()
    mark = mark_of(worn, marker_id)
    middle, width = mark.shape[0] // 2, mark.shape[1]
    cv2.line(mark, (0, middle), (width, middle), (0,), 3)
    return worn


def test_every_mark_of_a_clean_page_is_seen_where_it_is() -> None:
    (sheet,) = sheets_on(page())
    assert set(sheet) == EVERY_MARK
    for marker_id, corners in sheet.items():
        assert np.abs(corners / PIXELS_PER_POINT - MARK_CORNERS[marker_id]).max() < 0.3


@pytest.mark.parametrize("hidden", sorted(EVERY_MARK))
def test_three_marks_are_a_sheet_when_the_fourth_is_gone(hidden: int) -> None:
    worn = page()
    mark_of(worn, hidden)[:] = 255
    (sheet,) = sheets_on(worn)
    assert set(sheet) == EVERY_MARK - {hidden}


@pytest.mark.parametrize("cut", ["rows", "columns"])
def test_a_mark_beyond_the_picture_is_not_looked_for(cut: str) -> None:
    worn = page()
    edge = int(min(MARK_CORNERS[0].max(axis=0)) * PIXELS_PER_POINT) + 4
    (sheet, *_) = sheets_on(np.ascontiguousarray(worn[edge:] if cut == "rows" else worn[:, edge:]))
    assert 0 not in sheet


@pytest.mark.parametrize("struck", sorted(EVERY_MARK))
def test_a_mark_that_the_quick_look_misses_is_found_in_its_place(struck: int) -> None:
    (whole,) = sheets_on(page())
    (sheet,) = sheets_on(struck_through(struck))
    assert set(sheet) == EVERY_MARK
    assert np.abs(sheet[struck] - whole[struck]).max() < 2.0
