from pathlib import Path

import pytest

from services.fonts import FONT_FOLDER
from services.fonts.fetching import FontsAndDrawings

FONTS = FONT_FOLDER.as_uri()


def test_a_packaged_font_and_a_drawing_inside_the_page_can_be_read() -> None:
    font = next(FONT_FOLDER.glob("*.ttf"))
    for address, content in ((font.as_uri(), font.read_bytes()), ("data:text/plain,x", b"x")):
        found = FontsAndDrawings().fetch(address)
        assert found.read() == content
        found.close()


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/x",
        "https://example.org/font.ttf",
        "file:///etc/passwd",
        f"{FONTS}/../__init__.py",
        f"{FONTS}/%2e%2e/__init__.py",
        f"{FONTS}/%2E%2E%2F__init__.py",
        f"{FONTS}/..%2f__init__.py",
        f"{FONTS}/__init__.py",
        f"{FONTS}/",
        "ftp://127.0.0.1/x",
        str(Path(__file__)),
    ],
)
def test_nothing_else_can(address: str) -> None:
    with pytest.raises(ValueError, match="not allowed"):
        FontsAndDrawings().fetch(address)
