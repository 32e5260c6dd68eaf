"""Pictures kept for reviewers: every pixel comes back in the nearest of 16 greys."""

import io

import numpy as np
import pytest
from PIL import Image

from consent_intake.adapters.grey_png import in_pairs, png_of

PICTURES = {
    "noise": np.random.default_rng(1).integers(0, 256, (70, 33), dtype=np.uint8),
    "one pixel": np.array([[7]], np.uint8),
    "one row": np.arange(256, dtype=np.uint8).reshape(1, 256),
    "a part of a larger page": np.arange(400, dtype=np.uint8).reshape(20, 20)[3:9, 5:17],
}


@pytest.mark.parametrize("name", PICTURES)
def test_every_pixel_comes_back_within_half_a_step(name: str) -> None:
    picture = PICTURES[name]
    with Image.open(io.BytesIO(png_of(in_pairs(picture), picture.shape[1]))) as seen:
        assert seen.mode == "L"
        assert seen.size == picture.shape[::-1]
        assert np.abs(np.asarray(seen, int) - picture).max() <= 8


def test_a_pale_stroke_on_white_paper_is_still_seen() -> None:
    paper = np.full((8, 8), 255, np.uint8)
    paper[4] -= 11  # the palest ink that is measured
    with Image.open(io.BytesIO(png_of(in_pairs(paper), 8))) as seen:
        rows = np.asarray(seen)
    assert rows[3, 0] == 255
    assert rows[4, 0] < 245
