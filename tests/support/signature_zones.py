"""Signature boxes of clean forms with something drawn into them."""

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
from numpy.random import Generator

from consent_intake.adapters.form_ink import INSET, GreyPixels, InkBox, flattened, ink_in, shift_of
from consent_intake.samples.containers import empty_page, with_ink
from consent_intake.samples.ink import Ink
from consent_intake.samples.marks import draw_mark
from consent_intake.samples.signatures import sign
from schemas.values import Language
from services.consent_form.blank import blank_form_raster
from services.consent_form.layout import FieldBox, FormLayout, layout
from services.consent_form.raster import page_raster

FORM = layout(Language.ENGLISH)

_DPI = 200
_TOP, _BOTTOM = 576.0, 756.0
"""Points: both boxes that are signed, and what is printed around them."""
_ROWS = slice(round(_TOP * _DPI / 72), round(_BOTTOM * _DPI / 72))

Draw = Callable[[Ink, FormLayout], None]


def zone(draw: Draw, *, box: str = "signature") -> InkBox:
    """Return the ink in a box of a clean form on which something was drawn."""
    return zones(draw, box)[0]


def zones(draw: Draw, *boxes: str, noise: float = 0.0, seed: int = 0) -> list[InkBox]:
    """Return the ink in several boxes of one form; ``noise``: grain of the scan, of 255."""
    ink = Ink()
    draw(ink, FORM)
    page = page_on(ink)
    if noise:
        grain = np.random.default_rng(seed).normal(0, noise, page.shape)
        page = np.clip(page + grain, 0, 255).astype(np.uint8)
    flat, blank = flattened(page), _blank()[_ROWS]
    return [_ink_in(flat, blank, name) for name in boxes]


def _ink_in(page: GreyPixels, blank: GreyPixels, name: str) -> InkBox:
    box = FORM.fields[name]
    moved = FieldBox(name, box.x, box.y - _TOP, box.width, box.height)
    return ink_in(page, blank, moved, shift_of(page, blank, moved), inset=INSET)


def page_on(ink: Ink) -> GreyPixels:
    """Return the part of the empty form around the two boxes with this ink on it, 200 dpi."""
    drawn = page_raster(with_ink(_empty(), ink.content()), _DPI)[_ROWS]
    return np.asarray(cv2.multiply(drawn, _blank()[_ROWS], scale=1 / 255), np.uint8)


def signature_of(style: str, seed: int) -> Draw:
    """Return what draws a signature into the signature box."""
    return lambda ink, form: sign(ink, form.signature, form.signature_baseline, _random(seed), style=style)


def mark_of(kind: str, seed: int) -> Draw:
    """Return what draws a mark into the signature box."""
    return lambda ink, form: draw_mark(ink, form, "Marcus Rivera", kind, _random(seed))


def _random(seed: int) -> Generator:
    return np.random.default_rng(seed)


@cache
def _blank() -> GreyPixels:
    return blank_form_raster(Language.ENGLISH)


@cache
def _empty() -> bytes:
    return empty_page()
