"""Specimens are what their truth says, and the same seed makes the same ones."""

from datetime import date
from io import BytesIO

import cv2
import numpy as np
import pytest
from pypdf import PdfReader

from consent_intake.samples.containers import with_ink
from consent_intake.samples.ink import Ink
from consent_intake.samples.kinds import KINDS, Kind, kinds_of_set
from consent_intake.samples.letters import consent_letter
from consent_intake.samples.printing import print_values, printed_form
from consent_intake.samples.random_people import (
    one_character_off,
    one_digit_off,
    random_parent,
    said_differently,
    somebody_else,
)
from consent_intake.samples.real_digits import DigitHand
from consent_intake.samples.specimen import any_style, filled_form
from consent_intake.samples.specimen_set import SpecimenSet, make_specimen
from consent_intake.samples.truth import Family
from schemas.values import Language, Party
from services.consent_form.blank import blank_form_raster
from services.consent_form.layout import FieldBox, layout
from services.consent_form.pdf import blank_form_pdf
from services.consent_form.prefill import Prefill, date_digits
from services.consent_form.raster import page_raster
from services.file_types import true_media_type
from services.parent_names import same_person

TODAY = date(2026, 11, 22)
DPI = 200
FORM = layout(Language.ENGLISH)
BY_NAME = {kind.name: kind for kind in KINDS}


def random(seed: int = 5) -> np.random.Generator:
    return np.random.default_rng(seed)


def share_of_ink(pdf: bytes, box: FieldBox) -> float:
    """Return the share of a box that is dark and is not dark on the blank form."""
    added = (page_raster(pdf, DPI) < 140) & (blank_form_raster(Language.ENGLISH) > 200)
    rows = slice(round((box.y + 1.5) * DPI / 72), round((box.bottom - 1.5) * DPI / 72))
    columns = slice(round((box.x + 1.5) * DPI / 72), round((box.right - 1.5) * DPI / 72))
    return float(added[rows, columns].mean())


def test_a_set_keeps_the_shares_of_the_kinds_and_has_every_kind_from_160_on() -> None:
    kinds = kinds_of_set(2000, random())
    assert len(kinds) == 2000
    assert {kind.name for kind in kinds_of_set(160, random())} == {kind.name for kind in KINDS}
    assert sum(kind.family is not Family.GOOD for kind in kinds) >= 1200
    assert abs(sum(kind.family is Family.GOOD for kind in kinds) - 720) <= 1


def test_the_same_seed_and_number_make_the_same_specimen_and_others_another() -> None:
    first, again, other = SpecimenSet(40, 3), SpecimenSet(40, 3), SpecimenSet(40, 4)
    assert first.specimen(7) == again.specimen(7)
    assert first.specimen(7).document != other.specimen(7).document
    assert first.specimen(7).truth.claim != first.specimen(8).truth.claim


def test_drawn_values_look_as_the_portal_prints_them() -> None:
    prefill = Prefill(
        parent_name="Elena Núñez-Ortega",
        birth_date=date(1987, 4, 12),
        case_identifier="AB12345C1",
        party=Party.CUSTODIAL,
        starts_on=date(2026, 11, 1),
        expires_on=date(2027, 5, 1),
    )
    organization = {"organization_name": "Bronx Fathers Forward", "organization_code": "BFF", "serial": "0" * 16}
    printed = blank_form_pdf(language=Language.ENGLISH, prefill=prefill, **organization)
    ink = Ink((0.0, 0.0, 0.0))
    print_values(ink, FORM, prefill)
    drawn = with_ink(printed_form(Language.ENGLISH, *organization.values()), ink.content())
    for name in ("parent_name", "birth_date", "case_identifier", "role_custodial", "starts_on", "expires_on"):
        ours, theirs = share_of_ink(drawn, FORM.fields[name]), share_of_ink(printed, FORM.fields[name])
        assert ours == pytest.approx(theirs, rel=0.12), name


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_makes_a_file_that_the_door_lets_in(kind: Kind) -> None:
    specimen = make_specimen(kind, random(8))
    assert true_media_type(specimen.document) is not None
    assert specimen.truth.kind == kind.name
    assert specimen.truth.family is kind.family
    assert specimen.truth.signed == (kind.mark is None and kind.name != "letter_unsigned")


