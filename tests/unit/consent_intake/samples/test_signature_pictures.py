from pathlib import Path

import cv2
import numpy as np
import pytest

from consent_intake.samples.ink import Ink
from consent_intake.samples.signature_pictures import (
    NoPictures,
    paste_signature,
    pictures_in,
    signature_outlines,
)
from services.consent_form.layout import FormLayout
from tests.support.signature_zones import zone


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    paper = np.full((200, 500), 235, np.uint8)
    x = np.arange(60, 440)
    wave = (100 + 60 * np.sin(x / 18)).astype(int)
    cv2.polylines(paper, [np.column_stack([x, wave]).reshape(-1, 1, 2)], isClosed=False, color=(40.0,), thickness=5)
    path = tmp_path / "writer-07_3.png"
    cv2.imwrite(str(path), paper)
    return path


def test_a_folder_gives_its_pictures_in_order(picture: Path) -> None:
    other = picture.with_name("a.jpg")
    other.write_bytes(picture.read_bytes())
    picture.with_name("notes.txt").write_text("no picture", encoding="utf-8")
    assert pictures_in(picture.parent) == (other, picture)


def test_a_folder_without_pictures_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NoPictures):
        pictures_in(tmp_path)


def test_a_picture_becomes_ink_of_its_own_proportions(picture: Path) -> None:
    _, width, height = signature_outlines(picture)
    assert width / height == pytest.approx(385 / 125, rel=0.1)

    def draw(ink: Ink, form: FormLayout) -> None:
        paste_signature(ink, picture, form.signature, form.signature_baseline, np.random.default_rng(1))

    ink = zone(draw).ink
    rows, columns = np.nonzero(ink)
    assert np.ptp(columns) > 150
    assert np.ptp(columns) / np.ptp(rows) == pytest.approx(width / height, rel=0.35)


@pytest.mark.parametrize("content", [b"", b"no picture"])
def test_a_file_that_is_no_picture_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(content)
    with pytest.raises(NoPictures):
        signature_outlines(path)


def test_a_picture_without_ink_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "white.png"
    cv2.imwrite(str(path), np.full((100, 300), 255, np.uint8))
    with pytest.raises(NoPictures):
        signature_outlines(path)
