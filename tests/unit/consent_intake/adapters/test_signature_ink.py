import numpy as np
import pytest

from consent_intake.adapters.centre_lines import ends_and_crossings, straight_lines, thinned
from consent_intake.adapters.form_ink import InkBox
from consent_intake.adapters.policy_file import packaged_policy
from consent_intake.adapters.signature_ink import measure
from consent_intake.rules.form_reading import Crop, ZoneWord
from consent_intake.rules.signature_model import LEFT_TO_THE_RULES
from consent_intake.samples.ink import Ink
from consent_intake.samples.marks import MARK_KINDS
from consent_intake.samples.signatures import SIGNATURE_STYLES
from services.consent_form.layout import FormLayout
from tests.support.signature_zones import mark_of, signature_of, zone


def _lines(*lines: tuple[tuple[float, float], tuple[float, float]], width: float = 1.4) -> InkBox:
    def draw(ink: Ink, form: FormLayout) -> None:
        for start, end in lines:
            points = [(form.signature.x + x, form.signature.y + y) for x, y in (start, end)]
            ink.stroke(points, [width])

    return zone(draw)


def test_an_empty_box_has_no_ink() -> None:
    measures = measure(zone(lambda _ink, _form: None)).measures
    assert measures["stroke_length"] == 0
    assert measures["own_length"] == 0
    assert measures["faint_part"] == 0


def test_the_trees_know_every_measure_that_is_not_left_to_the_rules() -> None:
    model = packaged_policy().signature_model
    measures = measure(zone(signature_of("loops", 4))).measures
    assert set(measures) == set(model.measures) | LEFT_TO_THE_RULES


def test_lengths_are_points() -> None:
    measures = measure(_lines(((100, 20), (200, 20)))).measures
    assert measures["width"] == pytest.approx(101.4, abs=1.5)
    assert measures["stroke_length"] == pytest.approx(100, rel=0.15)
    assert 1.2 < measures["stroke_width"] < 2.4


def test_a_line_is_straight_and_an_x_is_two_lines() -> None:
    line = measure(_lines(((100, 10), (190, 24)))).measures
    cross = measure(_lines(((100, 5), (125, 30)), ((100, 30), (125, 5)))).measures
    assert line["straightness"] > 0.9
    assert 0.4 < cross["straightness"] < 0.7
    assert cross["two_lines"] > 0.95


def test_a_stroke_across_the_printed_line_stays_one_part() -> None:
    measures = measure(_lines(((150, 30), (160, 50)))).measures
    assert measures["parts"] == 1
    assert measures["height"] == pytest.approx(21, abs=2)


def test_a_line_through_the_whole_box_is_not_the_pens_own() -> None:
    through = measure(_lines(((-5, 20), (400, 24)))).measures
    assert through["stroke_length"] > 350
    assert through["own_length"] < 5


def test_a_line_through_the_whole_box_does_not_hide_a_signature() -> None:
    def draw(ink: Ink, form: FormLayout) -> None:
        signature_of("loops", 4)(ink, form)
        ink.stroke([(0.0, form.signature.y + 12), (612.0, form.signature.y + 14)], [0.9])

    measures = measure(zone(draw)).measures
    assert measures["own_length"] > 150
    assert measures["own_part"] > 10


def test_a_slow_bend_of_a_crease_is_still_no_pen_stroke() -> None:
    def draw(ink: Ink, form: FormLayout) -> None:
        x = np.linspace(form.signature.x - 10, form.signature.right + 10, 200)
        y = form.signature.y + 18 + 1.5 * np.sin(x / 70)
        ink.stroke(list(zip(x.tolist(), y.tolist(), strict=True)), [0.8] * 200)

    assert measure(zone(draw)).measures["own_length"] < 12


