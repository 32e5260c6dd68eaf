from io import BytesIO

import pytest
from PIL import Image

from schemas.why_card import Place
from services.consent_form.page_crops import LEAST_WIDTH, MARGIN, NothingToCut, crop_png


def picture(width: int = 1700, height: int = 2200, kind: str = "PNG") -> bytes:
    data = BytesIO()
    Image.new("L", (width, height), 255).save(data, kind)
    return data.getvalue()


def size_of(data: bytes) -> tuple[int, int]:
    with Image.open(BytesIO(data)) as cut:
        return cut.size


def test_a_box_is_cut_with_a_margin_and_a_check_box_with_its_words() -> None:
    wide = Place(left=100, top=500, width=900, height=60)
    assert size_of(crop_png(picture(), wide)) == (900 + 2 * MARGIN, 60 + 2 * MARGIN)
    check_box = Place(left=583, top=1250, width=36, height=36)
    assert size_of(crop_png(picture(), check_box)) == (MARGIN + LEAST_WIDTH, 36 + 2 * MARGIN)


def test_a_box_at_the_edge_is_cut_to_the_page() -> None:
    assert size_of(crop_png(picture(), Place(left=0, top=0, width=9_000, height=9_000))) == (1700, 2200)


@pytest.mark.parametrize(
    "place",
    [
        Place(left=5_000, top=5, width=10, height=10),
        Place(left=5, top=5_000, width=10, height=10),
        Place(left=5, top=5, width=0, height=10),
        Place(left=5, top=5, width=10, height=0),
    ],
)
def test_a_place_that_is_not_on_the_page_is_nothing_to_cut(place: Place) -> None:
    with pytest.raises(NothingToCut):
        crop_png(picture(), place)


@pytest.mark.parametrize("data", [b"", b"a picture", picture(kind="BMP"), picture()[:200]])
def test_what_is_no_png_is_nothing_to_cut(data: bytes) -> None:
    with pytest.raises(NothingToCut):
        crop_png(data, Place(left=5, top=5, width=10, height=10))
