"""Public Sans (SIL Open Font License 1.1, see OFL.txt): every printed page of the product is set in it.

Taken from the U.S. Web Design System 3.14.0. TrueType, since WeasyPrint reads it fastest, and packaged, since
WeasyPrint without any font on the machine does not print at all.
"""

from pathlib import Path
from typing import Final

FONT_FOLDER: Final = Path(__file__).resolve().parent

_FACES: Final = (
    ("PublicSans-Regular.ttf", 400, "normal"),
    ("PublicSans-Italic.ttf", 400, "italic"),
    ("PublicSans-SemiBold.ttf", 600, "normal"),
    ("PublicSans-Bold.ttf", 700, "normal"),
)


def font_face_css() -> str:
    """Return the @font-face rules of the family "Public Sans": regular, italic, 600 and 700, as file URLs."""
    return "\n".join(
        f'@font-face {{ font-family: "Public Sans"; font-weight: {weight}; font-style: {style}; '
        f'src: url("{(FONT_FOLDER / file).as_uri()}") format("truetype"); }}'
        for file, weight, style in _FACES
    )
