"""Forms come from the generator or from a folder; signatures may be pictures."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from consent_intake.samples.signature_pictures import NoPictures
from consent_intake.samples.specimen_set import SpecimenSet
from consent_intake.scoring.sources import GivenForms, MadeForms


def test_made_forms_are_the_generators() -> None:
    forms = MadeForms(12, 5).open()
    assert len(forms) == 12
    assert forms.specimen(3) == SpecimenSet(12, 5).specimen(3)


def test_pictures_of_signatures_are_put_on_the_signed_forms(tmp_path: Path) -> None:
    picture = np.full((80, 240), 255, np.uint8)
    cv2.polylines(picture, [np.array([[10, 60], [60, 10], [110, 60], [160, 20], [230, 50]], np.int32)], False, 0, 4)
    cv2.imwrite(str(tmp_path / "a_1.png"), picture)
    forms = MadeForms(20, 5, tmp_path).open()
    styles = {forms.specimen(number).truth.style for number in range(20)}
    assert styles == {None, "picture"}


def test_a_folder_without_pictures_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(NoPictures):
        MadeForms(2, 1, tmp_path).open()


def test_given_forms_are_the_files_bytes(tmp_path: Path) -> None:
    truth = SpecimenSet(3, 1).specimen(0).truth
    (tmp_path / "one").write_bytes(b"bytes")
    forms = GivenForms(tmp_path, [("one", truth)])
    assert forms.size == len(forms.open()) == 1
    assert forms.specimen(0).document == b"bytes"
