"""Connected parts: corners that touch connect, and the measures are those of OpenCV's own choice of algorithm."""

import cv2
import numpy as np

from consent_intake.adapters.ink_parts import parts_of


def test_corners_that_touch_connect() -> None:
    ink = np.zeros((6, 6), np.uint8)
    ink[1, 1] = ink[2, 2] = ink[4, 5] = 255
    labels, stats, centres = parts_of(ink)
    assert labels[1, 1] == labels[2, 2] != labels[4, 5]
    assert sorted(stats[1:, cv2.CC_STAT_AREA].tolist()) == [1, 2]
    assert centres[labels[1, 1]].tolist() == [1.5, 1.5]


def test_parts_are_measured_as_by_default() -> None:
    noise = cv2.GaussianBlur(np.random.default_rng(3).random((120, 400)).astype(np.float32), (0, 0), 2)
    ink = np.where(noise > 0.52, 255, 0).astype(np.uint8)
    _, _, expected, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    _, stats, _ = parts_of(ink)
    assert len(stats) > 20
    assert sorted(map(tuple, stats[1:].tolist())) == sorted(map(tuple, expected[1:].tolist()))
