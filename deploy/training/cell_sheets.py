"""Sheets of comb cells: written, scanned, and cut with the product's own form_ink, as the reader will see them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from cell_glyphs import Hand, digit_glyph, font_glyph
from numpy.random import Generator
from numpy.typing import NDArray

from consent_intake.adapters.cell_reader import CLASSES, cell_picture
from consent_intake.adapters.form_ink import INSET, SHIFT, flattened, ink_in, shift_of
from schemas.values import Language
from services.consent_form.blank import blank_form_raster
from services.consent_form.layout import CELL_WIDTH, FieldBox, layout

Sheet = NDArray[np.float32]
"""Grey, 0 is black, 255 is paper; 200 dpi."""

POINT = 200 / 72
ROWS, COLUMNS = 22, 3
_TILE = (96, 440)
_COMB = layout(Language.ENGLISH).fields["case_identifier"]
_CELLS = 9
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_EDGE = 40


@dataclass
class Hands:
    """What may be written with.

    Attributes:
        fonts: handwriting.
        printed: typefaces.
        digits: ten arrays of real digits.
        shares: of lines typed, and of hand-written digit lines that are real digits.
    """

    fonts: list[Path]
    printed: list[Path]
    digits: list[NDArray[np.uint8]]
    shares: tuple[float, float] = (0.18, 0.5)


@dataclass
class Cells:
    """Pictures of cells with their class's place in CLASSES and where the character came from."""

    pictures: list[NDArray[np.float32]] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    letters: list[bool] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)


def make_sheet(hands: Hands, random: Generator, scan: Callable[[Sheet, Generator], Sheet]) -> Cells:
    """Return the cells of one sheet, written and scanned."""
    blank = _blank()
    sheet = blank.astype(np.float32)
    written = [_write_line(sheet, row, column, hands, random) for row in range(ROWS) for column in range(COLUMNS)]
    for _ in range(int(random.integers(0, 60))):
        _scratch(sheet, random)
    page = flattened(np.clip(scan(sheet, random), 0, 255).astype(np.uint8))
    cells = Cells()
    for line, (characters, letters, source) in enumerate(written):
        box = _place(*divmod(line, COLUMNS))
        shift = shift_of(page, blank, box)
        for place, character in enumerate(characters):
            cell = FieldBox("cell", box.x + place * CELL_WIDTH, box.y, CELL_WIDTH, box.height)
            picture = cell_picture(ink_in(page, blank, cell, shift, inset=INSET))
            if picture is not None:
                cells.pictures.append(picture)
                cells.labels.append(CLASSES.index(character))
                cells.letters.append(letters)
                cells.sources.append(source)
    return cells


def _write_line(sheet: Sheet, row: int, column: int, hands: Hands, random: Generator) -> tuple[str, bool, str]:
    letters = bool(random.random() < 0.36)  # there are more letters than digits to learn
    typed, real = hands.shares
    box = _place(row, column)
    characters = "".join(random.choice(list(_LETTERS if letters else "0123456789")) for _ in range(_CELLS))
    characters = "".join(" " if random.random() < 0.05 else c for c in characters)
    if random.random() < typed:
        hand, source = Hand.typing(random), "typed"
        font = hands.printed[int(random.integers(len(hands.printed)))]
    else:
        hand = Hand.writing(random)
        source = "digits" if not letters and random.random() < real else "font"
        font = hands.fonts[int(random.integers(len(hands.fonts)))]
    small = source == "font" and letters and random.random() < 0.08  # some write small letters
    near, level, sharp = random.random(), float(random.uniform(0.3, 0.55)), float(random.uniform(7, 25))
    for place, character in enumerate(characters):
        if character == " ":
            continue
        if source == "digits":
            among = hands.digits[int(character)]
            index = int((near * len(among) + random.integers(40)) % len(among))
            glyph = digit_glyph(among[index], sharp, level)
        else:
            glyph = font_glyph(font, character.lower() if small else character)
        _put(sheet, hand.shaped(glyph, random), box, place, hand, random)
    return characters, letters, source


def _put(sheet: Sheet, glyph: NDArray[np.float32], box: FieldBox, place: int, hand: Hand, random: Generator) -> None:
    middle = (box.x + (place + 0.5) * CELL_WIDTH) * POINT + random.normal(0, hand.shake)
    down = (box.y + box.height / 2) * POINT + random.normal(0, hand.shake)
    top, left = round(down - glyph.shape[0] / 2), round(middle - glyph.shape[1] / 2)
    window = sheet[top : top + glyph.shape[0], left : left + glyph.shape[1]]
    window *= 1 - glyph[: window.shape[0], : window.shape[1]] * (1 - hand.dark)


def _scratch(sheet: Sheet, random: Generator) -> None:
    """A stray mark of a pen, or dirt."""
    x, y = int(random.integers(sheet.shape[1])), int(random.integers(sheet.shape[0]))
    length, angle = float(random.exponential(9)), float(random.uniform(0, np.pi))
    end = (round(x + length * np.cos(angle)), round(y + length * np.sin(angle)))
    cv2.line(sheet, (x, y), end, float(random.uniform(10, 150)), int(random.integers(1, 5)), cv2.LINE_AA)


def _place(row: int, column: int) -> FieldBox:
    left, top = _EDGE + column * _TILE[1] + 24, _EDGE + row * _TILE[0] + 17
    return FieldBox("comb", left / POINT, top / POINT, _COMB.width, _COMB.height)


def _blank() -> NDArray[np.uint8]:
    """Return a sheet of the form's own printed combs."""
    form = blank_form_raster(Language.ENGLISH)
    top, left = round(_COMB.y * POINT) - SHIFT - 3, round(_COMB.x * POINT) - 20
    height, width = round(_COMB.height * POINT) + 2 * SHIFT + 5, round(_COMB.width * POINT) + 40
    comb = form[top : top + height, left : left + width]
    sheet = np.full((2 * _EDGE + ROWS * _TILE[0], 2 * _EDGE + COLUMNS * _TILE[1]), 255, np.uint8)
    for row in range(ROWS):
        for column in range(COLUMNS):
            box = _place(row, column)
            y, x = round(box.y * POINT) - SHIFT - 3, round(box.x * POINT) - 20
            sheet[y : y + height, x : x + width] = comb
    return sheet
