"""Scanners that save sixteen bits a pixel: what Pillow makes of those by itself is a white page."""

import io

import numpy as np
import pytest
from PIL import Image

from consent_intake.adapters.page_renderer import pages_of


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_a_page_of_sixteen_bits_a_pixel_keeps_its_greys(kind: str) -> None:
    greys = np.full((330, 255), 0xFFFF, np.uint16)
    greys[100:140, 60:200] = 0x8080
    greys[150:190, 60:200] = 0x0101
    file = io.BytesIO()
    Image.fromarray(greys).save(file, kind)
    (page,) = list(pages_of(file.getvalue()))
    assert (page[120, 130], page[170, 130], page[20, 20]) == (0x80, 0x01, 0xFF)
