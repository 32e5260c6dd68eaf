"""Pictures kept for reviewers: every pixel comes back."""

import io

import numpy as np
import pytest
from PIL import Image

from consent_intake.adapters.grey_png import png_of

PICTURES = {
    "noise": np.random.default_rng(1).integers(0, 256, (70, 33), dtype=np.uint8),
    "one pixel": np.array([[7]], np.uint8),
    "one row": np.arange(256, dtype=np.uint8).reshape(1, 256),
    "a part of a larger page": np.arange(400, dtype=np.uint8).reshape(20, 20)[3:9, 5:17],
}


@pytest.mark.parametrize("name", PICTURES)
def test_every_pixel_comes_back(name: str) -> None:
    with Image.open(io.BytesIO(png_of(PICTURES[name]))) as seen:
        assert seen.mode == "L"
        assert np.array_equal(np.asarray(seen), PICTURES[name])
