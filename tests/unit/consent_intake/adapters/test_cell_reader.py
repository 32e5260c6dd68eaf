import cv2
import numpy as np
import pytest

from consent_intake.adapters.cell_reader import CellKind, CellReader, cell_picture
from consent_intake.adapters.form_ink import InkBox
from consent_intake.samples.real_digits import DIGITS_FILE


@pytest.fixture(scope="module")
def reader() -> CellReader:
    return CellReader.load()


def cell(digit: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> InkBox:
    """Return a real digit in the middle of a comb cell of 52 x 34 pixels."""
    grey = np.full((52, 34), 255, np.uint8)
    grey[9:43, :] = 255 - cv2.resize(digit, (34, 34), interpolation=cv2.INTER_CUBIC)
    return InkBox(grey, np.where(grey < 160, 255, 0).astype(np.uint8))


def test_digits_that_people_wrote_and_it_never_saw_are_read(reader: CellReader) -> None:
    with np.load(DIGITS_FILE) as held_out:
        digits, labels = held_out["digits"][::5], held_out["labels"][::5]
    read = reader.read([cell(digit) for digit in digits], [CellKind.DIGIT] * len(digits))
    best = [max(one.chances, key=lambda c: one.chances[c], default="") for one in read]
    right = np.mean([text == str(label) for text, label in zip(best, labels, strict=True)])
    assert right >= 0.96


def test_the_chances_are_of_the_kind_that_the_cell_may_hold(reader: CellReader) -> None:
    with np.load(DIGITS_FILE) as held_out:
        digit = held_out["digits"][0]
    as_digit, as_letter = reader.read([cell(digit)] * 2, [CellKind.DIGIT, CellKind.LETTER])
    assert all(character.isdigit() for character in as_digit.chances)
    assert all(character.isalpha() for character in as_letter.chances)
    assert 0.99 < sum(as_digit.chances.values()) <= 1.001


def test_an_empty_cell_has_no_chances(reader: CellReader) -> None:
    empty = InkBox(np.full((52, 34), 255, np.uint8), np.zeros((52, 34), np.uint8))
    assert cell_picture(empty) is None
    (read,) = reader.read([empty], [CellKind.DIGIT])
    assert read.chances == {}


def test_where_a_character_is_in_its_cell_and_how_large_changes_nothing() -> None:
    small, moved = np.full((52, 34), 255, np.uint8), np.full((52, 34), 255, np.uint8)
    cv2.line(small, (15, 15), (15, 35), 0, 3)
    cv2.line(moved, (22, 8), (22, 28), 0, 3)
    pictures = [cell_picture(InkBox(grey, np.where(grey < 128, 255, 0).astype(np.uint8))) for grey in (small, moved)]
    assert pictures[0] is not None
    assert pictures[1] is not None
    assert np.abs(pictures[0] - pictures[1]).max() < 0.05