def test_two_forms_in_one_file_are_two_pages_or_one_sheet_with_both_and_nothing_on_them_is_scored() -> None:
    apart, together = (make_specimen(BY_NAME[name], random(903)) for name in ("two_forms", "two_up"))
    pages = [len(PdfReader(BytesIO(one.document)).pages) for one in (apart, together)]
    width, height = (float(side) for side in PdfReader(BytesIO(together.document)).pages[0].mediabox[2:])
    assert (pages, width > height) == ([2, 1], True)
    assert all(not one.truth.written and one.truth.code is None for one in (apart, together))


@pytest.mark.parametrize("fill", ["prefilled", "typed", "hand"])
@pytest.mark.parametrize("name", ["good", "case_one_off", "birth_date_one_off", "other_name", "wrong_role"])
def test_only_what_a_kind_names_differs_from_the_claim(fill: str, name: str) -> None:
    for seed in range(6):
        truth = filled_form(BY_NAME[name], Language.ENGLISH, fill, TODAY, random(seed)).truth  # type: ignore[arg-type]
        differs = {
            "other_name": not same_person(truth.written["parent_name"], truth.claim.parent_name),
            "birth_date_one_off": truth.written["birth_date"] != date_digits(truth.claim.birth_date),
            "case_one_off": truth.written["case_identifier"] != truth.claim.case_identifier,
        }
        assert {kind for kind, is_different in differs.items() if is_different} == ({name} & set(differs))


def test_the_ticked_role_is_the_claims_unless_the_kind_is_about_it() -> None:
    for name, ticked in (("good", (True, False)), ("wrong_role", (False, True)), ("both_roles", (True, True))):
        page = filled_form(BY_NAME[name], Language.ENGLISH, "typed", TODAY, random(3))
        claimed = page.truth.claim.party
        other = Party.CUSTODIAL if claimed is Party.NONCUSTODIAL else Party.NONCUSTODIAL
        boxes = (FORM.fields[f"role_{party.value}"] for party in (claimed, other))
        assert tuple(share_of_ink(page.pdf, box) > 0.08 for box in boxes) == ticked


def test_a_signed_form_has_ink_in_the_signature_box_and_an_empty_one_has_not() -> None:
    for name, signed in (("good", True), ("mark:empty", False), ("mark:witness", False)):
        page = filled_form(BY_NAME[name], Language.ENGLISH, "prefilled", TODAY, random(4))
        assert (share_of_ink(page.pdf, FORM.signature) > 0.004) == signed
        assert page.truth.signed == signed


def test_one_off_differs_in_one_character_and_stays_possible() -> None:
    generator = random(1)
    for _ in range(200):
        parent = random_parent(generator)
        case, birth = parent.case_identifier, parent.birth_date
        other_case, other_birth = one_character_off(case, generator), one_digit_off(birth, generator)
        assert sum(a != b for a, b in zip(case, other_case, strict=True)) == 1
        assert parent.model_copy(update={"case_identifier": other_case}) == type(parent).model_validate(
            {**parent.model_dump(), "case_identifier": other_case}
        )
        assert sum(a != b for a, b in zip(date_digits(birth), date_digits(other_birth), strict=True)) == 1


def test_somebody_else_is_never_the_same_person() -> None:
    generator = random(2)
    for _ in range(200):
        name = random_parent(generator).parent_name
        assert not same_person(somebody_else(name, generator), name)


def test_a_name_said_differently_still_names_the_same_person() -> None:
    generator = random(3)
    said = [
        (name, said_differently(name, generator)) for name in (random_parent(generator).parent_name for _ in range(300))
    ]
    assert all(same_person(name, other) for name, other in said)
    assert len({other for name, other in said if other != name}) > 150


def test_real_digits_have_the_size_that_is_asked_for_and_differ() -> None:
    seen = set()
    for seed in range(4):
        ink = Ink((0.0, 0.0, 0.0))
        DigitHand(random(seed)).draw(ink, "5", (306.0, 396.0), 60.0)
        page = page_raster(with_ink(printed_form(Language.ENGLISH, "A", "A", "0" * 16), ink.content()), 72)
        blank = page_raster(printed_form(Language.ENGLISH, "A", "A", "0" * 16), 72)
        rows, columns = np.nonzero(cv2.absdiff(page, blank) > 100)
        assert 54 <= np.ptp(rows) <= 62
        assert np.ptp(columns) <= 56
        seen.add(tuple(rows))
    assert len(seen) == 4


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("name", ["letter", "letter_unsigned"])
def test_a_letter_has_no_code_and_a_signature_only_when_it_is_signed(name: str, language: Language) -> None:
    page = consent_letter(BY_NAME[name], language, TODAY, random(6), any_style)
    assert page.truth.code is None
    assert page.truth.signed == (name == "letter")
