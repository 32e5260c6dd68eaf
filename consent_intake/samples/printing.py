"""Printed forms at the speed of a copying machine: WeasyPrint prints each empty form once, values are drawn onto it.

Drawn values look as the portal prints them; a test compares the two.
"""

from functools import lru_cache
from typing import Final

from fontTools.ttLib import TTFont

from consent_intake.samples.ink import Ink, letters_width
from schemas.values import Language
from services.consent_form.code import FORM_ID, FormCode
from services.consent_form.layout import FORM_REVISION, FieldBox, FormLayout
from services.consent_form.pdf import blank_form_pdf, empty_form_pdf
from services.consent_form.prefill import Prefill, PrintedValue, printed_values
from services.fonts import FONT_FOLDER

PRINT_FONT: Final = FONT_FOLDER / "PublicSans-SemiBold.ttf"

_LINE: Final = 14.0
"""Height of a printed line, points: page.css."""

_TICK_INSET: Final = 3.5
"""Half a point more than printed, since a pen's strokes have round ends."""

_TICK_WIDTH: Final = 1.6


@lru_cache(maxsize=64)
def printed_form(language: Language, organization_name: str, organization_code: str, serial: str) -> bytes:
    """Return the empty form as the portal prints it for an organization; 0.2 s the first time.

    Raises:
        FormCodeInvalid: when the organization code or the serial has the wrong shape.
        DoesNotFitBox: when the organization's name is too long.
    """
    return blank_form_pdf(
        language=language, organization_name=organization_name, organization_code=organization_code, serial=serial
    )


@lru_cache(maxsize=16)
def older_form(language: Language, organization_code: str, serial: str, revision: str) -> bytes:
    """Return the form with the code of another revision, and no organization in box 5."""
    return empty_form_pdf(language, code=FormCode(FORM_ID, revision, language, organization_code, serial))


def code_of(language: Language, organization_code: str, serial: str) -> FormCode:
    """Return what the code of a printed form says."""
    return FormCode(FORM_ID, FORM_REVISION, language, organization_code, serial)


def print_values(ink: Ink, form: FormLayout, prefill: Prefill) -> None:
    """Draw the values that the portal would have printed.

    Raises:
        DoesNotFitBox: when the name is too long for its box.
    """
    for value in printed_values(form, "", prefill):
        _print(ink, value)
    for name in prefill.ticked:
        _tick(ink, form.fields[name])


def _print(ink: Ink, value: PrintedValue) -> None:
    ascent, descent = _extents()
    baseline = value.y + (_LINE - (ascent + descent) * value.size) / 2 + ascent * value.size
    left = value.x
    if value.kind == "cell":
        left += (value.width - letters_width(value.text, value.size, PRINT_FONT)) / 2
    ink.letters(value.text, (left, baseline), value.size, PRINT_FONT)


def _tick(ink: Ink, box: FieldBox) -> None:
    left, right = box.x + _TICK_INSET, box.right - _TICK_INSET
    top, bottom = box.y + _TICK_INSET, box.bottom - _TICK_INSET
    ink.stroke([(left, top), (right, bottom)], [_TICK_WIDTH])
    ink.stroke([(left, bottom), (right, top)], [_TICK_WIDTH])


@lru_cache(maxsize=1)
def _extents() -> tuple[float, float]:
    """Return how far the font reaches above and below its baseline at 1 pt."""
    with TTFont(PRINT_FONT, lazy=True) as font:
        table, units = font["hhea"], float(font["head"].unitsPerEm)
        return table.ascent / units, -table.descent / units
