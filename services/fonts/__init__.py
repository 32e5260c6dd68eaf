"""Public Sans (SIL Open Font License 1.1, see OFL.txt): every printed page of the product is set in it.

Taken from the U.S. Web Design System 3.14.0. TrueType, since WeasyPrint reads it fastest, and packaged, since
WeasyPrint without any font on the machine does not print at all.
"""

from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Final

FONT_FOLDER: Final = Path(__file__).resolve().parent

_FACES: Final = (
    ("PublicSans-Regular.ttf", 400, "normal"),
    ("PublicSans-Italic.ttf", 400, "italic"),
    ("PublicSans-SemiBold.ttf", 600, "normal"),
    ("PublicSans-Bold.ttf", 700, "normal"),
)

_WEB_FACES: Final = (("PublicSans-Latin-Regular.woff2", 400), ("PublicSans-Latin-Bold.woff2", 700))
"""Cut to U+0020-017F and typographic punctuation with fontTools 4.60: 14 KB each. Other letters fall back."""


def font_face_css() -> str:
    """Return the @font-face rules of the family "Public Sans": regular, italic, 600 and 700, as file URLs."""
    return "\n".join(
        f'@font-face {{ font-family: "Public Sans"; font-weight: {weight}; font-style: {style}; '
        f'src: url("{(FONT_FOLDER / file).as_uri()}") format("truetype"); }}'
        for file, weight, style in _FACES
    )


@cache
def inline_font_css() -> str:
    """Return the @font-face rules of "Public Sans" 400 and 700, the fonts inside: for a page that fetches nothing."""
    return "\n".join(
        f'@font-face {{ font-family: "Public Sans"; font-weight: {weight}; font-style: normal; font-display: swap; '
        f'src: url("data:font/woff2;base64,{b64encode((FONT_FOLDER / file).read_bytes()).decode()}") '
        f'format("woff2"); }}'
        for file, weight in _WEB_FACES
    )
