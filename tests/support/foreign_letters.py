"""Letters that are not our form, drawn in several ways: with consent or about something else, signed or not."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from schemas.values import Language
from services.fonts import FONT_FOLDER

GreyPixels = NDArray[np.uint8]

DPI: Final = 150
_UNIT: Final = DPI / 72
_PLAIN: Final = FONT_FOLDER / "PublicSans-Regular.ttf"

LAYOUTS: Final = ("label_under_line", "label_before_line", "colon", "two_columns")

CONSENT: Final = {
    Language.ENGLISH: (
        "AUTHORIZATION FOR RELEASE OF INFORMATION",
        "I hereby authorize the agency to release my child support records to the family center named",
        "below. I understand what this consent means and that I may revoke this authorization in writing at",
        "any time. The records may include payments, arrears and orders. They may not be shown to others.",
    ),
    Language.SPANISH: (
        "AUTORIZACIÓN PARA DIVULGAR INFORMACIÓN",
        "Por la presente autorizo a la agencia a divulgar mis expedientes de manutención al centro familiar",
        "nombrado abajo. Entiendo que puedo revocar este consentimiento por escrito en cualquier momento.",
        "Los expedientes pueden incluir pagos, atrasos y órdenes. No se pueden mostrar a otras personas.",
    ),
}
ORDINARY: Final = {
    Language.ENGLISH: (
        "NOTICE OF RENT INCREASE",
        "Dear tenant, from the first of next month the rent of your apartment will rise by three percent. You",
        "do not have to do anything. Please call the office if you want to talk about it, and return the lower",
        "part of this letter with your signature so that we know that you have received it. Thank you.",
    ),
    Language.SPANISH: (
        "AVISO DE AUMENTO DE RENTA",
        "Estimado inquilino: desde el primero del próximo mes la renta de su apartamento subirá un tres por",
        "ciento. No tiene que hacer nada. Llame a la oficina si quiere hablar de esto, y devuelva la parte de",
        "abajo de esta carta con su firma para saber que la recibió. Muchas gracias por su atención.",
    ),
}
_LABELS: Final = {
    Language.ENGLISH: ("Signature of parent", "Date", "Witness signature"),
    Language.SPANISH: ("Firma del padre o la madre", "Fecha", "Firma del testigo"),
}


@dataclass(frozen=True)
class Letter:
    """A letter and where it is signed and dated: left, top, right, bottom in pixels."""

    picture: GreyPixels
    signature: tuple[float, float, float, float]
    date: tuple[float, float, float, float]


def letter(text: tuple[str, ...], language: Language, layout: str, *, signed: bool, random: Generator) -> Letter:
    """Draw a letter page at 150 dpi."""
    page = Image.new("L", (round(612 * _UNIT), round(792 * _UNIT)), 255)
    draw = ImageDraw.Draw(page)
    y = float(random.uniform(70, 140))
    for index, line in enumerate(text):
        _write(draw, line, 72, y, 15 if index == 0 else 10.5)
        y += 34 if index == 0 else 17
    y += float(random.uniform(60, 200))
    signature, date, witness = _LABELS[language]
    sign, when = _foot(draw, layout, (signature, date), y)
    _labelled(draw, "label_under_line", witness, (72, y + 130), 230)
    if signed:
        _scrawl(draw, sign, random)
    return Letter(np.asarray(page, np.uint8), sign, when)


Box = tuple[float, float, float, float]


def _foot(draw: ImageDraw.ImageDraw, layout: str, labels: tuple[str, str], y: float) -> tuple[Box, Box]:
    if layout == "two_columns":
        right = _labelled(draw, "label_under_line", labels[0], (330, y), 200)
        return right, _labelled(draw, "label_under_line", labels[1], (72, y), 140)
    way = "label_under_line" if layout == "label_under_line" else "label_before_line"
    colon = ":" if layout == "colon" else ""
    sign = _labelled(draw, way, labels[0] + colon, (72, y), 190)
    if layout == "label_under_line":
        return sign, _labelled(draw, way, labels[1] + colon, (400, y), 120)
    return sign, _labelled(draw, way, labels[1] + colon, (72, y + 50), 120)


def _labelled(draw: ImageDraw.ImageDraw, way: str, label: str, at: tuple[float, float], width: float) -> Box:
    """Draw a line with its label; return the room above the line."""
    x, y = at
    if way == "label_under_line":
        _write(draw, label, x, y + 4, 9)
    else:
        _write(draw, label, x, y - 10, 10.5)
        x += draw.textlength(label, font=ImageFont.truetype(str(_PLAIN), round(10.5 * _UNIT))) / _UNIT + 8
    draw.line([(x * _UNIT, y * _UNIT), ((x + width) * _UNIT, y * _UNIT)], fill=0, width=2)
    return x * _UNIT, (y - 40) * _UNIT, (x + width) * _UNIT, y * _UNIT


def _write(draw: ImageDraw.ImageDraw, text: str, x: float, y: float, size: float) -> None:
    draw.text((x * _UNIT, y * _UNIT), text, fill=20, font=ImageFont.truetype(str(_PLAIN), round(size * _UNIT)))


def _scrawl(draw: ImageDraw.ImageDraw, box: Box, random: Generator) -> None:
    left, top, right, bottom = box
    x = left + 20 + np.cumsum(random.uniform(1, 5, 60))
    y = (top + bottom) / 2 + 22 * np.sin(np.arange(60) * float(random.uniform(0.7, 1.1)) + float(random.uniform(0, 3)))
    points = [(float(a), float(b)) for a, b in zip(x, y, strict=True) if a < right]
    draw.line(points, fill=30, width=3, joint="curve")
