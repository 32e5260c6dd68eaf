"""What is typed, stamped or stuck into the signature box."""

from math import cos, radians, sin
from pathlib import Path
from typing import Final

from consent_intake.samples.ink import Point, letters_width
from consent_intake.samples.signature_styles import FONT_FILES, any_name
from consent_intake.samples.spots import Spot
from services.fonts import FONT_FOLDER

PRINT_FONTS: Final = tuple(FONT_FOLDER / f"PublicSans-{face}.ttf" for face in ("Regular", "Italic", "SemiBold", "Bold"))
SCRIPT_FONTS: Final = tuple(
    FONT_FILES / f"{name}.ttf"
    for name in (
        *("GreatVibes-Regular", "Caveat-SemiBold", "DancingScript-Regular", "Sacramento-Regular"),
        *("HomemadeApple-Regular", "ReenieBeanie-Regular", "NanumPenScript-Regular", "IndieFlower-Regular"),
        *("Allura-Regular", "LaBelleAurore-Regular", "AnnieUseYourTelescope-Regular", "GochiHand-Regular"),
    )
)
_LABEL_WORDS: Final = (
    "Received",
    "BRONX",
    "Unit 4",
    "Case worker",
    "Scanned",
    "NYC",
    "Page 1 of 1",
    "File copy",
    "Ref. 20931",
)


def typed_name(spot: Spot) -> None:
    """The parent's name on a typewriter or computer."""
    name = spot.name or any_name(spot.random)
    spot.print(name.upper() if spot.chance(0.25) else name, spot.font(PRINT_FONTS), spot.between(9, 20))


def script_name(spot: Spot) -> None:
    """The name in a font that looks like handwriting, a little off the level where it was pasted in."""
    tilt = spot.between(-3, 3) if spot.chance(0.3) else 0.0
    spot.print(spot.name or any_name(spot.random), spot.font(SCRIPT_FONTS), spot.between(15, 34), tilt=tilt)


def slash_s_typed(spot: Spot) -> None:
    """/s/ and the name, typed, at times in a script font."""
    name = spot.name or any_name(spot.random)
    fonts = PRINT_FONTS if spot.chance(0.7) else SCRIPT_FONTS
    spot.print(spot.one_of("/s/ ", "s/ ", "/S/ ") + name, spot.font(fonts), spot.between(11, 20))


def date_typed(spot: Spot) -> None:
    """A typed or stamped date."""
    text = spot.word("11/02/2026", "2026-10-30", "OCT 14 2026", "November 3, 2026", "9.11.2026")
    spot.print(text, spot.font(PRINT_FONTS), spot.between(10, 22), tilt=spot.between(-3, 3))


def void(spot: Spot) -> None:
    """VOID, stamped or typed."""
    _stamp(spot, spot.word("VOID", "VOID", "NULO", "ANULADO", "CANCELLED"))


def copy(spot: Spot) -> None:
    """COPY, SAMPLE and their like, stamped or typed."""
    _stamp(spot, spot.word("COPY", "COPIA", "SAMPLE", "MUESTRA", "DRAFT", "SPECIMEN", "RECEIVED"))


def sticker(spot: Spot) -> None:
    """A flag that says where to sign: dark on a scan, white letters or black ones."""
    text = spot.word("SIGN HERE", "FIRME AQUI", "SIGN HERE >", "FIRME AQUÍ", "SIGN & DATE", "SIGN")
    font, size = PRINT_FONTS[3], spot.between(9, 15)
    wide, high = letters_width(text, size, font) + spot.between(10, 22), size + spot.between(8, 18)
    x, y = spot.any_x(wide), spot.any_y(high)
    dark = spot.chance(0.5)
    spot.grey(*((0.1, 0.45) if dark else (0.55, 0.85)))
    tip = spot.between(0, 14)
    outline = [(x + tip, y), (x + wide, y), (x + wide, y + high), (x + tip, y + high), (x, y + high / 2)]
    spot.ink.shapes([outline])
    spot.ink.use((1.0, 1.0, 1.0) if dark else (0.05, 0.05, 0.05))
    spot.ink.letters(text, (x + tip / 2 + 6, y + (high + 0.7 * size) / 2), size, font)
    spot.ink.use()


def printed_label(spot: Spot) -> None:
    """A label or a printed note of one to three lines, framed at times, with or without a bar code."""
    lines, size = int(spot.random.integers(1, 4)), spot.between(7, 12)
    font, x = spot.font(PRINT_FONTS), spot.any_x(130)
    y = spot.box.y + spot.between(9, max(10.0, spot.box.height - lines * (size + 3)))
    for index in range(lines):
        words = " ".join(str(word) for word in spot.random.choice(_LABEL_WORDS, int(spot.random.integers(1, 4))))
        spot.ink.letters(words, (x + 4, y + index * (size + 3) + 2), size, font)
    if spot.chance(0.4):
        _frame(spot, (x, y - size), spot.between(90, 140), lines * (size + 3) + 4)
    if spot.chance(0.25):
        left = x + 4.0
        for _ in range(30):
            width = spot.between(0.6, 2.4)
            spot.ink.stroke([(left, spot.box.y + 6), (left, spot.box.y + 24)], [width])
            left += width + spot.between(1.0, 2.5)


def _stamp(spot: Spot, text: str) -> None:
    font: Path = PRINT_FONTS[3] if spot.chance(0.7) else PRINT_FONTS[0]
    size, tilt = spot.between(14, 38), spot.between(-14, 14) if spot.chance(0.6) else 0.0
    wide = letters_width(text, size, font)
    x, base = spot.any_x(wide), spot.baseline - spot.between(-4, 8)
    if spot.chance(0.5):
        spot.grey(0.1, 0.55)
    spot.ink.letters(text, (x, base), size, font, tilt=tilt)
    if spot.chance(0.4):
        _frame(spot, (x - 5, base - 0.85 * size), wide + 10, 1.05 * size, tilt)
    spot.ink.use()


def _frame(spot: Spot, corner: Point, wide: float, high: float, tilt: float = 0.0) -> None:
    turn = -radians(tilt)
    corners = [(0.0, 0.0), (wide, 0.0), (wide, high), (0.0, high), (0.0, 0.0)]
    points = [
        (corner[0] + x * cos(turn) - y * sin(turn), corner[1] + x * sin(turn) + y * cos(turn)) for x, y in corners
    ]
    spot.ink.stroke(points, [spot.between(0.8, 2.0)] * 4)
