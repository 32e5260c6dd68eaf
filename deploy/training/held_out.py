"""Package the held-out hands with the samples: fonts as TrueType, digits as one small file."""

import shutil
from io import BytesIO

import numpy as np
from cell_sources import HELD_OUT_DIGITS, HELD_OUT_FONTS, PACKAGES, REPOSITORY, font_files, held_out_digits
from fontTools.ttLib import TTFont

SAMPLES = REPOSITORY / "consent_intake" / "samples"
ALREADY_PACKAGED = {"kalam", "caveat"}


def main() -> None:
    """Write consent_intake/samples/fonts and consent_intake/samples/real_digits.npz."""
    for package, name in HELD_OUT_FONTS.items():
        if package in ALREADY_PACKAGED:
            continue
        source = next(file for file in font_files(package) if "-400-" in file.name)
        font = TTFont(BytesIO(source.read_bytes()), recalcTimestamp=False)
        font.flavor = None
        font.save(SAMPLES / "fonts" / f"{name}.ttf")
        licence = PACKAGES / "@fontsource" / package / "LICENSE"
        shutil.copyfile(licence, SAMPLES / "fonts" / f"OFL-{name.split('-')[0]}.txt")
    labels = np.repeat(np.arange(10, dtype=np.uint8), HELD_OUT_DIGITS)
    np.savez_compressed(SAMPLES / "real_digits.npz", digits=np.concatenate(held_out_digits()), labels=labels)


if __name__ == "__main__":
    main()
