"""Cut what a check looked at out of the stored picture of a page."""

from io import BytesIO

from PIL import Image, UnidentifiedImageError

from schemas.why_card import Place

MARGIN = 44
"""Pixels of the page around a box, a fifth of an inch at 200 dpi: its printed label, and a pen that left its frame."""

LEAST_WIDTH = 480
"""Pixels: a check box is shown with the words beside it."""


_PNG_ENDS = b"IEND\xaeB`\x82"
"""WeasyPrint tells Pillow, for the whole process, to make do with pictures that are cut short."""


class NothingToCut(Exception):
    """The picture is none, or the place is not on it."""


def crop_png(picture: bytes, place: Place, *, margin: int = MARGIN) -> bytes:
    """Return a part of a picture as PNG, with a margin where the page goes on.

    Raises:
        NothingToCut: see there.
    """
    if not picture.endswith(_PNG_ENDS):
        raise NothingToCut
    try:
        with Image.open(BytesIO(picture), formats=("PNG",)) as page:
            box = (
                max(place.left - margin, 0),
                max(place.top - margin, 0),
                min(place.left + max(place.width + margin, LEAST_WIDTH), page.width),
                min(place.top + place.height + margin, page.height),
            )
            if place.width < 1 or place.height < 1 or box[0] >= box[2] or box[1] >= box[3]:
                raise NothingToCut
            part = page.crop(box)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise NothingToCut from None
    cut = BytesIO()
    part.save(cut, "PNG")
    return cut.getvalue()