def test_pale_ink_below_the_threshold_is_seen_as_faint() -> None:
    def draw(ink: Ink, form: FormLayout) -> None:
        ink.colour = (0.9, 0.9, 0.9)
        signature_of("loops", 4)(ink, form)

    measures = measure(zone(draw)).measures
    assert measures["stroke_length"] < 12
    assert measures["faint_part"] > 15


def test_print_stands_on_one_line_in_many_parts() -> None:
    typed, signed = measure(zone(mark_of("typed_name", 3))).measures, measure(zone(signature_of("loops", 3))).measures
    assert typed["letters"] > signed["letters"]
    assert typed["feet_spread"] < 0.2
    assert typed["largest_share"] < signed["largest_share"]


def test_a_sticker_is_thick_and_solid() -> None:
    box = _lines(((100, 25), (180, 25)), width=16)
    measures = measure(box).measures
    assert measures["thick_share"] > 0.5
    assert measures["solidity"] > 0.9


def test_words_and_place_are_kept() -> None:
    words, crop = (ZoneWord(text="VOID", confidence=0.9),), Crop(left=1, top=2, width=3, height=4)
    ink = measure(zone(mark_of("void", 1)), words, crop)
    assert (ink.words, ink.crop) == (words, crop)


def test_a_labels_frame_is_told_from_an_underline_and_from_two_tall_letters() -> None:
    sides = (((80, 4), (80, 44)), ((180, 4), (180, 44)))
    assert measure(_lines(*sides, ((80, 44), (180, 44)))).measures["boxed"] == pytest.approx(100, abs=4)
    assert measure(_lines(*sides, ((80, 4), (180, 4)))).measures["boxed"] == pytest.approx(100, abs=4)
    assert measure(_lines(*sides, ((60, 44), (200, 44)))).measures["boxed"] == 0  # an underline that runs on
    assert measure(_lines(*sides, ((80, 24), (180, 24)))).measures["boxed"] == 0  # a large H
    assert measure(_lines(*sides[:1], ((80, 44), (180, 44)))).measures["boxed"] == 0  # a large L
    assert measure(_lines(sides[0], ((180, 20), (180, 44)), ((80, 44), (180, 44)))).measures["boxed"] == 0


def test_the_witness_box_is_measured_too() -> None:
    measures = measure(zone(mark_of("witness", 5), box="witness")).measures
    assert measures["stroke_length"] > 40


@pytest.mark.parametrize("kind", [*SIGNATURE_STYLES, *MARK_KINDS])
def test_every_kind_has_the_same_finite_measures(kind: str) -> None:
    draw = signature_of(kind, 2) if kind in SIGNATURE_STYLES else mark_of(kind, 2)
    measures = measure(zone(draw)).measures
    assert all(np.isfinite(value) for value in measures.values())
    assert len(measures) in {8, len(measure(zone(signature_of("loops", 2))).measures)}


@pytest.mark.parametrize("value", [0, 255])
@pytest.mark.parametrize("ink", [0, 255])
def test_a_box_of_one_colour_is_measured_without_error(value: int, ink: int) -> None:
    shape = (137, 1030)
    box = InkBox(np.full(shape, value, np.uint8), np.full(shape, ink, np.uint8))
    assert all(np.isfinite(number) for number in measure(box).measures.values())


def test_one_pixel_is_measured_without_error() -> None:
    ink = np.zeros((137, 1030), np.uint8)
    ink[60, 500] = 255
    assert all(np.isfinite(number) for number in measure(InkBox(255 - ink, ink)).measures.values())


def test_thinning_leaves_one_pixel_and_keeps_what_is_joined() -> None:
    thick = np.zeros((60, 60), np.uint8)
    thick[10:50, 26:34] = 255
    thick[26:34, 10:50] = 255
    thin = thinned(thick)
    assert 60 <= np.count_nonzero(thin) <= 80
    ends, crossings = ends_and_crossings(thin)
    assert (ends, crossings) == (4, 1)
    assert straight_lines(thin).two_shares > 0.95
