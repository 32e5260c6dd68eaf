"""The geometry of the form."""

from itertools import combinations

import pytest

from schemas.values import Language
from services.consent_form.layout import (
    CHECK_FIELDS,
    COMB_FIELDS,
    DATE_FIELDS,
    INK_FIELDS,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    TEXT_FIELDS,
    FieldBox,
    box_number,
    layout,
)

FORM = layout(Language.ENGLISH)


def overlap(one: FieldBox, other: FieldBox) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


def test_both_languages_have_the_same_boxes() -> None:
    spanish = layout(Language.SPANISH)
    assert (spanish.fields, spanish.cells, spanish.marks, spanish.code) == (
        FORM.fields,
        FORM.cells,
        FORM.marks,
        FORM.code,
    )


def test_every_field_is_of_exactly_one_kind() -> None:
    kinds = (*COMB_FIELDS, *TEXT_FIELDS, *CHECK_FIELDS, *INK_FIELDS)
    assert sorted(kinds) == sorted(FORM.fields)


def test_every_box_is_on_the_page_and_none_overlaps_another() -> None:
    boxes = [*FORM.fields.values(), FORM.code, *(mark.box for mark in FORM.marks)]
    assert all(box.x >= 18 and box.y >= 18 for box in boxes), "printers cut 0.25 inch"
    assert all(box.right <= PAGE_WIDTH - 18 and box.bottom <= PAGE_HEIGHT - 18 for box in boxes)
    assert not [(one.name, other.name) for one, other in combinations(boxes, 2) if overlap(one, other)]


def test_marks_and_code_keep_a_quiet_zone() -> None:
    module = FORM.code.width / 33
    quiet = [(mark.box, 5.0) for mark in FORM.marks] + [(FORM.code, 4 * module)]
    others = list(FORM.fields.values())
    for box, zone in quiet:
        around = FieldBox(box.name, box.x - zone, box.y - zone, box.width + 2 * zone, box.height + 2 * zone)
        assert not [other.name for other in others if overlap(around, other)]


def test_a_date_has_eight_cells_and_a_case_identifier_nine() -> None:
    assert {name: len(FORM.cells[name]) for name in DATE_FIELDS} == dict.fromkeys(DATE_FIELDS, 8)
    assert len(FORM.cells["case_identifier"]) == 9


def test_the_signature_box_has_room_for_a_signature() -> None:
    assert FORM.signature.width >= 250
    assert FORM.signature.height >= 46
    assert FORM.signature.y < FORM.signature_baseline < FORM.signature.bottom


def test_the_parent_signs_in_box_6() -> None:
    assert box_number("signature") == 6


def test_every_field_has_a_box_number_and_they_rise_down_the_page() -> None:
    numbers = {name: box_number(name) for name in FORM.fields}
    assert sorted(set(numbers.values())) == list(range(1, 10))
    by_row = sorted(FORM.fields.values(), key=lambda box: (round(box.y / 25), box.x))
    assert [numbers[box.name] for box in by_row] == sorted(numbers.values())


def test_an_unknown_field_has_no_number() -> None:
    with pytest.raises(KeyError):
        box_number("shoe_size")
