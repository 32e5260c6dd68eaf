import cv2
import numpy as np

from consent_intake.adapters.faint_remains import remains_measures

LINE_ROW = 100
PAPER = 252


def _box() -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.uint8]], np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    grey = np.full((136, 1030), PAPER, np.uint8)
    ink = np.zeros_like(grey)
    cv2.line(grey, (300, 30), (600, 80), 20, 4)
    cv2.line(ink, (300, 30), (600, 80), 255, 4)
    return grey, ink


def test_a_clean_box_holds_no_remains() -> None:
    grey, ink = _box()
    assert set(remains_measures(grey, ink, LINE_ROW).values()) == {0.0}


def test_pale_pieces_of_a_line_across_the_box_are_measured_together() -> None:
    grey, ink = _box()
    for start in range(80, 960, 110):
        cv2.line(grey, (start, 20 + start // 20), (start + 60, 23 + start // 20), PAPER - 12, 3)
    found = remains_measures(grey, ink, LINE_ROW)
    assert found["remains"] > 100
    assert 15 < found["remains_longest"] < 30
    assert found["remains_span"] > 0.8


def test_dust_and_the_printed_line_are_none_and_a_streak_is_in_one_place() -> None:
    grey, ink = _box()
    for x in range(70, 1000, 60):
        cv2.circle(grey, (x, 20), 3, PAPER - 40, -1)
    cv2.line(grey, (0, LINE_ROW), (1029, LINE_ROW), 120, 3)
    assert set(remains_measures(grey, ink, LINE_ROW).values()) == {0.0}
    cv2.line(grey, (217, 0), (217, 135), PAPER - 15, 3)
    assert remains_measures(grey, ink, LINE_ROW)["remains_span"] < 0.05


def test_a_smudge_is_too_wide_to_be_remains() -> None:
    grey, ink = _box()
    cv2.ellipse(grey, (800, 50), (60, 25), 0, 0, 360, PAPER - 12, -1)
    assert remains_measures(grey, ink, LINE_ROW)["remains"] == 0.0
