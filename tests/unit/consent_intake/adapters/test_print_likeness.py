import cv2
import numpy as np
import pytest

from consent_intake.adapters.centre_lines import thinned
from consent_intake.adapters.long_lines import line_measures, ring_measures
from consent_intake.adapters.print_likeness import hand_measures
from tests.support.signature_zones import Draw, mark_of, signature_of, zones

BOX = (136, 1030)


def _measures(draw: Draw, seed: int) -> dict[str, float]:
    (box,) = zones(draw, "signature", noise=4.0, seed=seed)
    rows, columns = np.nonzero(box.ink.any(axis=1))[0], np.nonzero(box.ink.any(axis=0))[0]
    ink = box.ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return hand_measures(ink, thinned(ink))


def _mean(name: str, draws: list[Draw]) -> float:
    return float(np.mean([_measures(draw, seed)[name] for seed, draw in enumerate(draws)]))


@pytest.mark.parametrize(("measure", "more"), [("feet_on_line", True), ("width_rest", False), ("feet_off_line", False)])
def test_print_stands_on_a_line_and_keeps_its_width_where_a_hand_does_not(measure: str, more: bool) -> None:
    printed = _mean(measure, [mark_of("typed_name", seed) for seed in range(4)])
    written = _mean(measure, [signature_of("joined_hand", seed) for seed in range(4)])
    assert (printed > 1.3 * written) if more else (printed < 0.8 * written)


def test_a_letter_that_comes_twice_is_seen() -> None:
    ink = np.zeros((60, 400), np.uint8)
    for left in (20, 150, 300):
        cv2.putText(ink, "R", (left, 50), cv2.FONT_HERSHEY_SIMPLEX, 1.5, 255, 4)
    alone = ink.copy()
    alone[:, 140:] = 0
    cv2.line(alone, (200, 50), (390, 8), 255, 4)
    assert hand_measures(ink, thinned(ink))["twin"] > 0.95
    assert hand_measures(alone, thinned(alone))["twins"] < hand_measures(ink, thinned(ink))["twins"]


def test_a_line_from_corner_to_corner_is_found_behind_a_signature() -> None:
    crossed = np.zeros(BOX, np.uint8)
    cv2.ellipse(crossed, (400, 70), (90, 40), 0, 0, 300, 255, 4)
    plain = crossed.copy()
    cv2.line(crossed, (5, 130), (1025, 6), 255, 2)
    found, without = line_measures(crossed, crossed), line_measures(plain, plain)
    assert found["line_all"] > 0.95
    assert without["line_all"] < 0.4


def test_a_line_in_pieces_is_found_by_what_is_left_of_it() -> None:
    broken = np.zeros(BOX, np.uint8)
    for left in range(0, 1030, 50):
        cv2.line(broken, (left, 20 + left // 12), (left + 38, 20 + (left + 38) // 12), 1, 2)
    assert 0.6 < line_measures(np.zeros(BOX, np.uint8), broken)["faint_line_all"] <= 1.0
    assert line_measures(np.zeros(BOX, np.uint8), broken)["line_all"] == 0.0


def test_a_ring_is_hollow_also_when_it_does_not_close() -> None:
    ring = np.zeros((120, 300), np.uint8)
    cv2.ellipse(ring, (150, 60), (145, 55), 0, 0, 357, 255, 4)
    measures = ring_measures(ring)
    assert measures["largest_hole"] > 0.5
    assert measures["radius_spread"] < 0.1
