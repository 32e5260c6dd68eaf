"""Specks away from the writing are no part of a line; dots and accents are."""

import cv2
import numpy as np

from consent_intake.adapters.field_strips import text_lines, without_far_specks
from consent_intake.adapters.form_ink import InkBox, Mask

HEIGHT, WIDTH = 140, 700


def _box(*dots: tuple[int, int]) -> InkBox:
    """Return "Marin" written in the middle of a box, with round dots of six pixels at some columns and rows."""
    ink: Mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.putText(ink, "Marin", (300, 90), cv2.FONT_HERSHEY_SIMPLEX, 1.6, 1, 4)
    for dot in dots:
        cv2.circle(ink, dot, 3, 1, -1)
    return InkBox(np.where(ink > 0, 40, 255).astype(np.uint8), ink)


def test_a_speck_away_from_the_writing_is_taken_out_and_the_line_begins_at_its_first_letter() -> None:
    plain, specked = _box(), _box((40, 120), (650, 20))
    assert np.array_equal(without_far_specks(specked).ink, plain.ink)
    lines = [
        [line.picture.shape for line in text_lines("signature", without_far_specks(box))] for box in (plain, specked)
    ]
    assert lines[0] == lines[1]
    assert text_lines("signature", specked)[0].picture.shape != lines[0][0]


def test_a_dot_or_an_accent_near_its_letter_stays() -> None:
    accented = _box((330, 40), (410, 52))
    assert np.array_equal(without_far_specks(accented).ink, accented.ink)


def test_a_box_of_nothing_but_specks_or_without_ink_stays_as_it_is() -> None:
    for ink in (
        np.zeros((HEIGHT, WIDTH), np.uint8),
        cv2.circle(np.zeros((HEIGHT, WIDTH), np.uint8), (50, 50), 3, 1, -1),
    ):
        box = InkBox(np.where(ink > 0, 40, 255).astype(np.uint8), ink.astype(np.uint8))
        assert without_far_specks(box) is box
