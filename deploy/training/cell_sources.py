"""Where the training characters come from, and which of them are never trained on.

The packages are locked in package-lock.json; ``npm ci`` fetches them. Held-out fonts and digits are packaged with the
samples instead, so that scores are made with hands that the reader has never seen.
"""

import json
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

HERE: Final = Path(__file__).resolve().parent
PACKAGES: Final = HERE / "node_modules"
REPOSITORY: Final = HERE.parents[1]

HELD_OUT_FONTS: Final = {
    "kalam": "Kalam-Regular",
    "caveat": "Caveat-SemiBold",
    "patrick-hand": "PatrickHand-Regular",
    "architects-daughter": "ArchitectsDaughter-Regular",
    "reenie-beanie": "ReenieBeanie-Regular",
    "gochi-hand": "GochiHand-Regular",
    "indie-flower": "IndieFlower-Regular",
    "annie-use-your-telescope": "AnnieUseYourTelescope-Regular",
    "nanum-pen-script": "NanumPenScript-Regular",
    "delicious-handrawn": "DeliciousHandrawn-Regular",
}
"""Handwriting that scores are written with: package name and packaged file."""

PRINTED_FONTS: Final = (
    *("arimo", "carlito", "courier-prime", "cousine", "dejavu-mono", "dejavu-sans", "inter", "lato", "libre-franklin"),
    *("merriweather", "open-sans", "public-sans", "roboto", "roboto-mono", "roboto-slab", "special-elite", "tinos"),
    "vt323",
)
"""What typed forms are set in."""

HELD_OUT_DIGITS: Final = 150
"""Of each digit: the last ones, since neighbours in the set are often by one writer."""


def font_files(package: str) -> list[Path]:
    """Return the upright Latin faces of a font package, at most three weights."""
    files = sorted((PACKAGES / "@fontsource" / package / "files").glob(f"{package}-latin-[0-9]*-normal.woff"))
    wanted = [file for file in files if file.stem.split("-")[-2] in {"300", "400", "500", "700"}]
    return wanted or files


def hand_fonts() -> list[Path]:
    """Return every handwriting face that may be trained on."""
    packages = sorted(folder.name for folder in (PACKAGES / "@fontsource").iterdir())
    hands = [name for name in packages if name not in HELD_OUT_FONTS and name not in PRINTED_FONTS]
    return [file for name in hands for file in font_files(name)]


def printed_fonts() -> list[Path]:
    """Return the faces of typed forms."""
    return [file for name in PRINTED_FONTS for file in font_files(name)]


def real_digits() -> list[NDArray[np.uint8]]:
    """Return ten arrays of hand-written digits, each count x 28 x 28, ink is 255."""
    digits = []
    for digit in range(10):
        data = json.loads((PACKAGES / "mnist" / "src" / "digits" / f"{digit}.json").read_text("utf-8"))["data"]
        pixels = np.asarray(data, np.float32).reshape(-1, 28, 28)
        digits.append(np.round(pixels * 255).astype(np.uint8))
    return digits
